"""The command `jobsearch`.

Belongs here: arguments, exit codes, and the words around results. What a command does is in the module of its name.

Exit codes: 0 done (also: no hit, ask back, refused), 1 the work failed, 2 wrong usage, 130 Ctrl-C.
"""

import json
import logging
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from jobsearch_dagster.app import completion
from jobsearch_dagster.app.console import errors, output
from jobsearch_dagster.app.usage import UsageError
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.pairs.exports import Form

WIDE = 80
"""Columns that hold a column for each query type."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
KEEPS = {"run", "check"}
"""Commands that go on from what they finished before they were interrupted."""

app = typer.Typer(pretty_exceptions_enable=False)


def examples(*lines: str) -> str:
    """Examples below a command's help, each in a line of its own."""
    return "\n\n".join(["Examples:", *lines])


Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        "-s",
        help="Dagster asset selection, e.g. `clean_jobs` or `group:pairs`; repeatable.",
        autocompletion=completion.selections,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        help="demo, report, gpu, or your own file, e.g. my.yaml.",
        autocompletion=completion.profile_names,
    ),
]


@app.callback(invoke_without_command=True)
def menu(context: typer.Context) -> None:
    """Job postings to clean tables, a LoRA adapter, search, and an honest comparison.

    Without a command: a menu of the steps.
    """
    if context.invoked_subcommand is None:
        from jobsearch_dagster.app import menu as offering

        raise typer.Exit(offering.menu(main))


@app.command(
    epilog=examples(
        "jobsearch run",
        "jobsearch run --profile my.yaml --select clean_jobs",
        "jobsearch run --explain",
    )
)
def run(
    select: Select = None,
    profile: Profile = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="ASSET.FIELD=VALUE",
            help="Another value for this run, e.g. `query_pairs.paraphrases=true`; repeatable. A profile keeps it.",
        ),
    ] = None,
    *,
    only: Annotated[bool, typer.Option("--only", help="Run just the selection.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print what is out of date and why; run nothing.")] = False,
) -> None:
    """Bring assets up to date like make: what is missing or stale upstream runs too, nothing else."""
    from jobsearch_dagster.app import run as running
    from jobsearch_dagster.app.workspace import open_workspace
    from jobsearch_dagster.foundation.staleness import State

    workspace = open_workspace(profile, changes or [])
    if explain:
        statuses = running.explain(workspace, select or [])
        for name, status in statuses.items():
            output.print(f"{name:<24} {status.state:<9} {status.reason}", markup=False, soft_wrap=True)
        states = [status.state for status in statuses.values()]
        output.print(", ".join(f"{states.count(state)} {state}" for state in get_args(State)))
        return
    outcome = running.run(workspace, select or [], only=only)
    for line in outcome.warnings:
        errors.print(f"warning: {line}", markup=False)
    for line in outcome.problems:
        errors.print(f"error: {line}", markup=False)
    if outcome.problems:
        raise typer.Exit(1)
    if not outcome.computed and not outcome.reused:
        output.print("Everything is up to date: nothing was computed.")
        return
    output.print(
        f"{len(outcome.computed)} computed, {len(outcome.reused)} reused in {outcome.seconds:.1f} s "
        f"({outcome.asset_seconds:.1f} s in assets, {outcome.check_seconds:.1f} s in checks)."
    )


@app.command(
    epilog=examples(
        "jobsearch check",
        "jobsearch check --select group:pairs --junit reports/checks.xml",
    )
)
def check(
    select: Select = None,
    profile: Profile = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a Markdown table to this file.")] = None,
    *,
    no_run: Annotated[bool, typer.Option("--no-run", help="Make nothing: check what is stored as it stands.")] = False,
) -> None:
    """Bring assets up to date, then run every asset check; 1 when the run or a check fails, or one does not report.

    Warnings are listed and not fatal.
    """
    from jobsearch_dagster.app import check as checking
    from jobsearch_dagster.app.workspace import open_workspace
    from jobsearch_dagster.build import lake_assets

    workspace = open_workspace(profile)
    if no_run and not any(asset.stamp(workspace.folder) for asset in lake_assets().values()):
        raise UserError(f"nothing is made yet in {workspace.settings.data_dir}: run `jobsearch run`")
    findings = [] if no_run else [checking.bring_up_to_date(workspace, select or [])]
    findings += checking.run_checks(workspace, select or [])
    if junit is not None:
        checking.write_junit(findings, junit)
    if markdown is not None:
        checking.write_markdown(findings, markdown)
    for line in checking.complaints(findings):
        output.print(line, markup=False, soft_wrap=True)
    bad = sum(finding.is_bad for finding in findings)
    output.print(f"{len(findings) - bad} of {len(findings)} checks hold.")
    if bad:
        raise typer.Exit(1)


