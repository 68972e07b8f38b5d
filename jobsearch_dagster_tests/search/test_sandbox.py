import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import duckdb
import psutil
import pytest
from hypothesis import given, settings

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.catalog import LOCKED
from jobsearch_dagster.search.guard import RULES, RefusedError, guard
from jobsearch_dagster.search.sandbox import Limits, Sandbox, StatementError, StoppedError
from jobsearch_dagster.search.sql import RESULT_COLUMNS
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of
from jobsearch_dagster_tests.search.statements import (
    ATTACKS,
    HONEST,
    SECRET,
    attack_named,
    digests_of,
    statements,
    texts,
)

ENDLESS = attack_named("all with all").template
HARMLESS = "SELECT count(*) AS n FROM jobs"
EXCEPTIONS = {"stopped": StoppedError, "fails": StatementError} | dict.fromkeys(RULES, RefusedError)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalog")
    catalog_of(folder)
    (folder / "secret.csv").write_text(f"secret\n{SECRET}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sandbox(folder):
    with Sandbox(folder / "jobs.duckdb", Limits(seconds=0.5, memory_mb=64, result_bytes=20_000)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def patient(folder):
    """Like `sandbox`, where on a busy machine too a statement reaches another limit before that of time."""
    with Sandbox(folder / "jobs.duckdb", Limits(seconds=120, memory_mb=64, result_bytes=20_000)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def locked(folder):
    """The connection of the sandbox, in this process."""
    limits = {"memory_limit": "64MB", "threads": 1, "temp_directory": ""}
    with duckdb.connect(str(folder / "jobs.duckdb"), read_only=True, config=LOCKED | limits) as connection:
        yield connection


@pytest.fixture
def unguarded(locked):
    """A session of its own there, with the public part of the table."""
    with locked.cursor() as session:
        session.execute(f"CREATE TEMP VIEW jobs AS SELECT {', '.join(RESULT_COLUMNS)} FROM jobs.main.jobs")
        yield session


def processes_of(parent):
    return [child for child in psutil.Process(parent).children() if "sandbox_worker.py" in " ".join(child.cmdline())]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_reads_nothing_changes_nothing_and_the_next_question_is_answered(sandbox, folder, attack):
    before = digests_of(folder)
    with pytest.raises(EXCEPTIONS[attack.rule]) as stopped:
        sandbox.run(attack.sql(folder))
    assert SECRET not in str(stopped.value)
    assert sandbox.run(HARMLESS).rows == ((len(POSTINGS),),)
    assert digests_of(folder) == before


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.locked], ids=lambda attack: attack.name)
def test_the_locked_connection_alone_reads_no_file_and_changes_none(unguarded, folder, attack):
    """The second line; for attacks that are `open` the guard is the only one."""
    before = digests_of(folder)
    if attack.locked == "denied":
        with pytest.raises(duckdb.Error):
            unguarded.execute(attack.sql(folder)).fetchall()
    else:
        assert SECRET not in str(unguarded.execute(attack.sql(folder)).fetchall())
    assert digests_of(folder) == before


@pytest.mark.parametrize(
    "name",
    ["file as a table", "CSV reader in FROM", "text reader", "reader in a scalar subquery", "reader behind UNION"],
)
def test_without_guard_and_lock_the_same_attack_gets_the_secret(folder, name):
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE jobs AS SELECT 'nurse' AS title")
        assert SECRET in str(connection.execute(attack_named(name).sql(folder)).fetchall())


@pytest.mark.parametrize("sql", HONEST)
def test_an_honest_statement_gives_the_rows_that_it_gives_without_the_guard(sandbox, unguarded, sql):
    cursor = unguarded.execute(sql)
    columns, expected = [name for name, *_ in cursor.description], cursor.fetchall()
    result = sandbox.run(sql)
    got = [tuple(float(cell) if hasattr(cell, "as_tuple") else cell for cell in row) for row in expected]
    assert Counter(map(repr, result.rows)) == Counter(map(repr, got))
    if re.search(r"ORDER BY [^()]*$", sql):
        assert result.rows == tuple(got)
    assert [name for name in result.columns if "(" not in name] == [name for name in columns if "(" not in name]


@settings(max_examples=150)
@given(statements | texts)
def test_no_text_changes_a_file_or_gets_a_secret(sandbox, folder, text):
    before = digests_of(folder)
    for place, value in {"{secret}": folder / "secret.csv", "{folder}": folder}.items():
        text = text.replace(place, str(value))
    with suppress(RefusedError, StoppedError, StatementError):
        assert SECRET not in str(sandbox.run(text).rows)
    assert digests_of(folder) == before


def test_a_star_and_a_whole_row_hold_public_columns_only(sandbox):
    for sql in ("SELECT * FROM jobs", "SELECT * FROM main.jobs", "SELECT j.* FROM jobs AS j"):
        assert not {"split", "source_row", "conflicts"} & set(sandbox.run(sql).columns)


def test_the_guard_stands_before_every_statement_whatever_the_limits_are(folder):
    generous = Limits(seconds=60, memory_mb=4000, threads=4, rows=10**9, result_bytes=10**9)
    with Sandbox(folder / "jobs.duckdb", generous, workers=1) as sandbox, pytest.raises(RefusedError):
        sandbox.run("SELECT * FROM duckdb_settings()")


@pytest.mark.parametrize(
    ("where", "name", "limit"),
    [
        ("sandbox", "all with all", "time"),
        ("patient", "list of all with all", "memory"),
        ("patient", "result of long texts", "result"),
    ],
)
def test_a_statement_is_stopped_at_its_limit_and_told_which(request, where, name, limit):
    sandbox = request.getfixturevalue(where)
    with pytest.raises(StoppedError) as stopped:
        sandbox.run(attack_named(name).template)
    assert stopped.value.limit == limit
    assert sandbox.run(HARMLESS).rows == ((len(POSTINGS),),)


def test_what_duckdb_allocates_beside_its_own_limit_is_bounded_too(patient):
    """`repeat` asks for 2 GB at once and takes them without regard to `memory_limit`; the guard refuses it as well."""
    with pytest.raises(StoppedError) as stopped:
        patient._run_guarded("SELECT length(repeat('a', 2000000000))")
    assert stopped.value.limit == ("memory" if sys.platform == "linux" else "time")


def test_a_process_can_write_no_file(tmp_path):
    script = "import sys; from jobsearch_dagster.search.sandbox_worker import _bound_process; _bound_process(64)"
    script += "; open(sys.argv[1], 'w').write('text')"
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "file")], capture_output=True)
    assert (tmp_path / "file").read_bytes() == b""


