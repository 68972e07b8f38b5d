"""The exported folder says what base model and adapter say, its card says where it comes from, and nothing is lost."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobsearch_dagster.app import export as exporting
from jobsearch_dagster.finetuning import export
from jobsearch_dagster.finetuning.adapter import Places, make_adapter
from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.finetuning.export import compare, supervised_logits
from jobsearch_dagster.finetuning.model_card import Comparison, Facts, Score, SetRow, model_card
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.artifacts import Artifact
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.model_store import load_tokenizer
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.pairs.rendering import Rendered, render_example, render_prompt, stop_ids
from jobsearch_dagster_tests.finetuning.trainings import silent
from jobsearch_dagster_tests.small_models import CHAT_TEMPLATE, byte_tokenizer

PAIRS = [
    Pair(title, "location", "Answer the question.", f"What jobs are open in {place}?", f"Job available in {place}")
    for place, title in [("malmö", "cook"), ("berlin", "nurse"), ("new york", "data engineer"), ("oslo", "driver")]
]
SETS = [SetRow("train", "location", 40, 8), SetRow("train", "all", 1040, 12), SetRow("validation", "all", 3, 1)]
SCORES = [
    Score("base", "unseen", "rougeL", 20, 0.1234, 0.1, 0.15),
    Score("lora", "unseen", "rougeL", 20, 0.4567, 0.4, 0.5),
    Score("lora", "seen", "right", 8, 0.0, None, None),
]
COMPARISON = Comparison(prompts=3, positions=1234, agreement=0.9951, difference=1.5e-6)
RECIPE = LoraRecipe(
    lora_alpha=32, learning_rate=1e-2, max_steps=4, warmup_steps=1, gradient_accumulation_steps=1,
    sample_size=1, sample_tokens=4, sample_encoder="./encoder",
)  # fmt: skip


@pytest.fixture(scope="module")
def base(smoke_models: Path) -> Artifact:
    folder = smoke_models / "language_model"
    manifest = {"model": "./smoke/language_model", "architecture": "LlamaForCausalLM", "files_digest": "ab" * 32}
    return Artifact(folder, manifest)


@pytest.fixture(scope="module")
def adapter(base: Artifact, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """An adapter that a few steps have trained. Not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("adapter")
    places = Places(base.path, folder, tmp_path_factory.mktemp("checkpoints"), base.path.parent)
    return Artifact(folder, make_adapter(PAIRS, PAIRS, RECIPE, places, "key", silent))


