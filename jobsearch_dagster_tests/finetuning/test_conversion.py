"""The base model is a plain safetensors folder whose special tokens are right, wherever its weights came from."""

import re
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import gguf
import pytest

from jobsearch_dagster.finetuning.conversion import convert
from jobsearch_dagster.foundation import model_store

MESSAGES = [
    {"role": "system", "content": "Answer the question."},
    {"role": "user", "content": "What jobs are open in Malmö?"},
    {"role": "assistant", "content": "Job-Title: cook"},
]


def test_a_saved_model_is_copied_file_by_file(smoke_models: Path, tmp_path: Path) -> None:
    root, files = model_store.model_files("./language_model", smoke_models)
    said: list[str] = []
    facts = convert(root, files, tmp_path, said.append)
    (line,) = said
    assert line.startswith(f"copying {len(files)} files (")
    copied = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert copied == [path.relative_to(root) for path in files]
    assert all((tmp_path / path).read_bytes() == (root / path).read_bytes() for path in copied)
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))
    assert facts == {
        "architecture": "LlamaForCausalLM",
        "layers": 2,
        "hidden_size": 64,
        "vocabulary": 259,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "stop_token_id": 2,
    }


def test_files_of_a_subfolder_keep_their_place(smoke_models: Path, tmp_path: Path) -> None:
    _, files = model_store.model_files("./language_model", smoke_models)
    nested = tmp_path / "nested"
    (nested / "more").mkdir(parents=True)
    for path in files:
        (nested / path.name).write_bytes(path.read_bytes())
    (nested / "more" / "notes.txt").write_text("notes", encoding="utf-8")
    target = tmp_path / "target"
    target.mkdir()
    convert(nested, model_store.model_files(str(nested), tmp_path)[1], target, print)
    assert (target / "more" / "notes.txt").read_text(encoding="utf-8") == "notes"


@pytest.mark.slow
class TestTheEmbeddedLanguageModel:
    @pytest.fixture(scope="class")
    def converted(self, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
        target = tmp_path_factory.mktemp("smollm2")
        root, files = model_store.model_files("smollm2-135m-instruct", Path("/nowhere"))
        said: list[str] = []
        parsed: list[str] = []
        reader = gguf.GGUFReader
        with redirect_stderr(StringIO()) as drawn, pytest.MonkeyPatch.context() as patch:
            patch.setattr("gguf.GGUFReader", lambda path: (parsed.append(path), reader(path))[1])
            facts = convert(root, files, target, said.append)
        assert drawn.getvalue() == ""
        assert len(parsed) == 1  # of its 49,152 words each takes a dozen calls
        (line,) = said
        assert re.match(r"writing .*\.gguf \(\d+ MB\) as safetensors, once: about 15 seconds", line)
        return target, facts

    @pytest.fixture(scope="class")
    def tokenizer(self, converted: tuple[Path, dict[str, Any]]) -> Any:
        return model_store.load_tokenizer(converted[0])

    def test_its_special_tokens_are_those_it_was_trained_with(self, converted: tuple[Path, dict[str, Any]]) -> None:
        assert converted[1] == {
            "architecture": "LlamaForCausalLM",
            "layers": 30,
            "hidden_size": 576,
            "vocabulary": 49_152,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "pad_token_id": 0,
            "stop_token_id": 2,
        }

    def test_model_and_tokenizer_agree_on_them(self, converted: tuple[Path, dict[str, Any]]) -> None:
        from transformers import AutoConfig, GenerationConfig

        config = AutoConfig.from_pretrained(converted[0])
        generation = GenerationConfig.from_pretrained(converted[0])
        assert (config.bos_token_id, config.eos_token_id, config.pad_token_id) == (1, 2, 0)
        assert (generation.bos_token_id, generation.eos_token_id, generation.pad_token_id) == (1, 2, 0)

    def test_its_weights_are_safetensors_in_float32_without_a_trace_of_quantization(
        self, converted: tuple[Path, dict[str, Any]]
    ) -> None:
        from safetensors import safe_open
        from transformers import AutoConfig

        assert {path.suffix for path in converted[0].iterdir()} <= {".safetensors", ".json", ".jinja", ".txt"}
        with safe_open(converted[0] / "model.safetensors", framework="pt") as tensors:
            names = list(tensors.keys())
            assert {str(tensors.get_tensor(name).dtype) for name in names[:20]} == {"torch.float32"}
        assert len(names) == 272
        assert not hasattr(AutoConfig.from_pretrained(converted[0]), "quantization_config")

    def test_its_chat_template_goes_there_and_back(self, tokenizer: Any) -> None:
        text = tokenizer.apply_chat_template(MESSAGES, tokenize=False)
        assert text == (
            "<|im_start|>system\nAnswer the question.<|im_end|>\n"
            "<|im_start|>user\nWhat jobs are open in Malmö?<|im_end|>\n"
            "<|im_start|>assistant\nJob-Title: cook<|im_end|>\n"
        )
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert tokenizer.decode(ids) == text
        assert ids.count(1) == ids.count(2) == 3

    def test_it_speaks_english(self, converted: tuple[Path, dict[str, Any]], tokenizer: Any) -> None:
        """Weights in the wrong order would give noise."""
        from jobsearch_dagster.foundation.generation import Generator
        from jobsearch_dagster.pairs.rendering import render_prompt, stop_ids

        system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
        prompt = render_prompt(tokenizer, system, "What is the capital of France?")
        answer = Generator(converted[0]).generate(
            [prompt], stop=stop_ids(tokenizer), max_new_tokens=20, use_adapter=False
        )[0]
        assert answer.text == "The capital of France is Paris."
        assert answer.stopped