@app.command(
    epilog=examples(
        "jobsearch status",
        "jobsearch status --select group:pairs --json",
    )
)
def status(
    select: Select = None,
    profile: Profile = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")] = False,
) -> None:
    """Show what is stored: up to date or not, rows, size, digest, when it was made, what its checks last said."""
    from jobsearch_dagster.app import status as reporting
    from jobsearch_dagster.app.workspace import open_workspace

    workspace = open_workspace(profile)
    statuses = reporting.collect(workspace, select or [])
    if as_json:
        sys.stdout.write(json.dumps(reporting.as_json(workspace, statuses)) + "\n")
        return
    output.print(reporting.as_table(statuses, output.width))
    for line in reporting.reasons(statuses):
        output.print(line, markup=False, soft_wrap=True)


@app.command(
    epilog=examples(
        "jobsearch doctor",
        "jobsearch doctor --profile gpu",
    )
)
def doctor(profile: Profile = None) -> None:
    """Say whether this machine can do the work and what the next run will take; 1 when something is missing."""
    from jobsearch_dagster.app import doctor as examining
    from jobsearch_dagster.app.workspace import open_workspace

    findings = examining.examine(open_workspace(profile))
    for finding in findings:
        mark = "MISSING" if finding.is_missing else "ok"
        output.print(f"{mark:<8}{finding.subject:<16}{finding.details}", markup=False, soft_wrap=True)
    if any(finding.is_missing for finding in findings):
        raise typer.Exit(1)


@app.command(
    epilog=examples(
        "jobsearch promote",
        "jobsearch promote --to 3f2a",
        "jobsearch promote --unpin",
    )
)
def promote(
    to: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Serve this adapter, whatever is decided, until --unpin.")
    ] = None,
    *,
    unpin: Annotated[bool, typer.Option("--unpin", help="Let the next better adapter replace the pinned one.")] = False,
) -> None:
    """Show the adapters, the one that is served, and all decisions; or pin one by hand."""
    from jobsearch_dagster.app import promote as promoting

    if to is not None and unpin:
        raise UsageError("--to and --unpin: use one of them")
    settings = Settings.from_environment()
    if to is not None:
        output.print(promoting.pin(settings, to), markup=False, soft_wrap=True)
    elif unpin:
        output.print(promoting.unpin(settings), markup=False, soft_wrap=True)
    else:
        table = promoting.adapters(settings)
        output.print(table if table.row_count else "No adapter was made yet: `jobsearch run` makes one.")
        for line in promoting.history(settings):
            output.print(line, markup=False, soft_wrap=True)


@app.command(
    epilog=examples(
        "jobsearch prune",
        "jobsearch prune --keep 1 --yes",
    )
)
def prune(
    keep: Annotated[int, typer.Option(min=0, help="Newest editions of each model, index and catalog that stay.")] = 2,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Delete; without it only what would be deleted is shown.")] = False,
) -> None:
    """Show, and with --yes delete, editions that nothing names, abandoned work, and leftovers."""
    from jobsearch_dagster.app import prune as pruning
    from jobsearch_dagster.app.status import in_units
    from jobsearch_dagster.app.workspace import open_workspace

    found = pruning.prune(open_workspace(), keep, delete=yes)
    for removable in found:
        output.print(f"{removable.path}: {removable.reason}, {in_units(removable.bytes)}", markup=False, soft_wrap=True)
    size = in_units(sum(removable.bytes for removable in found))
    if not found:
        output.print("Nothing to delete.")
    else:
        output.print(f"{size} deleted." if yes else f"{size} would be deleted: `jobsearch prune --keep {keep} --yes`")


