"""Which adapter is served changes whole or not at all, and every decision is kept."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.promotions import Decision, Promotions

NEW, OLD, OTHER = "1" * 16, "2" * 16, "3" * 16


def decision(candidate: str, over: str | None, *, promotes: bool = True, version: str = "v1") -> Decision:
    return Decision(version, candidate, over, promotes, "because")


def what(found: Promotions) -> list[tuple[str, str, str | None]]:
    return [(event.what, event.adapter, event.served) for event in found.history]


def test_what_is_better_is_served_and_what_is_not_is_recorded() -> None:
    found = Promotions().carry_out(decision(OLD, None))
    assert (found.served, found.replaced) == (OLD, None)
    found = found.carry_out(decision(NEW, OLD, promotes=False, version="v2"))
    assert found.served == OLD
    assert what(found) == [("promoted", OLD, OLD), ("kept", NEW, OLD)]
    assert found.history[-1].reason == "because"


def test_a_decision_that_was_carried_out_changes_nothing_a_second_time() -> None:
    for one in (decision(NEW, None), decision(NEW, None, promotes=False)):
        once = Promotions().carry_out(one)
        assert once.carry_out(one) == once


def test_a_decision_against_another_adapter_than_the_one_served_promotes_nothing() -> None:
    found = Promotions(served=OTHER).carry_out(decision(NEW, OLD))
    assert found.served == OTHER
    assert what(found) == [("kept", NEW, OTHER)]


def test_a_pinned_adapter_is_replaced_by_no_decision_and_by_the_same_one_once_it_is_released() -> None:
    pinned = Promotions(served=OTHER).pin(OLD)
    assert (pinned.served, pinned.replaced, pinned.pinned) == (OLD, OTHER, True)
    kept = pinned.carry_out(decision(NEW, OLD))
    assert kept.served == OLD
    assert kept.history[-1].reason == f"{OLD} is pinned; because"
    released = kept.unpin()
    assert (released.served, released.pinned) == (OLD, False)
    assert released.carry_out(decision(NEW, OLD)).served == NEW
    assert what(released.unpin()) == what(released)


def test_a_candidate_that_was_promoted_goes_on_being_compared_with_what_it_replaced() -> None:
    """Else its own promotion would make the decision stale."""
    found = Promotions(served=OLD)
    assert found.compared_with(NEW) == OLD
    assert found.carry_out(decision(NEW, OLD)).compared_with(NEW) == OLD
    assert found.pin(OLD).compared_with(NEW) == OLD


def test_what_is_written_is_read_and_nothing_is_written_where_nothing_changes(tmp_path: Path) -> None:
    models = tmp_path / "models"
    assert promotions.read(models) == Promotions()
    assert promotions.change(models, lambda found: found) == Promotions()
    assert not (models / promotions.FILE).exists()
    written = promotions.change(models, lambda found: found.pin(NEW))
    assert promotions.read(models) == written


@pytest.mark.parametrize("content", ["", "{", '{"served": 1}', '{"adapter": "x"}'])
def test_a_damaged_file_is_one_line_that_says_what_deleting_it_does(tmp_path: Path, content: str) -> None:
    (tmp_path / promotions.FILE).write_text(content)
    with pytest.raises(UserError, match="is damaged: restore it, or delete it") as raised:
        promotions.read(tmp_path)
    assert "\n" not in str(raised.value)


def test_an_error_before_the_file_is_replaced_leaves_the_earlier_one_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = promotions.change(tmp_path, lambda found: found.pin(OLD))

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(UserError, match="free space"):
            promotions.change(tmp_path, lambda found: found.pin(NEW))
    assert promotions.read(tmp_path) == before
    assert promotions.change(tmp_path, lambda found: found.pin(NEW)).served == NEW


PINNING = """
import sys
from pathlib import Path
from jobsearch_dagster.foundation import promotions
models = Path(sys.argv[1])
print("begins", flush=True)
for turn in range(10**6):
    promotions.change(models, lambda found: found.pin(f"{turn % 16:x}" * 16))
"""


def test_a_process_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    moments = random.Random(5)
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", PINNING, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.random() * 0.3)
        process.kill()
        process.communicate()
        found = promotions.read(tmp_path)
        assert found.history == () or found.served == found.history[-1].served
    promotions.change(tmp_path, lambda found: found.pin(NEW))
    assert sorted(path.name for path in tmp_path.iterdir()) == [promotions.FILE, promotions.LOCK]


def test_of_two_that_change_it_at_once_neither_is_lost(tmp_path: Path) -> None:
    pinning = PINNING.replace("10**6", "25")
    both = [
        subprocess.Popen([sys.executable, "-c", pinning, str(tmp_path)], stdout=subprocess.DEVNULL) for _ in range(2)
    ]
    assert [process.wait() for process in both] == [0, 0]
    assert len(promotions.read(tmp_path).history) == 50
