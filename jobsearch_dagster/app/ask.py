"""`jobsearch ask`: one question, one answer, by one contender.

Belongs here: choosing the contender, opening a resume, and showing what was found. How it is found is in
`evaluation/contenders.py` and `search/`.
"""

import gc
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from jobsearch_dagster.app.console import output, printable
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.llm_endpoint import EndpointError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.ingestion.resumes import UnreadableResumeError, read_resume
from jobsearch_dagster.search import spoken as spoken_words
from jobsearch_dagster.search.answering import SearchResult, cell, suggestions
from jobsearch_dagster.search.model_filter import ModelReader, endpoint_of
from jobsearch_dagster.search.profile import Profile, read_profile
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster.search.wording import describe, describe_column, dollars

if TYPE_CHECKING:
    from jobsearch_dagster.evaluation.contenders import Contender

Via = Literal["analytics", "rag", "lora", "base"]
LARGEST_RESUME = 10 * 1024 * 1024
"""Bytes; a resume of ten pages with pictures has a tenth of that."""
NOT_STATED = "–"


def ask(
    settings: Settings,
    question: str,
    via: Via,
    limit: int | None,
    resume: Path | None = None,
    adapter: str | None = None,
) -> dict[str, Any]:
    """Answer a question; the keys are those of `ask --json`.

    `adapter` is the digest of the one that answers with `via` lora; None for the promoted one.

    Raises:
        UserError: The catalog or the model has not been made yet, or the resume cannot be read.
    """
    if via == "analytics":
        return found(settings, question, limit, resume).as_dict()
    return _generated(contender(settings, via, limit, adapter), question, via)


def found(settings: Settings, question: str, limit: int | None, resume: Path | None) -> SearchResult:
    """What the catalog answers.

    Raises:
        UserError: There is no catalog yet, or the resume cannot be read.
    """
    profile = None if resume is None else profile_of(resume)
    with names_stay():
        return Searcher(settings.data_dir, second_reader=ModelReader.from_settings(settings)).search(
            question, limit=limit, profile=profile
        )


