"""A vote outlasts whatever happens after it was stored, and counts once, on the answers that it was given on."""

import os
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.evaluation import votes
from jobsearch_dagster.evaluation.gold import Item, Labels, read_labels
from jobsearch_dagster.evaluation.votes import Vote, counted, digest_of_answer, label_rows, labels, read, store
from jobsearch_dagster.foundation.errors import UserError

ANSWERS = {(name, question): f"{name} says {question}" for name in ("base", "lora", "rag") for question in ("q1", "q2")}


def vote(voter: str = "ann", question: str = "q1", first: str = "base", second: str = "lora", **said: Any) -> Vote:
    answers = [digest_of_answer(ANSWERS[name, question]) for name in (first, second)]
    on = {"at": "", "voter": voter, "question_id": question, "first": first, "second": second, "answers": answers}
    return Vote.model_validate(on | {"relevance": "first", "faithfulness": "same"} | said)


def test_what_was_stored_is_read_in_its_order(tmp_path: Path) -> None:
    given = [vote("ann"), vote("bob", relevance="second"), vote("ann", "q2", relevant=(True, None))]
    for one in given:
        store(tmp_path, one)
    assert read(tmp_path) == votes.Votes(tuple(given))


def test_without_a_folder_there_are_no_votes(tmp_path: Path) -> None:
    assert read(tmp_path) == votes.Votes(())
    assert votes.files(tmp_path) == []


def test_a_torn_line_is_counted_and_takes_no_other_vote_with_it(tmp_path: Path) -> None:
    store(tmp_path, vote("ann"))
    path = tmp_path / "votes" / "votes.jsonl"
    whole = path.read_bytes()
    for torn in (whole[:-1], whole[: len(whole) // 2], whole + whole[:1]):
        path.write_bytes(torn)
        store(tmp_path, vote("bob"))
        found = read(tmp_path)
        assert found.votes[-1] == vote("bob")
        assert len(found.votes) + found.unreadable == 2 + (torn.count(b"\n") > 0)
    assert found.unreadable == 1


def test_votes_of_many_at_once_are_all_there(tmp_path: Path) -> None:
    given = [vote(f"voter {number}") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: store(tmp_path, one), given))
    assert sorted(read(tmp_path).votes, key=lambda one: one.voter) == sorted(given, key=lambda one: one.voter)


def test_a_process_that_is_killed_after_storing_loses_nothing(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from jobsearch_dagster.evaluation.votes import Vote, store\n"
        "store(Path(sys.argv[1]), Vote.model_validate_json(sys.argv[2])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path), vote().model_dump_json()], check=False)
    assert done.returncode == -signal.SIGKILL
    assert read(tmp_path).votes == (vote(),)


def test_each_vote_is_synced_before_it_counts_as_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(os.fstat(file).st_ino), sync(file)))
    store(tmp_path, vote())
    assert synced == [path.stat().st_ino for path in (tmp_path / "votes" / "votes.jsonl", tmp_path / "votes")]


def test_votes_of_other_machines_may_lie_beside_ours(tmp_path: Path) -> None:
    store(tmp_path, vote("ann"))
    (tmp_path / "votes" / "laptop.jsonl").write_text(vote("bob").model_dump_json() + "\n", encoding="utf-8")
    assert {one.voter for one in read(tmp_path).votes} == {"ann", "bob"}


def test_a_folder_that_cannot_be_written_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "votes").write_text("")
    with pytest.raises(UserError, match="make the folder writable"):
        store(tmp_path, vote())


def test_a_file_that_cannot_be_read_is_a_user_error(tmp_path: Path) -> None:
    store(tmp_path, vote())
    (tmp_path / "votes" / "laptop.jsonl").mkdir()
    with pytest.raises(
        UserError, match=r"^cannot read .*laptop\.jsonl: .*; make it readable or move it out of .*votes$"
    ):
        read(tmp_path)


def test_a_vote_that_the_disk_takes_half_of_is_an_error_and_the_next_one_is_whole(tmp_path: Path) -> None:
    store(tmp_path, vote())
    path = tmp_path / "votes" / "votes.jsonl"
    whole = path.stat().st_size
    script = (
        "import sys; from pathlib import Path; from jobsearch_dagster.evaluation.votes import UserError, Vote, store\n"
        "try: store(Path(sys.argv[1]), Vote.model_validate_json(sys.argv[2]))\n"
        "except UserError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), vote("bob").model_dump_json()],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (whole + 40, whole + 40)),
    )
    assert "free space" in done.stdout, done.stderr
    assert path.stat().st_size == whole + 40
    store(tmp_path, vote("cid"))
    assert read(tmp_path) == votes.Votes((vote(), vote("cid")), unreadable=1)


@pytest.mark.parametrize("changed", [{"second": "base"}, {"first": "gpt"}, {"relevance": "A"}, {"name": "Ann"}])
def test_what_is_no_vote_is_none(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Vote.model_validate(vote().model_dump() | changed)


def test_of_several_votes_of_a_person_on_a_pair_the_last_counts_in_whatever_order_it_was_shown() -> None:
    last = vote(first="lora", second="base", relevance="same")
    assert counted([vote(), vote("bob"), last], ANSWERS) == [last, vote("bob")]


def test_votes_on_answers_that_were_replaced_do_not_count() -> None:
    changed = ANSWERS | {("lora", "q1"): "something else"}
    other = vote("ann", "q2")
    assert counted([vote(), other], changed) == [other]
    assert counted([vote()], {}) == []


def test_a_later_vote_on_other_answers_takes_no_vote_on_todays_away() -> None:
    replaced = vote(at="2026-11-27T10:00:00+00:00", answers=["0" * 16, "1" * 16])
    todays = vote(at="2026-11-27T09:00:00+00:00")
    assert counted([todays, replaced], ANSWERS) == [todays]


def test_the_last_vote_is_the_last_by_its_time_whatever_file_it_lies_in(tmp_path: Path) -> None:
    earlier, later = vote(at="2026-11-27T09:00:00+00:00"), vote(at="2026-11-27T10:00:00+00:00", relevance="second")
    (tmp_path / "votes").mkdir()
    for name, one in (("desk", later), ("laptop", earlier)):
        (tmp_path / "votes" / f"{name}.jsonl").write_text(one.model_dump_json() + "\n", encoding="utf-8")
    assert counted(read(tmp_path).votes, ANSWERS) == [later]


def test_a_label_is_what_most_say_of_an_answer_by_itself(tmp_path: Path) -> None:
    given = [
        vote("ann", relevant=(True, False), faithful=(True, None)),
        vote("bob", relevant=(True, True)),
        vote("cid", first="lora", second="rag", relevant=(True, None)),
    ]
    wanted = {
        Item("base", "q1", "answer_faithfulness"): True,
        Item("base", "q1", "answer_relevance"): True,
        Item("lora", "q1", "answer_relevance"): True,
    }
    assert labels(given) == wanted
    assert Item("lora", "q1", "answer_relevance") not in labels(given[:2])
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(",".join(row) for row in label_rows(given)), encoding="utf-8")
    todays = {item: digest_of_answer(ANSWERS[item.contender, item.question_id]) for item in wanted}
    assert read_labels(path, todays) == Labels(wanted)


def test_a_preference_alone_is_no_label() -> None:
    assert labels([vote(), vote("bob", relevance="second")]) == {}
