"""Training teaches the answers, the same ones each time, also when it was killed, and leaves the base model alone."""

import itertools
import json
import math
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from jobsearch_dagster.finetuning.backends import load_trl
from jobsearch_dagster.finetuning.checkpoints import MARK
from jobsearch_dagster.finetuning.examples import Pair, load_examples, render_pairs
from jobsearch_dagster.finetuning.order import training_order
from jobsearch_dagster.finetuning.sample import Sample
from jobsearch_dagster.finetuning.training import compile_layers
from jobsearch_dagster.finetuning.validation import compare_with_base
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.rendering import IGNORED, Loss, render_example
from jobsearch_dagster_tests.finetuning import trainings
from jobsearch_dagster_tests.finetuning.trainings import (
    PAIRS,
    ROUNDING,
    WATCHED,
    Trained,
    files,
    matrices,
    recipe,
)

ONE_STEP: dict[str, Any] = {"max_steps": 1, "warmup_steps": 0, "batch_size": 4, "gradient_accumulation_steps": 3}
"""All twelve pairs in one step, whatever their order."""
Train = Callable[..., Trained]


@pytest.fixture(scope="module")
def base(smoke_models: Path) -> Path:
    return smoke_models / "language_model"


@pytest.fixture
def train(smoke_models: Path, tmp_path: Path) -> Train:
    """Train below `tmp_path / into`; the recipe's fields can be changed."""
    return lambda into="one", **options: trainings.train(smoke_models, tmp_path / into, **options)


@pytest.fixture(scope="module")
def one_step(smoke_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One step over all pairs. Not to be changed."""
    return trainings.train(smoke_models, tmp_path_factory.mktemp("step"), **ONE_STEP)


def loss_of_base(base: Path, loss: Loss) -> float:
    """Mean cross entropy of the base model over the supervised tokens of all pairs, computed one pair at a time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base)
    total, count = 0.0, 0
    for pair in PAIRS:
        example = render_example(tokenizer, pair.system, pair.question, pair.answer, loss=loss, max_length=512)
        assert example is not None
        with torch.no_grad():
            logits = model(torch.tensor([example.input_ids])).logits[0]
        likelihood = logits.log_softmax(dim=-1)
        for position, label in enumerate(example.labels[1:]):
            if label != IGNORED:
                total -= float(likelihood[position, label])
                count += 1
    return total / count


def assert_alike(first: Trained, second: Trained) -> None:
    """The same training but for rounding."""
    assert first.column("loss") == pytest.approx(second.column("loss"), abs=ROUNDING)
    assert first.column("grad_norm") == pytest.approx(second.column("grad_norm"), rel=0.02)
    for name in ("base_loss", "adapter_loss"):
        expected = pytest.approx(second.manifest["validation"][name], abs=ROUNDING)
        assert first.manifest["validation"][name] == expected


def test_the_loss_falls(trained: Trained) -> None:
    losses = trained.column("loss")
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("loss", ["answer", "full"])
def test_loss_is_taken_where_the_recipe_says(train: Train, base: Path, loss: Loss) -> None:
    """A new adapter changes nothing, so the first loss is the base model's on the supervised tokens and on no other.

    And it is what plain transformers computes from all logits, though most are never computed here.
    """
    expected = {name: loss_of_base(base, name) for name in ("answer", "full")}
    assert abs(expected["answer"] - expected["full"]) > 3 * ROUNDING
    found = train(loss=loss, **ONE_STEP)
    precise = 1e-4
    assert found.column("loss") == pytest.approx([expected[loss]], abs=precise)


def test_what_stands_before_the_answer_is_not_learned(train: Train, one_step: Trained) -> None:
    """The gradient of the first step comes from the answers: with loss on everything it is another one."""
    everything = train(loss="full", **ONE_STEP)
    assert one_step.column("grad_norm") != pytest.approx(everything.column("grad_norm"), rel=0.01)