@contextmanager
def names_stay() -> Generator[None]:
    """Around a process's first question, which builds tables of names that live as long as the process.

    Looking for garbage among their 500,000 objects, again and again while they grow, takes a quarter of its time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def profile_of(path: Path, name: str | None = None) -> Profile:
    """The profile of a resume file; its text is read here and kept nowhere.

    Args:
        path: The file.
        name: What it is called where something is wrong with it; by default its path.

    Raises:
        UserError: It is no readable document, or says nothing of a job seeker.
    """
    if not path.is_file():
        raise UserError(f"no resume file at {path}: give the path of a .pdf, .docx or .txt file")
    name = name or str(path)
    size = path.stat().st_size
    if size == 0:
        raise UserError(f"{name} is empty: give a resume with text")
    if size > LARGEST_RESUME:
        megabytes = f"{size / 2**20:.0f} MB, more than {LARGEST_RESUME // 2**20}"
        raise UserError(f"{name} is too large for a resume ({megabytes}): leave out its pictures")
    try:
        profile = read_profile(read_resume(path))
    except UnreadableResumeError as error:
        raise UserError(f"cannot read the resume {name}: {error}") from error
    if profile.is_empty:
        raise UserError(f"{name} names no job title, skill or years of experience: is it a resume in English?")
    return profile


def contender(settings: Settings, via: Via, limit: int | None, digest: str | None = None) -> "Contender":
    """A contender that generates, with its model loaded; `limit` is how many postings `rag` shows the model.

    Raises:
        UserError: The model or the catalog has not been made yet, or no adapter is promoted.
    """
    # Here, because these import Dagster and pandas: two seconds that an answer from the catalog does not need.
    from jobsearch_dagster.evaluation.answers import GenerationRecipe, RagRecipe
    from jobsearch_dagster.evaluation.contenders import LanguageModel, Rag
    from jobsearch_dagster.foundation import profiles
    from jobsearch_dagster.foundation.artifacts import ArtifactStore
    from jobsearch_dagster.foundation.generation import Generator
    from jobsearch_dagster.foundation.model_store import served_adapter

    recipe = profiles.resolve(RagRecipe if via == "rag" else GenerationRecipe, f"{via}_answers", settings.profile)
    assert isinstance(recipe, GenerationRecipe)
    if via == "lora":
        base, adapter = (artifact.path for artifact in served_adapter(settings.data_dir, digest))
    else:
        base, adapter = ArtifactStore(settings.data_dir).read("base_model").path, None
    model = LanguageModel(
        Generator(base, adapter), use_adapter=via == "lora", max_new_tokens=recipe.max_new_tokens, batch_size=1
    )
    if not isinstance(recipe, RagRecipe):
        return model
    return Rag(Searcher(settings.data_dir, with_meaning=True), model, postings=limit or recipe.postings)


def _generated(answering: "Contender", question: str, via: Via) -> dict[str, Any]:
    started = time.perf_counter()
    (answer,) = answering.answer([question])
    return {
        "question": question,
        "via": via,
        "interpretation": None,
        "sql": None,
        "params": [],
        "columns": ["answer"],
        "rows": [[answer.text]],
        "reasons": [],
        "relaxation": [],
        "ranking": None,
        "timing_ms": round((time.perf_counter() - started) * 1000, 3),
    }


def by_sql(settings: Settings, question: str) -> SearchResult:
    """What the statement of a language model brings, guarded and in the sandbox.

    Raises:
        UserError: There is no catalog or no endpoint, the model gives no statement, or it fails.
    """
    # Here, because the parser of the guard takes a third of a second that other answers do not need.
    from jobsearch_dagster.search.model_sql import answer_by_sql
    from jobsearch_dagster.search.sandbox import Sandbox

    endpoint = endpoint_of(settings)
    try:
        with Sandbox(published_catalog(settings.data_dir), workers=1) as sandbox:
            return answer_by_sql(question, endpoint, sandbox)
    except EndpointError as error:
        raise UserError(f"{endpoint.model} gave no statement: {error}; ask without --llm-sql") from error


# --- in the terminal ---


def show(
    settings: Settings,
    question: str,
    via: Via,
    limit: int | None,
    resume: Path | None = None,
    *,
    sql: bool = False,
    spoken: bool = False,
    adapter: str | None = None,
) -> None:
    """Answer a question in the terminal: what was understood, a table, and why; or the words of a model.

    Raises:
        UserError: As for `ask`.
    """
    if via != "analytics":
        say(ask(settings, question, via, limit, adapter=adapter)["rows"][0][0])
        return
    result = found(settings, question, limit, resume)
    if spoken:
        show_spoken(settings, result)
    show_result(result)
    if sql:
        show_statement(result)


def show_result(result: SearchResult) -> None:
    """An answer of the catalog: what was understood, the table, why, and what else there is to say."""
    if result.interpretation.message is not None:
        say(result.interpretation.message)
        return
    for line in _understood(result):
        say(line)
    if not result.rows:
        say("Nothing matches.")
    else:
        is_list = result.interpretation.intent == "search"
        output.print(_postings(result) if is_list else _figures(result))
        if any(result.reasons):
            output.print("Why they match:" if len(result.rows) > 1 else "Why it matches:")
            output.print(_reasons(result))
    for line in _below(result):
        say(line)


def show_spoken(settings: Settings, result: SearchResult) -> None:
    """The postings in a sentence of a language model, or why the table stands alone."""
    if result.interpretation.intent != "search" or not result.rows:
        return
    endpoint = endpoint_of(settings)
    try:
        say(spoken_words.say(result.question, result.records, endpoint))
    except (EndpointError, UserError) as error:
        say(f"No sentence by {endpoint.model} ({error}): the table alone is shown.", soft_wrap=True)


def show_sql_answer(result: SearchResult) -> None:
    """What a model's statement brings, and the statement as it ran."""
    if result.interpretation.message is not None:
        say(result.interpretation.message, soft_wrap=True)
        return
    output.print(_figures(result))
    say(f"{len(result.rows)} rows of the model's statement, as it was guarded:\n{result.sql}", soft_wrap=True)


def show_statement(result: SearchResult) -> None:
    """The statement that brings the rows; nothing where none was run."""
    if result.sql is not None:
        say(f"\n{result.sql}\n-- parameters: {list(result.params)}", soft_wrap=True)


def show_posting(row: dict[str, Any]) -> None:
    """One posting with all that the catalog holds of it."""
    pay = salary_of(row)
    values = {
        "title": row["title"],
        "place": row["place"],
        "pay": pay if row["salary"] in (None, "", pay) else f"{pay} (written: {row['salary']})",
        "mode": row["work_mode"],
        "level": row["seniority"],
        "experience": f"{years} years" if (years := years_of(row)) else None,
        "education": row["education"],
        "employment": row["employment_type"],
        "skills": ", ".join(row["skills"] or ()),
        "about": row["summary"],
        "id": row["posting_id"],
    }
    grid = Table.grid(padding=(0, 1, 0, 0))
    for name, value in values.items():
        grid.add_row(f"{name}:", Text(printable(" ".join((value or NOT_STATED).split()))))
    output.print(grid)


def show_reasons(result: SearchResult, number: int) -> None:
    """Why the posting of that number, from 1, is among the rows: a line for each constraint."""
    why = result.reasons[number - 1]
    said = result.interpretation.evidence
    for slot, text in why.items():
        words = f' (you said "{said[slot]}")' if slot in said else ""
        say(f"{label_of(slot)}: {text}{words}")
    if not why:
        say("You asked for no constraint: every posting matches.")


