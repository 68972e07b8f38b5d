"""`jobsearch ask` over a small catalog, as a job seeker sees it."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import docx
import pytest

from jobsearch_dagster.app import ask as asking
from jobsearch_dagster.app import cli
from jobsearch_dagster_tests.ingestion.raw_files import file_with, pdf_file
from jobsearch_dagster_tests.llm_server import Reply, completion, serving
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of

RESUME = """Jane Doe
Backend Developer
jane.doe@example.com
Python, Django
Bachelor's degree
6 years of experience in Python
"""

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with nothing but the small catalog, and a terminal of 80 columns."""
    (tmp_path / "catalog").mkdir()
    catalog_of(tmp_path / "catalog")
    (tmp_path / "catalog" / "current").write_text("jobs.duckdb", encoding="utf-8")
    monkeypatch.setenv("JOBSEARCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["ask", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_what_was_understood_comes_first_then_the_table_and_why(ask: Ask) -> None:
    code, out, _ = ask("senior python jobs over $90K")
    lines = [line.rstrip() for line in out.splitlines()]
    assert code == 0
    assert lines[0] == "I looked for: jobs with Python, paying $90,000 or more, at senior level"
    assert lines[1].split() == ["#", "title", "place", "salary", "mode", "years"]
    assert "Why they match:" in lines
    assert "1. skills: python; pay: $100,000 - $120,000 a year; level: senior" in lines
    order = " ".join(lines[lines.index("Why they match:") :])
    assert "Order: posting id (no search index: make it with `jobsearch run --select search_index`); 2 of 2" in order
    assert max(map(len, lines)) <= 80


def test_postings_without_pay_are_shown_below_the_others(ask: Ask) -> None:
    _, out, _ = ask("jobs over $60K")
    told = " ".join(out.split())
    assert "2 more match but state no pay that can be compared; by an estimate from similar jobs 1 of" in told
    assert "- Registered Nurse, night shift, Berlin, Germany or Munich, Germany, estimated" in out
    assert "- Teacher of Mathematics, London, UK\n" in out


def test_an_estimate_in_the_table_is_called_one(ask: Ask) -> None:
    assert "est. $50K-$75K" in ask("nurse jobs")[1]


def test_without_a_hit_the_nearest_suggestion_is_said_and_then_the_others(ask: Ask) -> None:
    code, out, _ = ask("remote python jobs")
    assert (code, out.splitlines()) == (
        0,
        [
            "I looked for: jobs with Python, that are remote",
            "Nothing matches.",
            "2 jobs match if not remote but hybrid (1) or onsite (1).",
            'Or: Without the condition "with Python", 1 job matches.',
        ],
    )


def test_figures_say_how_many_jobs_they_rest_on(ask: Ask) -> None:
    _, out, _ = ask("average salary per seniority")
    assert [line.split() for line in out.splitlines()[3:]] == [
        ["senior", "130,000", "2", "0"],
        ["junior", "60,000", "1", "0"],
        ["not", "stated", "not", "stated", "0", "2"],
    ]


def test_the_statement_is_shown_on_request(ask: Ask) -> None:
    assert "SELECT" not in ask("python jobs")[1]
    _, out, _ = ask("python jobs", "--sql")
    assert "contains(skill_names, '|' || ? || '|')" in out
    assert out.endswith("-- parameters: ['python', 10]\n")


def test_markup_emoji_codes_and_control_characters_of_a_posting_do_nothing(ask: Ask, folder: Path) -> None:
    title = "[red]Cook[/] :smile: \x1b[2J\x07\u202eevil\x9b31m"
    catalog_of(folder / "catalog", {"cook": POSTINGS["teacher"] | {"title": title, "standard_title": "cook"}})
    for arguments in (["cook jobs"], ["jobs over $10K"]):
        _, out, _ = ask(*arguments)
        assert "[red]Cook[/] :smile:" in out
        assert not [character for character in "\x1b\x07\u202e\x9b" if character in out]


def test_nothing_to_ask_and_options_that_do_not_go_together_are_wrong_usage(ask: Ask) -> None:
    for arguments in ([], [" "], ["jobs", "--via", "base", "--sql"], ["jobs", "--via", "lora", "--resume", "x.pdf"]):
        code, out, err = ask(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("usage: ")


def test_a_reader_that_has_enough_is_no_failure_to_tell_of(folder: Path) -> None:
    # More than a pipe holds for `head`, which else has all before it goes; and little for `true`, which goes at once.
    catalog_of(folder / "catalog", {f"p{number:04}": POSTINGS["backend"] for number in range(1000)})
    command = f"{Path(sys.executable).with_name('jobsearch')} ask 'all jobs'"
    for tail, read in (
        ("--limit 1000 | head -1", "I looked for: all jobs\n"),
        ("--limit 1000 --json | head -c 1", "{"),
        ("--limit 1 --json | true", ""),
    ):
        done = subprocess.run(["bash", "-c", f"{command} {tail}"], capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == (read, "")


# --- with a language model as a second reader ---


def test_a_model_is_compared_with_the_rules_and_changes_no_answer(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = json.loads(ask("python jobs", "--json")[1])
    with serving(lambda body, number: completion('{"skills": ["java"]}')) as server:
        monkeypatch.setenv("JOBSEARCH_LLM_URL", server.url)
        monkeypatch.setenv("JOBSEARCH_LLM_MODEL", "small")
        _, out, _ = ask("python jobs")
        answer = json.loads(ask("python jobs", "--json")[1])
    assert (
        "small read it otherwise: with java where the rules read with python: the rules' reading is used."
        in " ".join(out.split())
    )
    assert answer["interpretation"].pop("agreement") == {
        "model": "small",
        "agrees": False,
        "differences": {"skills": ["with python", "with java"]},
        "problem": None,
    }
    assert {**answer, "timing_ms": 0} == {**alone, "timing_ms": 0}


def test_an_address_without_a_model_is_one_line(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_LLM_URL", "http://127.0.0.1:9/v1")
    assert ask("python jobs") == (
        1, "", "error: no language model named: set JOBSEARCH_LLM_MODEL, e.g. llama3.1:8b\n"
    )  # fmt: skip


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Generator[dict[str, str]]:
    """What the model of a real server says where it is asked for a statement and for a sentence."""
    said = {"sql": "", "answer": ""}

    def reply(body: dict[str, Any], number: int) -> Reply:
        slots = body["response_format"]["json_schema"]["schema"]["properties"]
        return completion(json.dumps({name: text for name, text in said.items() if name in slots}))

    with serving(reply) as server:
        monkeypatch.setenv("JOBSEARCH_LLM_URL", server.url)
        monkeypatch.setenv("JOBSEARCH_LLM_MODEL", "small")
        yield said


def test_sql_of_a_model_is_guarded_and_shown_with_its_rows(ask: Ask, says: dict[str, str]) -> None:
    says["sql"] = "select TITLE from jobs where place like 'Malm%' -- all"
    code, out, _ = ask("jobs in Malmo", "--llm-sql")
    assert code == 0
    assert "Senior Backend Developer (Python)" in out
    assert out.endswith("SELECT TITLE FROM jobs WHERE place LIKE 'Malm%' LIMIT 200\n")
    answer = json.loads(ask("jobs in Malmo", "--llm-sql", "--json")[1])
    assert answer["rows"] == [["Senior Backend Developer (Python)"]]
    assert list(answer) == list(json.loads(ask("python jobs", "--json")[1]))


def test_a_refused_statement_is_one_line_that_names_the_rule(ask: Ask, says: dict[str, str]) -> None:
    says["sql"] = "SELECT * FROM read_csv('/etc/passwd')"
    code, out, err = ask("nurse jobs", "--llm-sql")
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert out.startswith("The model's statement is refused by the rule on functions: read_csv is not possible;")


def test_no_statement_and_one_that_fails_are_one_line(ask: Ask, says: dict[str, str]) -> None:
    says["sql"] = "SELECT title + 1 FROM jobs"
    for problem in ("DuckDB does not run the statement", "small gave no statement: the answer has no statement"):
        code, out, err = ask("nurse jobs", "--llm-sql")
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert problem in err
        says.pop("sql", None)


def test_a_sentence_that_the_rows_bear_out_is_said_and_another_is_not(ask: Ask, says: dict[str, str]) -> None:
    says["answer"] = "There is a Data Scientist in New York."
    assert ask("hybrid python jobs", "--spoken")[1].startswith("There is a Data Scientist in New York.\n")
    says["answer"] = "There is a Data Scientist in Paris."
    _, out, _ = ask("hybrid python jobs", "--spoken")
    assert out.startswith("No sentence by small (it says a place, which the rows do not): the table alone")
    assert "Paris" not in out
    assert "Data Scientist" in out


# --- with a resume ---


def docx_file(path: Path, text: str) -> Path:
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(path))
    return path


@pytest.mark.parametrize("kind", ["txt", "docx", "pdf"])
def test_a_resume_orders_the_postings_and_says_what_matches_and_what_is_missing(
    ask: Ask, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"cv.{kind}"
    if kind == "txt":
        path.write_text(RESUME, encoding="utf-8")
    elif kind == "docx":
        docx_file(path, RESUME)
    else:
        pdf_file(path, "Backend Developer with 6 years of experience in Python, Django. B.Sc. degree")
    code, out, _ = ask("--resume", str(path))
    assert code == 0
    assert " ".join(out.split()).startswith(
        "I looked for: all jobs For you: backend developer; 6 years of experience; bachelor; Python, Django # "
    )
    first = next(line for line in out.splitlines() if line.startswith("1 "))
    assert "Senior Backend" in first
    assert "matches: you have: python, django; 5 years asked, you have 6;" in out
    assert "gaps: asks for: docker" in out


def test_a_resume_and_a_question_go_together(ask: Ask, tmp_path: Path) -> None:
    resume = file_with(tmp_path, RESUME, "cv.txt")
    _, out, _ = ask("--resume", str(resume), "jobs in New York")
    assert out.startswith("I looked for: jobs in new york\nFor you: backend developer;")
    assert "1. place: New York, NY, USA " in out


def test_the_document_holds_the_profile_and_nothing_else_of_the_resume(ask: Ask, tmp_path: Path) -> None:
    resume = file_with(tmp_path, RESUME, "cv.txt")
    code, out, err = ask("--json", "--resume", str(resume))
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert list(answer) == [
        "question", "via", "interpretation", "sql", "params", "columns", "rows", "reasons", "relaxation", "ranking",
        "timing_ms",
    ]  # fmt: skip
    assert answer["interpretation"]["profile"] == {
        "title": "backend developer",
        "seniority": None,
        "skills": ["Python", "Django"],
        "years": 6,
        "education": "bachelor",
        "place": None,
        "pay": None,
    }
    assert not [word for word in ("Jane", "Doe", "jane.doe", str(resume)) if word in out]


def test_the_resume_is_stored_nowhere(ask: Ask, tmp_path: Path) -> None:
    resume = file_with(tmp_path, RESUME, "cv.txt")
    ask("--resume", str(resume))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and b"jane.doe" in path.read_bytes()] == [resume]


def unpacks_large(path: Path) -> Path:
    package = zipfile.ZipFile(docx_file(path, RESUME), "a", zipfile.ZIP_DEFLATED)
    with package, package.open("word/media/image.png", "w") as part:
        for _ in range(201):
            part.write(b"0" * 2**20)
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f / "none.pdf", "no resume file at"),
        (lambda f: f, "no resume file at"),
        (lambda f: file_with(f, "", "cv.txt"), "is empty: give a resume with text"),
        (lambda f: file_with(f, " \n ", "cv.txt"), "no text: a scanned page needs OCR first"),
        (lambda f: pdf_file(f / "scan.pdf", ""), "no text: a scanned page needs OCR first"),
        (lambda f: pdf_file(f / "cv.pdf", "Ann", password="secret"), "encrypted: save it without a password"),
        (lambda f: file_with(f, "not a document", "cv.pdf"), "damaged: "),
        (lambda f: file_with(f, "not a document", "cv.docx"), "damaged: "),
        (lambda f: file_with(f, RESUME, "cv.odt"), "ends in none of .pdf, .docx, .txt"),
        (lambda f: file_with(f, bytes(range(256)) * 9, "cv.txt"), "names no job title, skill or years of experience"),
        (lambda f: file_with(f, "Dear sir, it rains.", "cv.txt"), "names no job title, skill or years of experience"),
        (lambda f: file_with(f, b"a" * (asking.LARGEST_RESUME + 1), "cv.txt"), "is too large for a resume (10 MB"),
        (lambda f: unpacks_large(f / "cv.docx"), "too large when unpacked"),
    ],
)
def test_a_resume_that_cannot_be_used_is_one_line(
    ask: Ask, tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    path = make(tmp_path)
    code, out, err = ask("python jobs", "--resume", str(path))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("error: ")
    assert message in err
    assert str(path) in err
