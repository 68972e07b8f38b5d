"""`promoted_adapter` over a finished data folder: promoted, kept, pinned, killed, and what `ask` then serves."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jobsearch_dagster import build
from jobsearch_dagster.app import cli
from jobsearch_dagster.app.run import explain, run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.foundation.model_store import served_adapter
from jobsearch_dagster.foundation.promotions import Promotions
from jobsearch_dagster.foundation.table_asset import DataFolder

Jobsearch = Callable[..., tuple[int, str, str]]
ASK = ("ask", "What jobs are open in london?", "--via", "lora", "--json")


@pytest.fixture
def jobsearch(capsys: pytest.CaptureFixture[str]) -> Jobsearch:
    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def promoted(data: Path) -> Promotions:
    return promotions.read(data / "models")


def newest(data: Path) -> str:
    return ArtifactStore(data).read("lora_adapter").path.name


def make_it_right(data: Path) -> None:
    """As if the adapter named right jobs where the base model does not, and predicted better."""
    folder = DataFolder(path=str(data))
    schema, stamp = build.lake_assets()["answer_scores"].schema, folder.lake.stamp("answer_scores")
    assert schema is not None
    assert stamp is not None
    better = "contender = 'lora' AND metric = 'right'"
    value = f"CASE WHEN {better} THEN 0.7 + 0.1 * (hash(posting_id) % 3) ELSE value END"
    with folder.lake.connect(["answer_scores"]) as connection:
        rows = connection.sql(f"SELECT * REPLACE ({value} AS value) FROM answer_scores")
        folder.lake.write("answer_scores", rows, schema, stamp.parts, connection)


def test_what_is_not_shown_to_be_better_is_kept_recorded_and_no_failure(made: Path, jobsearch: Jobsearch) -> None:
    found = promoted(made)
    assert found.served is None
    (event,) = found.history
    assert (event.what, event.adapter, event.served) == ("kept", newest(made), None)
    assert "right +0.000 (no interval)" in event.reason
    assert run(open_workspace(), []).computed == ()
    assert promoted(made) == found


def test_before_any_training_promote_says_that_there_is_no_adapter(data: Path, jobsearch: Jobsearch) -> None:
    lines = ["No adapter was made yet: `jobsearch run` makes one.", "No adapter is served."]
    assert jobsearch("promote")[:2] == (0, "\n".join(lines) + "\n")


def test_with_nothing_promoted_ask_says_so_in_one_line_and_takes_a_digest(made: Path, jobsearch: Jobsearch) -> None:
    code, out, err = jobsearch(*ASK)
    assert (code, out) == (1, "")
    assert err.startswith("error: no adapter is promoted (kept against the base model: ")
    assert "`jobsearch promote` lists them" in err
    assert "--adapter DIGEST" in err
    assert err.count("\n") == 1
    code, out, _ = jobsearch(*ASK, "--adapter", newest(made)[:6])
    assert code == 0
    assert json.loads(out)["via"] == "lora"
    code, _, err = jobsearch(*ASK, "--adapter", "ffff")
    assert (code, f"ffff begins no digest in {made / 'models' / 'lora_adapter'}" in err) == (1, True)
    assert jobsearch("ask", "nurse jobs", "--adapter", newest(made))[0] == 2


def test_what_is_surely_better_is_promoted_once_and_served(made: Path, jobsearch: Jobsearch) -> None:
    make_it_right(made)
    assert run(open_workspace(), ["promoted_adapter"]).problems == ()
    found = promoted(made)
    assert found.served == newest(made)
    assert [event.what for event in found.history] == ["kept", "promoted"]
    assert jobsearch(*ASK)[0] == 0
    status = json.loads(jobsearch("status", "--json", "--select", "promoted_adapter")[1])
    assert status["served_adapter"] == newest(made)
    assert {status.state for status in explain(open_workspace(), ["promoted_adapter"]).values()} == {"fresh"}
    assert run(open_workspace(), ["promoted_adapter"]).computed == ()
    assert promoted(made) == found


KILLED = """
import os, signal
from pathlib import Path
from jobsearch_dagster.app import cli
replace = Path.replace
def killed(self, target):
    if Path(target).name == "promoted.json":
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = killed
cli.main(["run", "--select", "promoted_adapter"])
"""


@pytest.mark.slow
def test_a_promotion_killed_between_its_writes_leaves_the_old_one_served_and_the_next_run_carries_it_out(
    made: Path, jobsearch: Jobsearch
) -> None:
    before = promoted(made)
    make_it_right(made)
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert promoted(made) == before
    assert jobsearch(*ASK)[0] == 1
    reason = explain(open_workspace(), ["promoted_adapter"])["promoted_adapter"].reason
    assert reason == "the decision about the adapter is not carried out"
    outcome = run(open_workspace(), ["promoted_adapter"])
    assert "promoted_adapter" in outcome.reused
    assert promoted(made).served == newest(made)
    assert list((made / "models").glob("*.tmp")) == []


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_the_next_adapter_must_beat_the_served_one_and_a_pin_survives_every_run(
    made: Path, jobsearch: Jobsearch
) -> None:
    make_it_right(made)
    run(open_workspace(), ["promoted_adapter"])
    first = newest(made)
    assert promoted(made).served == first

    another = open_workspace(None, ["lora_adapter.seed=1"])
    assert run(another, ["promoted_adapter"]).problems == ()
    second = newest(made)
    assert second != first
    event = promoted(made).history[-1]
    assert (event.what, event.adapter, event.served) == ("kept", second, first)
    assert event.reason.startswith(f"against adapter {first}: validation_loss ")

    code, out, _ = jobsearch("promote", "--to", second[:8])
    assert (code, out) == (0, f"Served: {second}, pinned until `jobsearch promote --unpin`.\n")
    run(another, ["promoted_adapter"])
    run(open_workspace(), ["promoted_adapter"])  # back to the first recipe, which is compared with the pinned one
    found = promoted(made)
    assert (found.served, found.pinned) == (second, True)
    assert found.history[-1].reason.startswith(f"{second} is pinned; against adapter {second}: ")
    assert served_adapter(made).adapter.path.name == second

    assert jobsearch("promote", "--unpin")[:2] == (0, f"Served: {second}, until a better one is found.\n")
    code, out, _ = jobsearch("promote")
    assert code == 0
    assert {first, second} <= set(out.split())
    assert [line.split()[2] for line in out.splitlines() if line.startswith("20")] == [
        "kept", "promoted", "kept", "pinned", "kept", "unpinned",
    ]  # fmt: skip


def test_only_a_whole_adapter_can_be_pinned(made: Path, jobsearch: Jobsearch) -> None:
    weights = ArtifactStore(made).read("lora_adapter").path / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])
    code, out, err = jobsearch("promote", "--to", newest(made))
    assert (code, out) == (1, "")
    assert "are damaged or were changed from outside: choose another adapter" in err
    assert promoted(made).served is None
    assert jobsearch("promote", "--to", "x", "--unpin")[0] == 2


def test_inputs_that_were_not_made_from_each_other_decide_nothing(made: Path) -> None:
    """`--only` can leave the scores of an earlier adapter beside a new one."""
    folder = DataFolder(path=str(made))
    schema, stamp = build.lake_assets()["lora_answers"].schema, folder.lake.stamp("lora_answers")
    assert schema is not None
    assert stamp is not None
    parts = replace(stamp.parts, inputs={**stamp.parts.inputs, "lora_adapter": "an earlier one"})
    with folder.lake.connect(["lora_answers"]) as connection:
        folder.lake.write("lora_answers", connection.table("lora_answers"), schema, parts, connection)
    (made / "lake" / "promoted_adapter.parquet").unlink()
    (problem,) = run(open_workspace(), ["promoted_adapter"], only=True).problems
    assert problem == "lora_answers was made from another lora_adapter than there is now: run without --only"