@pytest.fixture(scope="module")
def merged(base: Artifact, adapter: Artifact, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported folder. Not to be changed: copy it."""
    return export.export_adapter(base, adapter, PAIRS, SETS, SCORES, tmp_path_factory.mktemp("out"), silent)[0]


def examples(folder: Path) -> list[Rendered]:
    tokenizer = load_tokenizer(folder)
    found = [render_example(tokenizer, p.system, p.question, p.answer, max_length=512) for p in PAIRS]
    return [example for example in found if example is not None]


def adapted(base: Path, adapter: Path) -> Any:
    from peft import PeftModel

    return PeftModel.from_pretrained(export.load(base), adapter).eval()


def scaled(adapter: Artifact, factor: float, folder: Path) -> Artifact:
    """The adapter with one half of its matrices multiplied."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(adapter.path, folder)
    weights = folder / "adapter_model.safetensors"
    tensors = {name: t * factor if "lora_B" in name else t for name, t in load_file(weights).items()}
    save_file(tensors, weights, metadata={"format": "pt"})
    return replace(adapter, path=folder)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_plain_transformers_loads_it_and_it_computes_what_base_and_adapter_compute(
    merged: Path, base: Artifact, adapter: Artifact
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    loaded = AutoModelForCausalLM.from_pretrained(merged).eval()
    assert type(loaded).__name__ == "LlamaForCausalLM"
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    first, second, without = (
        supervised_logits(model, examples(merged))
        for model in (adapted(base.path, adapter.path), loaded, export.load(base.path))
    )
    assert all(torch.allclose(a, b, atol=1e-4, rtol=0) for a, b in zip(first, second, strict=True))
    assert not any(torch.allclose(a, b, atol=1e-1, rtol=0) for a, b in zip(without, second, strict=True))


def test_its_greedy_answers_are_the_adapter_s(merged: Path, base: Artifact, adapter: Artifact) -> None:
    tokenizer = load_tokenizer(base.path)
    prompts = [render_prompt(tokenizer, pair.system, pair.question) for pair in PAIRS]
    options: dict[str, Any] = {"stop": stop_ids(tokenizer), "max_new_tokens": 24}
    expected = Generator(base.path, adapter.path).generate(prompts, use_adapter=True, **options)
    found = Generator(merged).generate(prompts, use_adapter=False, **options)
    assert [answer.text for answer in found] == [answer.text for answer in expected]
    assert any(answer.text for answer in found)


def test_its_tokenizer_renders_questions_as_in_training(merged: Path, base: Artifact) -> None:
    pair = PAIRS[0]
    messages = [{"role": "system", "content": pair.system}, {"role": "user", "content": pair.question}]
    rendered = load_tokenizer(merged).apply_chat_template(messages, add_generation_prompt=True, return_dict=True)
    assert rendered["input_ids"] == render_prompt(load_tokenizer(base.path), pair.system, pair.question)


def test_it_says_what_ends_an_answer_and_pads_with_something_else(merged: Path) -> None:
    config = json.loads((merged / "generation_config.json").read_text(encoding="utf-8"))
    tokenizer = load_tokenizer(merged)
    assert config["eos_token_id"] == stop_ids(tokenizer) == [2]
    assert config["pad_token_id"] == tokenizer.pad_token_id == 0
    assert config["do_sample"] is False


def test_padding_is_never_what_ends_an_answer(base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    """As with Phi-3.5, whose tokenizer pads with its end of text."""
    folder = tmp_path / "base"
    shutil.copytree(base.path, folder)
    tokenizer = byte_tokenizer("<|im_end|>", "<|im_start|>", "<|endoftext|>", eos="<|im_end|>")
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)
    merged, _ = export.export_adapter(replace(base, path=folder), adapter, PAIRS, [], [], tmp_path / "out", silent)
    config = json.loads((merged / "generation_config.json").read_text(encoding="utf-8"))
    assert config["eos_token_id"] == [0]
    assert config["pad_token_id"] == load_tokenizer(merged).pad_token_id == 1


def test_it_holds_safetensors_and_text_without_a_path_of_this_machine(
    merged: Path, base: Artifact, adapter: Artifact
) -> None:
    assert {path.suffix for path in merged.iterdir()} == {".safetensors", ".json", ".jinja", ".md"}
    texts = [path.read_text(encoding="utf-8") for path in merged.iterdir() if path.suffix != ".safetensors"]
    for folder in (base.path, adapter.path, merged):
        assert not any(str(folder) in text for text in texts)
    assert "local" not in (merged / "tokenizer_config.json").read_text(encoding="utf-8")
    assert names(merged.parent) == ["merged"]


def test_every_file_of_it_can_be_read_by_whom_the_umask_lets(merged: Path) -> None:
    assert len({path.stat().st_mode for path in merged.iterdir()}) == 1


def test_it_says_what_takes_long_before_it_does_it(base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    lines: list[str] = []
    export.export_adapter(base, adapter, PAIRS, [], [], tmp_path, lines.append)
    assert lines == [
        f"merging {adapter.path} into {base.path}; 4 answers are computed before and after",
        "comparing the merged model, as it was written, with base model and adapter",
    ]


def test_the_same_adapter_gives_the_same_files(merged: Path, base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    again, _ = export.export_adapter(base, adapter, PAIRS, SETS, SCORES, tmp_path, silent)
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {p.name: p.read_bytes() for p in merged.iterdir()}


def test_the_comparison_counts_where_the_likeliest_token_is_another() -> None:
    import torch

    first = [torch.tensor([[0.0, 1.0], [2.0, 1.0]]), torch.tensor([[0.0, 1.0], [0.0, 3.0]])]
    second = [torch.tensor([[0.0, 1.0], [0.5, 1.0]]), torch.tensor([[0.0, 1.0], [0.0, 2.9]])]
    assert compare(first, second) == Comparison(prompts=2, positions=4, agreement=0.75, difference=1.5)
    assert compare(first, first) == Comparison(prompts=2, positions=4, agreement=1.0, difference=0.0)


def test_only_tokens_of_the_answer_are_compared(merged: Path) -> None:
    found = supervised_logits(export.load(merged), examples(merged))
    assert [len(logits) for logits in found] == [len(pair.answer.encode()) + 1 for pair in PAIRS]


def test_a_model_that_says_something_else_is_refused_with_both_numbers(
    base: Artifact, adapter: Artifact, tmp_path: Path
) -> None:
    """What a merge with a wrong scale would write."""
    wrong = adapted(base.path, scaled(adapter, 2.0, tmp_path / "scaled").path).merge_and_unload()
    right = supervised_logits(adapted(base.path, adapter.path), examples(base.path))
    comparison = compare(right, supervised_logits(wrong, examples(base.path)))
    assert comparison.agreement < 0.99
    with pytest.raises(UserError, match=r"top-1 agreement \d+\.\d\d% over \d+ answer tokens of 4 prompts, .* logits"):
        export.refuse_other_answers(comparison)


@pytest.mark.parametrize(
    ("agreement", "difference", "is_refused"),
    [(1.0, 0.0, False), (0.99, 5.0, False), (0.9899, 1e-3, True), (1.0, float("nan"), True), (1.0, 1e999, True)],
)
def test_below_99_percent_or_without_a_number_is_refused(agreement: float, difference: float, is_refused: bool) -> None:
    comparison = Comparison(1, 1000, agreement, difference)
    if is_refused:
        with pytest.raises(UserError, match="nothing was written"):
            export.refuse_other_answers(comparison)
    else:
        export.refuse_other_answers(comparison)


def test_a_merge_that_changes_answers_leaves_nothing_behind(base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    """An adapter takes back what was added to the base model; merged, the base model's own weights are rounded away."""
    heavy = tmp_path / "heavy"
    shutil.copytree(base.path, heavy)
    adapted(base.path, scaled(adapter, 1e7, tmp_path / "up").path).merge_and_unload().save_pretrained(heavy)
    back = scaled(adapter, -1e7, tmp_path / "down")
    with pytest.raises(UserError, match=r"does not say what base model and adapter say: top-1 agreement \d\d\.\d\d%"):
        export.export_adapter(replace(base, path=heavy), back, PAIRS, [], [], tmp_path / "a" / "b", silent)
    assert names(tmp_path) == ["down", "heavy", "up"]


def test_an_adapter_that_overflows_is_no_agreement(base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="largest absolute difference of logits nan"):
        export.export_adapter(base, scaled(adapter, 1e30, tmp_path / "scaled"), PAIRS, [], [], tmp_path / "out", silent)
    assert names(tmp_path) == ["scaled"]


def test_a_refused_merge_keeps_what_was_exported_before(
    base: Artifact, adapter: Artifact, merged: Path, tmp_path: Path
) -> None:
    shutil.copytree(merged, tmp_path / "out" / "merged")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out" / "merged").iterdir()}
    with pytest.raises(UserError, match="nothing was written"):
        export.export_adapter(base, scaled(adapter, 1e30, tmp_path / "scaled"), PAIRS, [], [], tmp_path / "out", silent)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out" / "merged").iterdir()} == before
    assert names(tmp_path / "out") == ["merged"]


def test_an_adapter_of_another_model_is_refused(base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    narrow = tmp_path / "narrow"
    shutil.copytree(base.path, narrow)
    config = LlamaConfig.from_pretrained(base.path)
    config.hidden_size = 32
    config.head_dim = 8
    LlamaForCausalLM(config).save_pretrained(narrow)
    with pytest.raises(UserError, match=r"does not fit LlamaForCausalLM in .*narrow: .* from 64 to 32 features"):
        export.export_adapter(replace(base, path=narrow), adapter, PAIRS, [], [], tmp_path / "out", silent)
    assert names(tmp_path) == ["narrow"]


def test_an_earlier_export_is_replaced_whole(base: Artifact, adapter: Artifact, merged: Path, tmp_path: Path) -> None:
    shutil.copytree(merged, tmp_path / "merged")
    export.export_adapter(base, adapter, PAIRS, SETS, [], tmp_path, silent)
    assert names(tmp_path) == ["merged"]
    assert "was not evaluated" in (tmp_path / "merged" / "README.md").read_text(encoding="utf-8")


def test_an_empty_folder_is_filled(base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    (tmp_path / "merged").mkdir()
    assert export.export_adapter(base, adapter, PAIRS, [], [], tmp_path, silent)[0] == tmp_path / "merged"


def add_a_file(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")


def edit_the_card(folder: Path) -> None:
    (folder / "README.md").write_text("my own words")


def remove_the_marker(folder: Path) -> None:
    (folder / export.MARKER).unlink()


@pytest.mark.parametrize("change", [add_a_file, edit_the_card, remove_the_marker])
def test_a_folder_that_somebody_else_wrote_or_changed_is_refused(
    change: Any, base: Artifact, adapter: Artifact, merged: Path, tmp_path: Path
) -> None:
    shutil.copytree(merged, tmp_path / "merged")
    change(tmp_path / "merged")
    before = names(tmp_path / "merged")
    with pytest.raises(UserError, match=r"export.json in it tells\): move it away or choose another folder with --out"):
        export.export_adapter(base, adapter, PAIRS, [], [], tmp_path, silent)
    assert names(tmp_path / "merged") == before


def test_a_folder_that_cannot_be_written_is_one_line(base: Artifact, adapter: Artifact, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"cannot write .*file.*; free space or choose another folder with --out"):
        export.export_adapter(base, adapter, PAIRS, [], [], tmp_path / "file" / "out", silent)


@pytest.mark.parametrize("pairs", [[], [Pair("a", "skills", "Answer.", "What? " * 400, "Nothing.")]])
def test_without_a_pair_to_compare_on_nothing_is_exported(
    pairs: list[Pair], base: Artifact, adapter: Artifact, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=rf"none of {len(pairs)} validation pairs fits into 1024 tokens"):
        export.export_adapter(base, adapter, pairs, [], [], tmp_path / "out", silent)
    assert names(tmp_path) == []


@pytest.fixture
def facts(base: Artifact, adapter: Artifact) -> Facts:
    return Facts(base.manifest, adapter.manifest, COMPARISON, SETS, SCORES, "Answer.", 'Jobs in "Malmö"?')


def head(card: str) -> dict[str, Any]:
    return yaml.safe_load(card.split("---\n")[1])


class TestTheCard:
    def test_it_says_where_the_model_comes_from(self, facts: Facts) -> None:
        card = model_card(facts)
        assert head(card) == {
            "library_name": "transformers",
            "pipeline_tag": "text-generation",
            "tags": ["lora", "merged", "conversational", "job-postings"],
        }
        assert "# language_model with LoRA for job postings" in card
        assert "`LlamaForCausalLM`: the base model language_model (digest of its files abababababababab)" in card
        assert "top-1 agreement 99.51% over 1,234 answer tokens of 3 prompts" in card
        assert "largest absolute difference of logits 1.50e-06" in card

    @pytest.mark.parametrize(
        ("model", "hub_id", "licence"),
        [
            ("smollm2-135m-instruct", "HuggingFaceTB/SmolLM2-135M-Instruct", "apache-2.0"),
            ("microsoft/Phi-3.5-mini-instruct", "microsoft/Phi-3.5-mini-instruct", "mit"),
            ("somebody/some-model", "somebody/some-model", None),
        ],
    )
    def test_a_model_of_the_hub_is_named_as_there_and_a_licence_only_where_it_is_known(
        self, facts: Facts, model: str, hub_id: str, licence: str | None
    ) -> None:
        found = head(model_card(replace(facts, base=facts.base | {"model": model})))
        assert (found["base_model"], found.get("license")) == (hub_id, licence)

    def test_a_folder_of_this_machine_is_named_by_its_last_part_only(self, facts: Facts) -> None:
        card = model_card(replace(facts, base=facts.base | {"model": "/home/somebody/secret/my-model/"}))
        assert "base_model" not in head(card)
        assert "my-model" in card
        assert "secret" not in card

    def test_it_counts_rows_and_postings_by_query_type(self, facts: Facts) -> None:
        card = model_card(facts)
        assert (
            "| set | query type | rows | postings |\n| --- | --- | --- | --- |\n| train | location | 40 | 8 |" in card
        )
        assert "| train | all | 1,040 | 12 |\n| validation | all | 3 | 1 |" in card

    def test_it_tells_the_recipe_and_how_the_training_went(self, facts: Facts) -> None:
        card = model_card(facts)
        log = facts.adapter["log"]
        assert "q_proj (2), k_proj (2)" in card
        assert "| `learning_rate` | 0.01 |" in card
        assert f"- Loss: {log[0]['loss']:.4f} at the first, {log[-1]['loss']:.4f} at the last of 4 steps" in card
        dataset, validation = facts.adapter["dataset"], facts.adapter["validation"]
        assert f"- Examples: 4, 0 too long and dropped, 0 cut, {dataset['tokens']} tokens" in card
        assert (
            f"- Validation loss: {validation['base_loss']:.4f} without, {validation['adapter_loss']:.4f} with" in card
        )
        assert "- Backend: trl: no CUDA card is there" in card
        assert f"torch {facts.adapter['versions']['torch']}" in card
        assert facts.adapter["hardware"] in card

    def test_it_tells_the_difference_to_the_base_model_with_its_interval(self, facts: Facts) -> None:
        more: dict[str, Any] = {
            "validation": {"n": 30, "postings": 4, "base_loss": 3.0, "adapter_loss": 2.0,
                           "difference": -1.0, "low": -1.25, "high": -0.75},
        }  # fmt: skip
        card = model_card(replace(facts, adapter=facts.adapter | more))
        assert (
            "- Validation loss: 3.0000 without, 2.0000 with the adapter; difference -1.0000 (-1.2500 to -0.7500), "
            "n=30 of 4 postings"
        ) in card
        more["validation"] = more["validation"] | {"low": None, "high": None}
        assert "difference -1.0000, n=30" in model_card(replace(facts, adapter=facts.adapter | more))

    def test_it_shows_scores_with_n_and_interval(self, facts: Facts) -> None:
        card = model_card(facts)
        assert "| slice | metric | base | lora |" in card
        assert "| unseen | rougeL | 0.123 (0.100 to 0.150), n=20 | 0.457 (0.400 to 0.500), n=20 |" in card
        assert "| seen | right |  | 0.000, n=8 |" in card

    def test_it_says_whose_scores_are_not_there_and_why(self, facts: Facts) -> None:
        said = "`rag` and `analytics`, look postings up: their scores would say nothing of this model"
        assert said in model_card(facts)

    def test_it_says_that_an_adapter_of_4_bit_weights_was_merged_into_full_ones(self, facts: Facts) -> None:
        said = "The adapter was trained on base weights in 4 bits and is merged into the full ones"
        assert said not in model_card(facts)
        recipe = facts.adapter["recipe"] | {"quantization": "4bit"}
        assert said in model_card(replace(facts, adapter=facts.adapter | {"recipe": recipe}))

    def test_its_example_runs_as_it_stands(self, merged: Path) -> None:
        (code,) = re.findall(r"```python\n(.*?)```", (merged / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        assert len(code.splitlines()) == 5
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=merged.parent, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


def test_what_the_whole_dag_made_is_exported_with_rows_and_scores(made: Path, tmp_path: Path) -> None:
    folder = DataFolder(path=str(made))
    merged, comparison = exporting.adapter(Settings.from_environment(), tmp_path / "out", silent)
    card = (merged / "README.md").read_text(encoding="utf-8")
    assert comparison.agreement == 1.0
    assert comparison.difference < 1e-4
    assert str(comparison) in card
    assert "language_model" in card
    assert str(made) not in card
    with folder.lake.connect(["training_set", "metric_summary"]) as connection:
        rows, postings = connection.execute("SELECT count(*), count(DISTINCT posting_id) FROM training_set").fetchall()[
            0
        ]
        mean, n = connection.execute(
            "SELECT mean, n FROM metric_summary WHERE contender = 'lora' AND query_type = 'all' "
            "AND metric = 'rougeL' AND slice = 'unseen'"
        ).fetchall()[0]
    assert f"| train | all | {rows:,} | {postings} |" in card
    (line,) = [line for line in card.splitlines() if line.startswith("| unseen | rougeL |")]
    assert line.rsplit(" | ", 1)[1].startswith(f"{mean:.3f}")
    assert line.endswith(f"n={n} |")


def test_scores_of_another_adapter_are_not_shown(made: Path, tmp_path: Path) -> None:
    summary = Lake(made).path("lora_answers")
    summary.unlink()
    merged, _ = exporting.adapter(Settings.from_environment(), tmp_path / "out", silent)
    assert "was not evaluated" in (merged / "README.md").read_text(encoding="utf-8")


def test_an_adapter_of_another_training_set_than_the_lake_s_is_refused(made: Path, tmp_path: Path) -> None:
    lake = Lake(made)
    shutil.copyfile(lake.path("validation_set"), lake.path("training_set"))
    with pytest.raises(UserError, match=r"lora_adapter was made from another training_set than .* holds now: run"):
        exporting.adapter(Settings.from_environment(), tmp_path / "out", silent)
    assert not (tmp_path / "out").exists()


def test_an_adapter_whose_file_was_changed_is_refused(made: Path, tmp_path: Path) -> None:
    weights = DataFolder(path=str(made)).artifacts.read("lora_adapter").path / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(UserError, match="they differ from the manifest"):
        exporting.adapter(Settings.from_environment(), tmp_path / "out", silent)
    assert not (tmp_path / "out").exists()