@app.command(
    epilog=examples(
        'jobsearch ask "full-time jobs in Canada"',
        "jobsearch ask --resume cv.pdf 'remote jobs over $80k'",
    )
)
def ask(
    question: Annotated[str, typer.Argument(help="For example: remote python jobs over $100k")] = "",
    via: Annotated[
        str,
        typer.Option(help="analytics (question -> SQL), rag, lora, or base.", autocompletion=completion.contenders),
    ] = "analytics",
    limit: Annotated[int | None, typer.Option(min=1, max=10_000, help="Most postings shown.")] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="Your resume (.pdf, .docx, .txt): postings by how well they fit, with matches and gaps."),
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option(metavar="DIGEST", help="With --via lora: this adapter instead of the promoted one."),
    ] = None,
    *,
    sql: Annotated[bool, typer.Option("--sql", help="Show the statement and its parameters too.")] = False,
    llm_sql: Annotated[
        bool, typer.Option("--llm-sql", help="Let the model of JOBSEARCH_LLM_URL write the SQL, under guard.")
    ] = False,
    spoken: Annotated[
        bool, typer.Option("--spoken", help="A sentence of that model too, if it says nothing but what the rows say.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")] = False,
) -> None:
    """Answer a job seeker's question."""
    from jobsearch_dagster.app import ask as asking

    if via not in get_args(asking.Via):
        raise UsageError(f"--via {via}: use one of {', '.join(get_args(asking.Via))}")
    if not question.strip() and resume is None:
        raise UsageError("ask what? Give a QUESTION, a --resume FILE, or both")
    if adapter is not None and via != "lora":
        raise UsageError(f"--adapter is for --via lora: leave it out with --via {via}")
    if via != "analytics" and (sql or resume is not None):
        raise UsageError(f"--resume and --sql are for --via analytics: leave them out with --via {via}")
    if llm_sql and (via != "analytics" or sql or spoken or resume is not None or limit is not None):
        raise UsageError("--llm-sql goes with a QUESTION and --json alone: leave the other options out")
    if spoken and (via != "analytics" or as_json):
        raise UsageError("--spoken is for --via analytics in the terminal: leave out --json")
    settings = Settings.from_environment()
    if llm_sql and not as_json:
        asking.show_sql_answer(asking.by_sql(settings, question))
    elif as_json:
        answer = (
            asking.by_sql(settings, question).as_dict()
            if llm_sql
            else asking.ask(settings, question, via, limit, resume, adapter)  # ty: ignore[invalid-argument-type]
        )
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
    else:
        asking.show(
            settings,
            question,
            via,  # ty: ignore[invalid-argument-type]
            limit,
            resume,
            sql=sql,
            spoken=spoken,
            adapter=adapter,
        )


@app.command(
    epilog=examples(
        "jobsearch chat",
        "jobsearch chat --profile me.json",
        'echo "full-time jobs in Canada" | jobsearch chat',
    )
)
def chat(
    profile: Annotated[
        Path | None,
        typer.Option(help="JSON file that what you say of yourself is kept in; without it nothing is kept."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most postings shown.")] = None,
    *,
    meaning: Annotated[
        bool, typer.Option("--meaning", help="Order by meaning too; loading the encoder takes seconds.")
    ] = False,
    spoken: Annotated[
        bool, typer.Option("--spoken", help="Say a sentence of the model of JOBSEARCH_LLM_URL above each table.")
    ] = False,
) -> None:
    """Talk about jobs: question after question, with what you say of yourself remembered."""
    from jobsearch_dagster.app import chat as chatting

    chatting.chat(Settings.from_environment(), profile, limit, with_meaning=meaning, spoken=spoken)


@app.command(
    epilog=examples(
        "jobsearch serve",
        "jobsearch serve --port 8080",
        "JOBSEARCH_TOKEN=... jobsearch serve --host 0.0.0.0",
    )
)
def serve(
    host: Annotated[str, typer.Option(help="Address; one that others reach needs a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Its port; 0 takes a free one.")] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="JOBSEARCH_TOKEN",
            help="What clients must know; in the variable no other user of the machine sees it.",
        ),
    ] = None,
) -> None:
    """Serve the web page and the HTTP API, until Ctrl-C; needs the extra `web`."""
    try:
        from jobsearch_dagster.app.web import server
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("jobsearch_dagster"):
            raise
        raise UserError(f"{error.name} is not installed: `pip install 'jobsearch-dagster[web]'`") from error

    server.serve(Settings.from_environment(), host, port, token)


@app.command(
    epilog=examples(
        "jobsearch dictionary --out docs/data_dictionary.md",
    )
)
def dictionary(
    out: Annotated[Path | None, typer.Option(help="File to write; by default the text is printed.")] = None,
) -> None:
    """Describe every table and model as Markdown: columns, types, meaning, checks, lineage."""
    from jobsearch_dagster.app import dictionary as describing

    text = describing.dictionary()
    if out is None:
        sys.stdout.write(text)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    output.print(str(out), markup=False, soft_wrap=True)