def test_stopping_a_statement_ends_its_process_and_leaves_as_many_as_before(folder):
    with Sandbox(folder / "jobs.duckdb", Limits(seconds=0.3)) as sandbox:
        before = processes_of(os.getpid())
        with pytest.raises(StoppedError):
            sandbox.run(ENDLESS)
        assert len([process for process in before if process.is_running()]) == len(before) - 1
        assert len(processes_of(os.getpid())) == len(before)


def test_a_process_that_died_while_it_waited_is_replaced(folder):
    with Sandbox(folder / "jobs.duckdb", workers=1) as sandbox:
        sandbox._idle[0]._process.kill()
        sandbox._idle[0]._process.wait()
        assert sandbox.run(HARMLESS).rows == ((len(POSTINGS),),)


def test_a_process_that_dies_at_a_statement_is_told_from_one_that_is_too_slow(folder):
    with Sandbox(folder / "jobs.duckdb", workers=1) as sandbox:
        threading.Timer(0.3, sandbox._idle[0]._process.kill).start()
        with pytest.raises(StoppedError) as stopped:
            sandbox.run(ENDLESS)
        assert stopped.value.limit == "memory"
        assert sandbox.run(HARMLESS).rows == ((len(POSTINGS),),)


def test_an_interrupted_question_does_not_get_the_next_one_its_answer(folder):
    def interrupt(*_):
        raise KeyboardInterrupt

    with Sandbox(folder / "jobs.duckdb", workers=1) as sandbox:
        usual = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            with pytest.raises(KeyboardInterrupt):
                sandbox.run(ENDLESS)
        finally:
            signal.signal(signal.SIGALRM, usual)
        assert sandbox.run("SELECT 7 AS n").rows == ((7,),)