@pytest.mark.parametrize(("batch_size", "accumulated"), [(1, 8), (8, 1)])
def test_small_batches_that_are_accumulated_are_one_large_batch(
    train: Train, trained: Trained, batch_size: int, accumulated: int
) -> None:
    """Answers differ in length: the mean is over tokens, not over batches."""
    other = train(batch_size=batch_size, gradient_accumulation_steps=accumulated)
    assert_alike(other, trained)
    assert other.column("tokens") == trained.column("tokens")


def test_the_same_seed_gives_the_same_adapter(train: Train, trained: Trained) -> None:
    again = train()
    assert again.log == trained.log
    assert again.weights == trained.weights
    assert again.manifest["sample"] == trained.manifest["sample"]
    assert again.manifest["validation"] == trained.manifest["validation"]


def test_another_seed_gives_another_adapter(train: Train, trained: Trained) -> None:
    import torch

    other = train(seed=1)
    first, second = matrices(trained.folder), matrices(other.folder)
    assert not any(torch.equal(first[name], second[name]) for name in first)
    assert other.column("tokens") != trained.column("tokens")  # another order, too


def test_the_base_model_s_files_are_untouched(train: Train, base: Path) -> None:
    def digest() -> str:
        return digest_of_files(base, sorted(path for path in base.rglob("*") if path.is_file()))

    before = digest()
    train(max_steps=2)
    assert digest() == before


@pytest.mark.parametrize("switch", [{"gradient_checkpointing": True}, {"group_by_length": False}])
def test_what_saves_time_or_memory_changes_nothing_that_is_learned(
    train: Train, one_step: Trained, switch: dict[str, Any]
) -> None:
    assert_alike(train(**ONE_STEP, **switch), one_step)


def test_gradient_checkpointing_is_switched_on(train: Train, trained: Trained) -> None:
    """With dropout inside the recomputed part the same random numbers must come again."""
    kept = train(into="kept", lora_dropout=0.2)
    recomputed = train(into="recomputed", lora_dropout=0.2, gradient_checkpointing=True)
    assert recomputed.manifest["recipe"]["gradient_checkpointing"]
    assert_alike(recomputed, kept)
    assert kept.column("loss")[2:] != pytest.approx(trained.column("loss")[2:], abs=1e-3)


@pytest.mark.slow
def test_compiled_layers_learn_the_same_and_share_their_graphs(tmp_path: Path) -> None:
    """Two graphs for any number of layers and lengths: what enters the first layer needs no gradient.

    Not in a whole training: the compiler takes a minute for each.
    """
    import torch
    from torch._dynamo.utils import counters
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"vocab_size": 259, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 4}
    LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=2, initializer_range=0.2)).save_pretrained(tmp_path)
    model = load_trl(tmp_path, recipe()).model.train()
    batches = [
        torch.randint(3, 259, (2, length), generator=torch.Generator().manual_seed(length)) for length in (9, 31)
    ]

    def learned() -> tuple[list[float], list[Any]]:
        """Losses, and gradients of the adapter; of A they are zero as long as B is."""
        model.zero_grad()
        losses = [model(ids, labels=ids, use_cache=False).loss for ids in batches]
        torch.stack(losses).sum().backward()
        return [loss.item() for loss in losses], [p.grad.clone() for n, p in model.named_parameters() if "lora_B" in n]

    losses, gradients = learned()
    counters.clear()
    compile_layers(model)
    compiled_losses, compiled_gradients = learned()
    assert counters["stats"]["unique_graphs"] == 2
    assert compiled_losses == pytest.approx(losses, abs=1e-4)
    assert all(gradient.any() for gradient in gradients)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(compiled_gradients, gradients, strict=True))


