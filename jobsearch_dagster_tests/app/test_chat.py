"""`jobsearch chat` as a person has it: through a pipe, and at a real pseudo-terminal."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.app import cli
from jobsearch_dagster.app.ask import ask
from jobsearch_dagster.app.console import printable
from jobsearch_dagster.app.written import broken, released, write
from jobsearch_dagster.evaluation.contenders import Answer
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.preparation.privacy import redact
from jobsearch_dagster_tests.app.conftest import Jobsearch, Piped
from jobsearch_dagster_tests.app.terminal import COMMAND, terminal
from jobsearch_dagster_tests.ingestion.raw_files import file_with
from jobsearch_dagster_tests.llm_server import Reply, completion, serving
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of

Chat = Callable[..., str]


@pytest.fixture
def chat(folder: Path, piped: Piped) -> Chat:
    """What is printed for lines that come through a pipe; the command ends with 0 and says nothing on stderr."""

    def call(*lines: str | bytes, options: tuple[str, ...] = ()) -> str:
        code, out, err = piped(["chat", *options], *lines)
        assert (code, err) == (0, "")
        return out

    return call


def ids(out: str) -> list[str]:
    """First words of the titles in the tables."""
    return re.findall(r"^\d+  (\w+ \w+)", out, re.MULTILINE)


def understood(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("I looked for: ")]


def test_questions_go_on_from_one_another_and_no_prompt_is_printed(chat: Chat) -> None:
    out = chat("senior python jobs", "only hybrid ones", "undo", "start over", "nurse jobs")
    assert understood(out) == [
        "I looked for: jobs with Python, at senior level",
        "I looked for: jobs with Python, that are hybrid, at senior level",
        "I looked for: jobs with Python, at senior level",
        "I looked for: jobs as nurse",
    ]
    assert "Started over." in out
    assert "jobs>" not in out


def test_what_is_no_question_about_jobs_leaves_the_conversation_as_it_is(chat: Chat) -> None:
    out = chat("senior python jobs", "what is the capital of France?", "drop table jobs", "hmm", "", "only hybrid ones")
    assert understood(out)[-1] == "I looked for: jobs with Python, that are hybrid, at senior level"


def test_a_posting_that_is_pointed_at_is_shown_in_full(chat: Chat) -> None:
    out = chat("senior python jobs", "the second one", "the first one", "the seventh one")
    lines = [line.rstrip() for line in out.splitlines()]
    second, first = (
        lines.index("title:      Data Scientist"),
        lines.index("title:      Senior Backend Developer (Python)"),
    )
    assert second < first
    assert lines[second : second + 11] == [
        "title:      Data Scientist",
        "place:      New York, NY, USA",
        "pay:        US$150K+",
        "mode:       hybrid",
        "level:      senior",
        "experience: 3-5 years",
        "education:  phd",
        "employment: full-time",
        "skills:     python, machine learning, sql",
        "about:      Forecasts for a bank.",
        "id:         scientist",
    ]
    assert lines[-1] == "Only 2 postings were shown."


def test_what_one_says_of_oneself_is_remembered_and_orders_but_leaves_nothing_out(chat: Chat) -> None:
    out = chat("senior python jobs", "I know SQL and I have 4 years of experience", "/profile")
    assert ids(out) == ["Senior Backend", "Data Scientist", "Data Scientist", "Senior Backend"]
    assert "remembered: 4 years of experience; SQL\n" in out
    assert "For you: 4 years of experience; SQL\n" in out
    assert out.endswith("skills: SQL\nyears: 4\n")
    assert understood(out) == ["I looked for: jobs with Python, at senior level"] * 2


def test_a_statement_before_any_question_is_remembered_and_searches_nothing(chat: Chat) -> None:
    out = chat("I live in Berlin.", "python jobs")
    assert out.startswith("remembered: berlin, germany\nAsk for jobs, and ")
    assert understood(out) == ["I looked for: jobs with Python"]


def test_the_profile_can_be_written_forgotten_and_reset(chat: Chat) -> None:
    out = chat("/set years 5", "/set skills python, sql", "/forget years", "/profile", "/forget", "/profile")
    assert out.splitlines() == [
        "years: 5",
        *("skills: Python, SQL", "years: 5"),
        "skills: Python, SQL",
        "skills: Python, SQL",
        *["Nothing is remembered of you."] * 2,
    ]
    out = chat("python jobs", "I know Java", "/reset", "only senior ones")
    assert out.count("Nothing is remembered of you.") == 1
    assert understood(out)[-1] == "I looked for: jobs at senior level"


def test_a_resume_can_be_read_in_the_conversation(chat: Chat, tmp_path: Path) -> None:
    resume = file_with(tmp_path, "Jane Doe\nBackend Developer\nPython, Django\n6 years of experience", "cv.txt")
    out = chat(f"/profile {resume}", "all jobs", "/profile none.pdf")
    assert out.startswith("title: backend developer\nskills: Python, Django\nyears: 6\n")
    assert ids(out)[0] == "Senior Backend"
    assert out.splitlines()[-1] == "error: no resume file at none.pdf: give the path of a .pdf, .docx or .txt file"


def test_why_and_the_statement_are_told_on_request(chat: Chat) -> None:
    out = chat("/why 1", "/sql", "senior python jobs", "/why 2", "/why 3", "/why", "/sql", "how many jobs?", "/why 1")
    lines = out.splitlines()
    assert lines[:2] == ["error: nothing was asked yet"] * 2
    assert 'skills: python (you said "python")' in lines
    assert lines.count("error: why which posting? It takes a number from 1 to 2, for example: /why 1") == 2
    assert "-- parameters: ['python', ['senior'], 10]" in lines
    assert lines[-1] == "error: why which posting? It takes a list of postings first, for example: /why 1"


def test_an_unknown_command_and_wrong_values_are_one_line_each(chat: Chat) -> None:
    out = chat("/nix", "/forget name", "/set years many", "/set", "/")
    assert [line.split(":")[0] for line in out.splitlines()] == [
        "unknown command /nix",
        *["error"] * 3,
        "unknown command /",
    ]


def test_quit_leaves_and_help_names_every_command(chat: Chat) -> None:
    out = chat("/help", "/quit", "python jobs")
    assert understood(out) == []
    assert set(re.findall(r"^/(\w+)", out, re.MULTILINE)) == {
        *("profile", "set", "forget", "reset", "why", "sql", "via", "help", "quit")
    }


@pytest.mark.parametrize("word", ["quit", "Bye!", "exit", "/exit"])
def test_a_word_of_farewell_leaves_too(chat: Chat, word: str) -> None:
    assert understood(chat(word, "python jobs")) == []


def test_who_greets_or_asks_what_to_do_gets_the_help(chat: Chat) -> None:
    out = chat("hi", "help", "what can I ask?", "how does this work?")
    assert out.count("/profile FILE") == 4


def test_what_is_known_can_be_asked_for_and_taken_back_in_plain_words(chat: Chat) -> None:
    out = chat("I live in Berlin and know SQL and Excel", "python jobs", "what do you know about me?")
    assert out.endswith("skills: SQL, Excel\nplace: berlin, germany\n")
    out = chat("I live in Berlin", "python jobs", "forget my location", "who am I?")
    assert "forgotten: berlin, germany\n" in out
    assert out.endswith("Nothing is remembered of you.\n")
    assert understood(out) == ["I looked for: jobs with Python"] * 2


def test_what_is_not_known_any_more_is_taken_back_and_left_out(chat: Chat) -> None:
    out = chat("I know SQL and Excel", "python jobs", "I don't know Excel", "/profile")
    assert "forgotten: Excel\n" in out
    assert understood(out)[-1] == "I looked for: jobs with Python, not with Excel"
    assert out.endswith("skills: SQL\n")


def test_why_can_be_asked_of_the_posting_that_is_pointed_at(chat: Chat) -> None:
    out = chat("senior python jobs", "why the second?", "/why 2")
    reasons = 'skills: python (you said "python")'
    assert out.count(reasons) == 2


def test_a_message_that_changes_nothing_is_said_to_and_undo_takes_back_what_did(chat: Chat) -> None:
    out = chat("python jobs", "only senior ones", "next page", "I'm 45 years old", "undo")
    assert out.count("Nothing in that changes what I look for.") == 2
    assert understood(out)[-1] == "I looked for: jobs with Python"


def test_a_question_asked_again_after_one_that_could_not_be_answered_is_gone_on_from(chat: Chat) -> None:
    out = chat("python jobs", "python jobs over $200k and under $100k", "python jobs", "only senior ones")
    words = " ".join(out.split())  # a sentence may be wrapped
    assert "Which of the two do you mean?" in words
    assert "Nothing in that changes" not in words
    assert understood(out)[-1] == "I looked for: jobs with Python, at senior level"
    out = chat("python jobs", "only senior ones", "nurse jobs near me", "undo")
    assert understood(out)[-1] == "I looked for: jobs with Python"


def test_bytes_that_are_no_text_are_no_end(chat: Chat) -> None:
    assert len(understood(chat(b"\xff\xfe\x00", "\x1b[2J python jobs\x07", "python jobs"))) == 2


def test_nothing_is_stored_without_a_profile_file(chat: Chat, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    chat("I live in Berlin and I know Go", "python jobs")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_profile_file_keeps_what_was_said_for_the_next_conversation(chat: Chat, tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    options = ("--profile", str(path))
    chat("I live in Berlin", "I have 4 years of experience", options=options)
    assert chat("/profile", options=options) == "years: 4\nplace: berlin, germany\n"
    assert json.loads(path.read_text(encoding="utf-8"))["years"] == 4
    chat("/forget", options=options)
    assert chat("/profile", options=options) == "Nothing is remembered of you.\n"


def test_a_profile_file_that_is_none_and_a_folder_without_catalog_end_with_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = file_with(tmp_path, "{", "me.json")
    assert cli.main(["chat", "--profile", str(broken)]) == 1
    monkeypatch.setenv("JOBSEARCH_DATA_DIR", str(tmp_path))
    assert cli.main(["chat"]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in errors] == ["error", "error"]
    assert "jobsearch run --select job_catalog" in errors[1]


def test_markup_and_control_characters_of_a_posting_do_nothing(chat: Chat, folder: Path) -> None:
    summary = "[red]Soup[/] :smile: \x1b[2J\x07\u202eevil\x9b31m"
    title = {"title": "Cook", "standard_title": "cook", "summary": summary}
    catalog_of(folder / "catalog", {"cook": POSTINGS["teacher"] | title})
    out = chat("cook jobs", "the first one", "/why 1")
    assert "[red]Soup[/] :smile:" in out
    assert not [character for character in "\x1b\x07\u202e\x9b" if character in out]


def test_a_model_says_a_sentence_and_whether_it_reads_the_question_alike(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reply(body: dict[str, Any], number: int) -> Reply:
        slots = body["response_format"]["json_schema"]["schema"]["properties"]
        is_sentence = "answer" in slots
        return completion('{"answer": "A Data Scientist is wanted."}' if is_sentence else '{"skills": ["sql"]}')

    with serving(reply) as server:
        monkeypatch.setenv("JOBSEARCH_LLM_URL", server.url)
        monkeypatch.setenv("JOBSEARCH_LLM_MODEL", "small")
        out = chat("sql jobs", "the first one", options=("--spoken",))
    assert out.startswith("A Data Scientist is wanted.\nI looked for: jobs with SQL\nRules and model agree (small).\n")
    assert out.count("A Data Scientist is wanted.") == 1


# --- answers in words ---


def test_the_base_model_answers_what_one_asks_and_follow_ups_written_out(made: Path, piped: Piped) -> None:
    code, out, err = piped(["chat"], "/via base", "remote jobs", "only in France", "/via analytics", "/sql", "/quit")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == ["Loading base ...", "base answers."]
    assert [line for line in lines if line.startswith("Asked as: ")] == ["Asked as: jobs in france, that are remote"]
    for question in ("remote jobs", "jobs in france, that are remote"):
        (words,) = ask(Settings.from_environment(), question, "base", None)["rows"][0]
        assert "".join(printable(words).split()) in "".join(out.split())
    assert "I looked for" not in out
    assert lines[-1].startswith("-- parameters: ['FR', 'france', ['remote']")


def test_without_an_adapter_that_is_promoted_the_tables_stay_and_one_can_be_named(made: Path, piped: Piped) -> None:
    (digest,) = (path.name for path in (made / "models" / "lora_adapter").iterdir() if len(path.name) == 16)
    code, out, _ = piped(["chat"], "/via lora", "/via", "remote jobs", f"/via lora {digest[:6]}", "remote jobs")
    assert code == 0
    lines = out.splitlines()
    assert lines[1].startswith("error: no adapter is promoted")
    assert lines[2] == "analytics answers."
    assert lines[3] == "I looked for: jobs that are remote"
    assert lines.count("lora answers.") == 1


def test_what_is_of_tables_and_what_no_model_is_asked_are_one_line_each(made: Path, piped: Piped) -> None:
    said = ("/via base", "/why 1", "/sql", "remote jobs", "the first one", "I live in Berlin", "what is the capital of")
    _, out, _ = piped(["chat"], *said, "/via oracle")
    lines = out.splitlines()
    assert lines[2:4] == ["error: base answers in words, without a table: /via analytics makes one"] * 2
    assert "error: base lists no postings that could be pointed at: /via analytics does" in lines
    assert "remembered: berlin, germany" in lines
    assert lines[-1] == "error: there is no oracle: use one of analytics, rag, lora, base"


class Interrupting:
    """A contender whose reader presses Ctrl-C in the middle of an answer.

    Attributes:
        is_closed: Whether it was told that nobody reads on.
    """

    is_closed = False

    def answer(self, questions: Any) -> list[Answer]:
        pytest.fail("a chat asks for an answer that is being written")

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
        try:
            for number in range(100):
                yield Piece(f"word {number}, ")
                if number == 20:
                    signal.raise_signal(signal.SIGINT)
        finally:
            self.is_closed = True


def test_ctrl_c_ends_the_answer_that_is_being_written_and_nothing_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ignored where the tests themselves run in the background.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    contender = Interrupting()
    try:
        write(contender, "jobs")
    finally:
        signal.signal(signal.SIGINT, before)
    out = capsys.readouterr().out
    assert "word 3," in out
    assert out.endswith(" ... stopped\n")
    assert "word 30" not in out
    assert contender.is_closed


@pytest.mark.parametrize(
    "text",
    [
        "Short.",
        "",
        "Senior Python Developer in Berlin. " * 4,
        "We look for a nurse in Bern with five years of experience; call 030 1234 5678 or +49 30 9876 5432 today.",
        "The pay is $70,000 a year and the place is London. Write to jane.doe@example.com, and she tells you the rest.",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 11])
def test_parts_of_an_answer_are_together_the_answer_without_personal_data(text: str, size: int) -> None:
    pieces = [Piece(text[start : start + size]) for start in range(0, len(text), size)]
    parts = list(released(pieces))
    assert "".join(parts) == redact(text)
    assert len(text) < 80 or len(parts) > 3


def test_lines_are_broken_between_words_wherever_a_part_ends() -> None:
    column, lines = 0, ""
    for part in ("Nurses are ", "wanted in ", "Bern and ", "Basel.\nApply ", "today."):
        text, column = broken(part, column, 16)
        lines += text
    assert [line.rstrip() for line in lines.split("\n")] == [
        "Nurses are",
        "wanted in Bern",
        "and Basel.",
        "Apply today.",
    ]


# --- at a terminal ---


def test_a_terminal_gets_a_prompt_and_ctrl_d_leaves_cleanly(folder: Path) -> None:
    with terminal("chat") as person:
        person.wait_for("jobs> ")
        person.type("senior python jobs\n")
        person.wait_for("I looked for: jobs with Python, at senior level")
        person.wait_for("jobs> ", times=2)
        person.type("the last one\n")
        person.wait_for("jobs> ", times=3)
        assert "scientist" in person.seen
        person.type("\x04")
        assert person.exit_code() == 0
        assert "Traceback" not in person.seen


def test_ctrl_c_leaves_cleanly_at_the_prompt(folder: Path) -> None:
    with terminal("chat") as person:
        person.wait_for("jobs> ")
        person.type("half a question")
        person.wait_for("half a question")
        person.interrupt()
        assert person.exit_code() == 0
        assert "Traceback" not in person.seen
        assert "error" not in person.seen


def test_a_reader_that_has_enough_is_no_failure_to_tell_of(folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"printf 'all jobs\\nall jobs\\n' | {COMMAND} chat | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("I looked for: all jobs\n", "")


@pytest.mark.parametrize("command", [["chat"], []])
def test_a_closed_input_is_one_line_and_no_traceback(
    folder: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    code, _, told = jobsearch(*command)
    assert code == 1
    assert told == "error: there is no input to read: run it in a terminal, or give it a pipe or a file\n"
