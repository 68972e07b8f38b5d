"""A model's name leads to files on this machine, or to the command that brings them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.model_store import EMBEDDED, Embedded, model_digest, model_files


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder that has the shape of a saved model."""
    folder = tmp_path / "data" / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    return folder


@pytest.mark.parametrize(
    ("name", "file"), [("smollm2-135m-instruct", "*.gguf"), ("all-minilm-l6-v2", "model.safetensors")]
)
def test_an_embedded_model_is_found_in_its_package(name: str, file: str, tmp_path: Path) -> None:
    root, files = model_files(name, tmp_path)
    assert root.name == EMBEDDED[name].package
    assert [path for path in files if path.match(file)]
    assert all(path.is_relative_to(root) and path.is_file() for path in files)


def test_an_embedded_model_s_package_is_located_without_being_imported() -> None:
    """Both packages load their own model when imported."""
    code = (
        "import sys; from pathlib import Path\n"
        "from jobsearch_dagster.foundation.model_store import EMBEDDED, model_files\n"
        "for name in EMBEDDED: model_files(name, Path())\n"
        "assert not {e.package for e in EMBEDDED.values()} & set(sys.modules), 'imported'\n"
        "assert not {'torch', 'transformers', 'huggingface_hub'} & set(sys.modules), 'heavy import'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("package", ["no_such_package_at_all", "jobsearch_dagster"])
def test_an_embedded_model_that_is_not_installed_names_the_command_that_installs_it(
    package: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(EMBEDDED, "tiny", Embedded(package, "*.gguf", "pip install tiny==1.0"))
    with pytest.raises(UserError, match=r"the embedded model tiny is not installed: run `pip install tiny==1\.0`"):
        model_files("tiny", tmp_path)


def test_a_path_can_be_absolute_or_below_the_data_folder(saved: Path) -> None:
    data = saved.parents[1]
    expected = (saved, [saved / "config.json", saved / "model.safetensors"])
    assert model_files(str(saved), data) == expected
    assert model_files("./models/mine", data) == expected


def test_a_path_can_begin_at_home(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(saved.parent))
    assert model_files("~/mine", Path("/nowhere"))[0] == saved


def test_pickled_weights_are_never_among_the_files(saved: Path) -> None:
    assert not [path for path in model_files(str(saved), saved)[1] if path.suffix == ".bin"]


@pytest.mark.parametrize("name", ["./models/mine", "./models/nothing"])
def test_a_folder_without_a_model_is_named(saved: Path, name: str) -> None:
    (saved / "config.json").unlink()
    data = saved.parents[1]
    with pytest.raises(UserError, match=f"model {name}: no config.json in {data / name}"):
        model_files(name, data)


def test_the_same_weights_under_another_path_are_the_same_model(saved: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(saved, tmp_path / "elsewhere" / "copy")
    assert model_digest(str(copy), tmp_path) == model_digest("./models/mine", saved.parents[1])


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_other_weights_or_another_config_are_another_model(saved: Path, tmp_path: Path, file: str) -> None:
    copy = shutil.copytree(saved, tmp_path / "copy")
    (copy / file).write_bytes(b'{"a": 1}')
    assert model_digest(str(copy), tmp_path) != model_digest(str(saved), tmp_path)


def test_a_model_that_changes_in_its_place_is_another_model(saved: Path, tmp_path: Path) -> None:
    """In one process too: the web UI's lives for days."""
    before = model_digest(str(saved), tmp_path)
    (saved / "model.safetensors").write_bytes(b"weights of tomorrow")
    assert model_digest(str(saved), tmp_path) != before


@pytest.mark.parametrize("name", ["nobody/no-such-model", "not a name at all", "no-such-model"])
def test_a_hub_id_that_is_not_in_the_cache_names_the_command_that_downloads_it(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError, match=f"run `hf download {name}` where there is a network"):
        model_files(name, tmp_path)


def test_a_hub_id_in_the_cache_is_found_without_a_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    revision = "0" * 40
    snapshot = tmp_path / "models--somebody--tiny" / "snapshots" / revision
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}", encoding="utf-8")
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text(revision, encoding="utf-8")
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(tmp_path), raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert model_files("somebody/tiny", tmp_path) == (snapshot, [snapshot / "config.json"])


def test_a_tokenizer_is_loaded_from_its_folder(smoke_models: Path) -> None:
    tokenizer = model_store.load_tokenizer(smoke_models / "language_model")
    assert tokenizer.convert_tokens_to_ids("<|im_end|>") == tokenizer.eos_token_id == 2