def test_without_a_compiler_layers_are_not_compiled(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setenv("CXX", "no-such-compiler")
    if torch.cuda.is_available():
        train(max_steps=2, compile_layers=True)  # Triton compiles there
    else:
        with pytest.raises(UserError, match="compile_layers needs a C\\+\\+ compiler and there is no no-such-compiler"):
            train(max_steps=2, compile_layers=True)


def test_pairs_without_room_for_an_answer_are_counted(train: Train) -> None:
    long = Pair("x", "skills", "Answer the question.", "What jobs are open? " * 40, "Job available")
    dataset = train(pairs=[*PAIRS, long], max_steps=2).manifest["dataset"]
    assert (dataset["examples"], dataset["dropped"]) == (12, 1)


def test_a_length_that_no_pair_fits_into_is_refused(train: Train) -> None:
    with pytest.raises(UserError, match="max_seq_length 16"):
        train(max_seq_length=16)


def test_what_takes_long_is_said_before_it_is_done(train: Train, base: Path) -> None:
    lines: list[str] = []
    train(max_steps=2, checkpoint_steps=2, say=lines.append)
    assert lines[0].endswith("; rendering 12 pairs")
    assert [line for line in lines[1:] if "steps (" not in line] == [
        f"loading the base model from {base}",
        "step 0 of 2: answering the sample's questions",
        "step 2 of 2: answering the sample's questions",
        "comparing adapter and base model on 6 validation pairs",
    ]


def test_nothing_is_printed(train: Train, capfd: pytest.CaptureFixture[str]) -> None:
    train(max_steps=2)
    assert capfd.readouterr().out == ""


def damaged(base: Path, folder: Path, spoil: Callable[[dict[str, Any]], object]) -> Path:
    """A copy of the base model with other weights."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(base, folder)
    tensors = load_file(folder / "model.safetensors")
    spoil(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


class TestALossThatIsNoNumber:
    RARE = "~"
    STEPS: ClassVar[dict[str, Any]] = {
        "max_steps": 3, "checkpoint_steps": 1, "batch_size": 4, "gradient_accumulation_steps": 1,
        "group_by_length": False,
    }  # fmt: skip

    @pytest.fixture(scope="class")
    def stopped(self, smoke_models: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
        """Folder and message of a training that meets, in its third step, a token whose embedding is no number."""
        folder = tmp_path_factory.mktemp("stopped")
        tokenizer = model_store.load_tokenizer(base)
        token = tokenizer.convert_tokens_to_ids(self.RARE)
        broken = damaged(
            base, folder / "broken", lambda tensors: tensors["model.embed_tokens.weight"][token].fill_(math.nan)
        )
        wanted = recipe(**self.STEPS)
        order = training_order(render_pairs(tokenizer, PAIRS, wanted).lengths, wanted)
        pairs = list(PAIRS)
        pairs[order[8]] = replace(pairs[order[8]], question=pairs[order[8]].question[:-1] + self.RARE)
        with pytest.raises(UserError) as error:
            trainings.train(smoke_models, folder, base=broken, pairs=pairs, **self.STEPS)
        return folder, str(error.value)

    def test_stops_the_training_at_its_step_and_names_the_last_good_checkpoint(self, stopped: tuple[Path, str]) -> None:
        """The weights after step 2 were never seen to give a number: the last ones that did are those of step 1."""
        folder, said = stopped
        kept = folder / "checkpoints" / "checkpoint-1"
        assert said == (
            f"the loss is nan at step 3: the checkpoint of step 1 is kept in {kept}; lower learning_rate (0.01), or "
            "look for a damaged base model"
        )
        mark = json.loads((kept / MARK).read_text(encoding="utf-8"))
        assert [row["step"] for row in mark["measured"]] == [1]
        assert not (folder / "checkpoints" / "checkpoint-2" / MARK).exists()

    def test_saves_no_adapter(self, stopped: tuple[Path, str]) -> None:
        assert not (stopped[0] / "adapter").exists()

    def test_leaves_checkpoints_of_safetensors_and_text_only(self, stopped: tuple[Path, str]) -> None:
        found = files(stopped[0] / "checkpoints")
        assert {name.split("/")[0] for name in found} - {"README.md"} == {"checkpoint-1", "checkpoint-2"}
        assert {"checkpoint-2/adapter_model.safetensors", "checkpoint-2/optimizer.safetensors"} <= found
        assert {Path(name).suffix for name in found} <= {".safetensors", ".json", ".jinja", ".md"}

    def test_is_said_where_there_is_no_checkpoint(self, train: Train, base: Path, tmp_path: Path) -> None:
        broken = damaged(base, tmp_path / "broken", lambda tensors: tensors["model.norm.weight"].fill_(math.nan))
        with pytest.raises(UserError, match="the loss is nan at step 1: there is no checkpoint yet; lower learning_ra"):
            train(base=broken)
        assert not (tmp_path / "one" / "adapter").exists()

    def test_can_come_from_a_learning_rate_that_is_absurd(self, train: Train, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"at step 3: .*lower learning_rate \(1e\+30\)"):
            train(learning_rate=1e30)
        assert not (tmp_path / "one" / "adapter").exists()

    @pytest.mark.parametrize("steps", [2, 3])
    def test_weights_that_the_last_step_broke_are_not_published_and_not_gone_on_from(
        self, train: Train, tmp_path: Path, steps: int
    ) -> None:
        """The first step warms up with rate 0, the second breaks the weights after its loss was taken."""
        with pytest.raises(UserError, match=r"lower learning_rate \(1e\+30\)"):
            train(learning_rate=1e30, max_steps=steps, checkpoint_steps=1)
        assert not (tmp_path / "one" / "adapter").exists()
        assert not (tmp_path / "one" / "checkpoints" / "checkpoint-2" / MARK).exists()


RUN = """
import json, sys
from pathlib import Path
import torch
from jobsearch_dagster.finetuning.adapter import Places, make_adapter
from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.finetuning.recipe import LoraRecipe

torch.set_num_threads(1)
work = json.loads(sys.stdin.read())
make_adapter(
    [Pair(*pair) for pair in work["pairs"]], [Pair(*pair) for pair in work["watched"]],
    LoraRecipe.model_validate_json(work["recipe"]), Places(*map(Path, work["places"])), "key", print,
)
"""


def train_until_killed(models: Path, folder: Path, steps: tuple[int, int] = (3, 6), **changes: Any) -> None:
    """Train in a process that is killed when the checkpoint of one step is whole and that of the next is not.

    Raises:
        TooLate: The process was faster than this one, which the machine did not run.
    """
    where = trainings.places(models, folder)
    work = {
        "pairs": [list(vars(pair).values()) for pair in PAIRS],
        "watched": [list(vars(pair).values()) for pair in WATCHED],
        "recipe": recipe(**changes).model_dump_json(),
        "places": [str(path) for path in vars(where).values()],
    }
    process = subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(json.dumps(work))
    marks = [where.checkpoints / f"checkpoint-{step}" / "complete.json" for step in steps]
    while not marks[0].is_file() and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    if marks[1].is_file():
        raise TooLateError


class TooLateError(Exception):
    """A training was killed after the step at which it should have been."""


def killed_after(models: Path, folder: Path, *steps: int, **changes: Any) -> None:
    """Train, killed after each of these steps, with a new process that goes on from the last; tried until it is so."""
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        try:
            for step, following in itertools.pairwise((*steps, 6)):
                train_until_killed(models, folder, (step, following), **changes)
        except TooLateError:
            continue
        return


class Killed:
    """A training that was killed after step 3 and run again, and the same one uninterrupted."""

    CHANGES: ClassVar[dict[str, Any]] = {"lora_dropout": 0.1, "sample_tokens": 96}

    def __init__(self, models: Path, folder: Path) -> None:
        self.lines: list[str] = []
        self.whole = trainings.train(models, folder / "whole", **self.CHANGES)
        killed_after(models, folder / "killed", 3, **self.CHANGES)
        self.left_behind = files(folder / "killed")
        self.again = trainings.train(models, folder / "killed", say=self.lines.append, **self.CHANGES)


@pytest.mark.slow
class TestAKilledTraining:
    @pytest.fixture(scope="class")
    def killed(self, smoke_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Killed:
        return Killed(smoke_models, tmp_path_factory.mktemp("killed"))

    def test_goes_on_from_its_checkpoint(self, killed: Killed) -> None:
        assert killed.again.manifest["resumed_after_step"] == 3
        assert any(line.startswith("goes on after step 3 of 6, from ") for line in killed.lines)
        assert killed.whole.manifest["resumed_after_step"] is None

    def test_gives_the_adapter_of_an_uninterrupted_one_to_the_byte(self, killed: Killed) -> None:
        """With dropout: random numbers go on, too."""
        assert killed.again.weights == killed.whole.weights
        assert files(killed.again.folder) == files(killed.whole.folder)

    def test_has_the_log_of_an_uninterrupted_one(self, killed: Killed) -> None:
        for name in ("step", "epoch", "learning_rate", "tokens"):
            assert killed.again.column(name) == killed.whole.column(name)
        for name in ("loss", "grad_norm", "token_accuracy"):
            assert killed.again.column(name) == pytest.approx(killed.whole.column(name), abs=1e-6)
        assert killed.again.manifest["validation"] == killed.whole.manifest["validation"]

    def test_has_the_answers_from_before_and_after(self, killed: Killed) -> None:
        assert [row["step"] for row in killed.again.manifest["sample"]] == [0, 0, 3, 3, 6, 6]
        assert killed.again.manifest["sample"] == killed.whole.manifest["sample"]

    def test_leaves_no_adapter_and_no_pickle_behind(self, killed: Killed) -> None:
        assert not any(name.startswith("adapter/") for name in killed.left_behind)
        assert "checkpoints/checkpoint-3/complete.json" in killed.left_behind
        assert not {".pt", ".pth", ".bin", ".pkl"} & {Path(name).suffix for name in killed.left_behind}

    def test_that_was_killed_after_its_last_step_is_not_trained_again(self, killed: Killed, smoke_models: Path) -> None:
        """Its checkpoints lie there until the adapter is where it belongs."""
        done = trainings.train(smoke_models, killed.again.folder.parent, **Killed.CHANGES)
        assert done.manifest["resumed_after_step"] == 6
        assert done.manifest["log"] == killed.again.manifest["log"]
        assert done.manifest["sample"] == killed.whole.manifest["sample"]
        assert done.manifest["validation"] == killed.whole.manifest["validation"]
        assert done.weights == killed.whole.weights


@pytest.mark.slow
def test_a_training_that_was_killed_twice_ends_as_an_uninterrupted_one(smoke_models: Path, tmp_path: Path) -> None:
    """The second process goes on from a checkpoint and leaves one that the third goes on from."""
    changes: dict[str, Any] = {"lora_dropout": 0.1, "sample_tokens": 64, "checkpoint_steps": 2}
    whole = trainings.train(smoke_models, tmp_path / "whole", **changes)
    killed_after(smoke_models, tmp_path / "killed", 2, 4, **changes)
    lines: list[str] = []
    again = trainings.train(smoke_models, tmp_path / "killed", say=lines.append, **changes)
    assert again.manifest["resumed_after_step"] == 4
    assert again.weights == whole.weights
    assert again.log == whole.log
    assert again.manifest["sample"] == whole.manifest["sample"]
    assert again.manifest["validation"] == whole.manifest["validation"]


def many_layers(folder: Path) -> Path:
    """More layers than torch recompiles one function for; a sample that asks for a graph per layer uses them up."""
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes: dict[str, Any] = {"vocab_size": 259, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 10}
    LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=2, pad_token_id=0)).save_pretrained(folder)
    return folder


def test_compiling_is_for_training_and_not_for_the_sample_and_the_validation(
    smoke_models: Path, base: Path, tmp_path: Path
) -> None:
    """Else the sample, which comes first, takes minutes to compile and leaves nothing to the training."""
    from torch._dynamo.utils import counters

    tokenizer = model_store.load_tokenizer(base)
    work = trainings.job(smoke_models, tmp_path)
    model = load_trl(many_layers(tmp_path / "layers"), work.recipe).model
    counters.clear()
    compile_layers(model)
    Sample(work, model, tokenizer).answer(step=0)
    assert counters["stats"]["unique_graphs"] == 0
    compare_with_base(model, load_examples(work.validation), pad=0)
    assert counters["stats"]["unique_graphs"] == 0