@app.command(
    epilog=examples(
        "jobsearch sample --rows 10000 --postings 2000 --seed 1 --out my_data/raw",
    )
)
def sample(
    rows: Annotated[int, typer.Option(min=1, help="Rows of both files together.")],
    out: Annotated[Path, typer.Option(help="Folder to write train-1.csv and test-1.csv to.")],
    postings: Annotated[int | None, typer.Option(min=1, help="Distinct postings.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 7,
) -> None:
    """Write synthetic job postings as CSV, in the shape of the report's data."""
    from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample

    for path in write_sample(SampleSpec(rows=rows, postings=postings, seed=seed), out):
        output.print(str(path), markup=False, soft_wrap=True)


@app.command(
    epilog=examples(
        "jobsearch export pairs --out pairs --form sharegpt",
        "jobsearch export adapter --out model",
        "jobsearch export labels --out labels",
    )
)
def export(
    what: Annotated[
        Literal["pairs", "adapter", "labels"],
        typer.Argument(
            help="pairs: training, validation and test set; adapter: merged into its base model; labels: what voters "
            "said of single answers, for `ares_scores`."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    form: Annotated[
        Form | None,
        typer.Option(
            help="Of pairs. messages (default): chat as JSON lines; sharegpt: human and gpt; dataset: a DatasetDict "
            "in the folder OUT/dataset."
        ),
    ] = None,
) -> None:
    """Write what was made in forms that other tools read."""
    from jobsearch_dagster.app import export as exporting

    settings = Settings.from_environment()
    if what == "pairs":
        written = exporting.pairs(settings, out, form or "messages")
    elif form is not None:
        raise UsageError(f"--form {form} is for pairs: leave it out with {what}")
    elif what == "labels":
        written = exporting.labels(settings, out)
    else:
        folder, comparison = exporting.adapter(settings, out, lambda line: errors.print(line, markup=False))
        errors.print(f"merged and unmerged: {comparison}", markup=False)
        written = [folder]
    for path in written:
        output.print(str(path), markup=False, soft_wrap=True)


@app.command(
    epilog=examples(
        "jobsearch diff KEPT",
        "jobsearch diff data other_data --json",
        "jobsearch diff 3f2a91c0 8b17e44d",
    )
)
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A data folder, a lake, or the beginning of a run's id.")],
    after: Annotated[
        str | None, typer.Argument(metavar="B", help="What it is compared with; by default the data folder.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")] = False,
) -> None:
    """Show what differs: rows of each table by key, recipes, scores on the same questions with intervals."""
    from jobsearch_dagster.app import diff as comparing
    from jobsearch_dagster.app.workspace import open_workspace

    workspace = open_workspace()
    found = comparing.diff(workspace, before, after or str(workspace.settings.data_dir))
    if as_json:
        sys.stdout.write(json.dumps(comparing.as_json(found), ensure_ascii=False, allow_nan=False) + "\n")
        return
    for part in comparing.shown(found):
        output.print(part, markup=False, soft_wrap=isinstance(part, str))


@app.command(
    epilog=examples(
        "jobsearch compare --metric grounded",
    )
)
def compare(
    metric: Annotated[list[str] | None, typer.Option(help="A metric of metric_summary; repeatable.")] = None,
) -> None:
    """Print the comparison of the contenders: contender x query type, with n and 95 % intervals."""
    from jobsearch_dagster.evaluation.report.comparison import comparison_table
    from jobsearch_dagster.evaluation.report.metrics import metric as words_of
    from jobsearch_dagster.foundation.artifacts import ArtifactStore
    from jobsearch_dagster.foundation.lake import Lake

    data_dir = Settings.from_environment().data_dir
    summary = Lake(data_dir).read("metric_summary")
    for name in metric or ["right", "rougeL"]:
        if name not in set(summary["metric"]):
            raise UsageError(f"--metric {name}: use one of {', '.join(sorted(set(summary['metric'])))}")
        is_wide = output.width >= WIDE
        frame = comparison_table(summary, name, separator="\n", by_type=not is_wide)
        # Without inner lines the five query types fit into 80 columns, the four contenders into 60.
        table = Table(
            title=f"{name}: {words_of(name).meaning}", box=SIMPLE_HEAD, padding=(0, is_wide, 0, 0), show_edge=False
        )
        for column in frame.columns:
            table.add_column(str(column), overflow="fold")
        for row in frame.itertuples(index=False):
            table.add_row(*("" if cell != cell else escape(str(cell)) for cell in row))
        output.print(table)
    output.print(
        "Means over n questions and their 95 % intervals over postings; unseen: postings that training did not see."
    )
    report = ArtifactStore(data_dir).current("evaluation_report")
    if report is not None:
        output.print(f"The whole report: {report.path / 'report.html'}", markup=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: a user error is one line and 1, wrong usage 2, Ctrl-C 130."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(words)
    except SystemExit as end:
        code = int(end.code or 0)
        if code == INTERRUPTED and KEEPS.intersection(words[:1]):
            errors.print(f"what is finished is kept; to go on: {shlex.join(['jobsearch', *words])}", markup=False)
        return code
    except UserError as error:
        errors.print(f"error: {error}", markup=False)
        return 1
    except OSError as error:  # an output path that cannot be written, a folder that vanished
        errors.print(f"error: {error.filename or 'file'}: {error.strerror or error}; check the path", markup=False)
        return 1
    except UsageError as error:
        errors.print(f"usage: {error}", markup=False)
        return 2
    return 0


def command() -> None:
    """Entry point of the installed command.

    The interpreter is not torn down: with torch loaded, DuckDB 2.0's bindings end it with fifty lines of leak warnings.
    """
    code = main()
    logging.shutdown()
    with suppress(BrokenPipeError):  # the reader of a pipe has had enough
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