def say(text: str, *, soft_wrap: bool = False) -> None:
    """Print a text of others as it is: no markup, no emoji codes, no control characters."""
    output.print(Text(printable(text)), soft_wrap=soft_wrap)


def _understood(result: SearchResult) -> Iterator[str]:
    asked = describe(result.interpretation.filter)
    yield f"I looked for: jobs {asked}" if asked else "I looked for: all jobs"
    if result.interpretation.unread:
        yield f"Not used: {', '.join(result.interpretation.unread)}"
    if result.agreement is not None:
        yield result.agreement.in_words
    if result.profile is not None and result.interpretation.intent == "search":  # figures do not look at the person
        yield f"For you: {described(result.profile)}"


def described(profile: Profile) -> str:
    """A profile in one line."""
    title = " ".join(part for part in (profile.seniority, profile.title) if part)
    plural = "" if profile.years == 1 else "s"
    years = None if profile.years is None else f"{profile.years} year{plural} of experience"
    pay = None if profile.pay is None else f"{dollars(profile.pay)} a year or more"
    parts = [title, years, profile.education, profile.place, pay, ", ".join(profile.skills)]
    return "; ".join(part for part in parts if part)


def _postings(result: SearchResult) -> Table:
    has_fit = "fit" in result.columns
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name in ("#", "title", "place", "salary", "mode", "years", *(["fit"] if has_fit else [])):
        # Short columns keep their width, so that 80 columns leave the rest to title, place and salary.
        table.add_column(name, overflow="fold", no_wrap=name in ("#", "mode", "years", "fit"))
    for number, row in enumerate(result.records, 1):
        cells = [str(number), row["title"], row["place"], salary_of(row), row["work_mode"], years_of(row)]
        cells += [f"{row['fit']:.2f}"] if has_fit else []
        table.add_row(*(Text(printable(" ".join((text or NOT_STATED).split()))) for text in cells))
    return table


def salary_of(row: dict[str, Any]) -> str | None:
    """The pay as written; one that is only an estimate says so."""
    if row["salary_source"] == "imputed":
        return f"est. {row['bucket']}"
    if row["salary_source"] == "description":
        return " - ".join(dict.fromkeys(f"${usd:,.0f}" for usd in (row["min_usd"], row["max_usd"]) if usd is not None))
    return row["salary"]


def years_of(row: dict[str, Any]) -> str | None:
    """The years of experience that a posting asks for."""
    low, high = row["min_years"], row["max_years"]
    if low is None:
        return None if high is None else f"to {high}"
    return f"{low}+" if high is None else f"{low}-{high}"


def _figures(result: SearchResult) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name in result.columns:
        table.add_column(describe_column(name), overflow="fold")
    for row in result.rows:
        table.add_row(*(Text(printable(cell(value))) for value in row))
    return table


def _reasons(result: SearchResult) -> Table:
    """Why each posting matched, slot by slot; what of it suits a resume and what does not on lines of their own."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    for number, why in enumerate(result.reasons, 1):
        apart = [name for name in ("matches", "gaps") if name in why]
        slots = dict.fromkeys(f"{label_of(slot)}: {text}" for slot, text in why.items() if slot not in apart)
        lines = [*(["; ".join(slots)] if slots else []), *(f"{name}: {why[name]}" for name in apart)]
        for position, line in enumerate(lines):
            grid.add_row("" if position else f"{number}.", Text(printable(line)))
    return grid


def label_of(slot: str) -> str:
    """A slot as a job seeker would call it, excluded or not: behind it stands what the posting has."""
    name = slot.removeprefix("exclude.")
    return _LABELS.get(name, name.replace("_", " "))


_LABELS = {
    "titles": "title",
    "skills_any": "skills",
    "locations": "place",
    "min_salary_usd": "pay",
    "max_salary_usd": "pay",
    "has_salary": "pay",
    "min_years": "experience",
    "max_years": "experience",
    "seniority": "level",
    "employment_type": "employment",
}


def _below(result: SearchResult) -> Iterator[str]:
    yield from suggestions(result)
    for relaxation in result.relaxation:
        for posting in relaxation.postings:
            estimate = f", estimated {posting['estimate']}" if posting["estimate"] else ""
            yield f"- {posting['title']}, {posting['place'] or NOT_STATED}{estimate}"
    others = [one.suggestion for one in result.relaxation if one.kind != "unknown_pay"][1:]
    if others:
        yield f"Or: {' '.join(others)}"
    if result.rows and result.interpretation.intent == "search":
        yield f"Order: {result.ranking} ({result.timing_ms:.0f} ms)."