def test_several_threads_get_their_own_answers(sandbox):
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda n: sandbox.run(f"SELECT {n} AS n, count(*) FROM jobs").rows, range(60)))
    assert results == [((n, len(POSTINGS)),) for n in range(60)]


def test_a_closed_sandbox_has_no_process_and_runs_nothing(folder):
    before = processes_of(os.getpid())
    with Sandbox(folder / "jobs.duckdb") as sandbox:
        assert len(processes_of(os.getpid())) == len(before) + 2
    assert processes_of(os.getpid()) == before
    with pytest.raises(RuntimeError, match="closed"):
        sandbox.run(HARMLESS)


def test_who_waits_for_a_process_when_the_sandbox_is_closed_is_told_so(folder):
    said = []

    def ask(sql):
        try:
            said.append(sandbox.run(sql))
        except (RuntimeError, StoppedError) as error:
            said.append(str(error))

    before = processes_of(os.getpid())
    sandbox = Sandbox(folder / "jobs.duckdb", Limits(seconds=3), workers=1)
    callers = [threading.Thread(target=ask, args=(sql,), daemon=True) for sql in (ENDLESS, *[HARMLESS] * 3)]
    callers[0].start()
    while sandbox._idle:
        time.sleep(0.01)
    for caller in callers[1:]:
        caller.start()
    sandbox.close()
    for caller in callers:
        caller.join(timeout=30)
    assert sorted(said)[:3] == ["the sandbox is closed"] * 3
    assert "stopped at 3 s" in sorted(said)[3]
    assert processes_of(os.getpid()) == before


def test_a_catalog_that_is_gone_is_told_from_a_statement_that_takes_too_much(tmp_path):
    path = catalog_of(tmp_path)
    with Sandbox(path, Limits(seconds=0.3), workers=1) as sandbox:
        path.rename(tmp_path / "elsewhere.duckdb")
        with pytest.raises(StoppedError):
            sandbox.run(ENDLESS)  # its process ends, and the next one finds no catalog
        with pytest.raises(UserError, match="no job catalog opens at"):
            sandbox.run(HARMLESS)
        (tmp_path / "elsewhere.duckdb").rename(path)
        with suppress(UserError):
            sandbox.run(HARMLESS)  # the process that was started while it was gone
        assert sandbox.run(HARMLESS).rows == ((len(POSTINGS),),)


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_what_is_no_catalog_is_told_at_the_start(tmp_path, content):
    path = tmp_path / "jobs.duckdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match="no job catalog opens at"):
        Sandbox(path)


def test_a_process_has_no_secrets_of_the_environment_and_no_heavy_library(folder, monkeypatch):
    monkeypatch.setenv("JOBSEARCH_LLM_KEY", SECRET)
    with Sandbox(folder / "jobs.duckdb", workers=1) as sandbox:
        sandbox.run("SELECT * FROM jobs")
        process = psutil.Process(sandbox._idle[0]._process.pid)
        assert SECRET not in str(process.environ())
        files = " ".join(mapped.path for mapped in process.memory_maps())
    assert "duckdb" in files
    assert not any(library in files for library in ("torch", "pandas", "numpy", "pyarrow"))


PARENT = """
import sys, threading
from pathlib import Path
from jobsearch_dagster.search.sandbox import Limits, Sandbox

sandbox = Sandbox(Path(sys.argv[1]), Limits(seconds=60))
threading.Thread(target=sandbox.run, args=(sys.argv[2],), daemon=True).start()
sandbox.run("SELECT 1")
print("ready", flush=True)
sys.stdin.read()
"""


def test_no_process_outlives_a_parent_that_was_killed_at_work(folder):
    command = [sys.executable, "-c", PARENT, str(folder / "jobs.duckdb"), ENDLESS]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        workers = processes_of(parent.pid)
        parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert len(workers) == 2
    assert alive == []


def test_what_runs_is_shown_as_the_guard_wrote_it(sandbox):
    sql = "select title from jobs -- comment"
    assert sandbox.run(sql).sql == guard(sql)
