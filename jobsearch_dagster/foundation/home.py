"""The Dagster instance of a data folder: its home and storage, its lock, and runs whose process is gone.

Belongs here: where Dagster keeps its events, and what makes `jobsearch run` safe to start at any moment. A run killed
by SIGKILL stays STARTED in Dagster's storage and keeps its pool slot; without a daemon nobody else frees it.
"""

import fcntl
import os
import socket
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import dagster as dg
import psutil

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import postgres_url

HOME, POSTGRES_HOME = "dagster_home", "dagster_home_postgres"
POSTGRES_PATIENCE = 10
"""Seconds until a server that does not answer counts as absent."""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def prepare_home(data_dir: Path) -> Path:
    """Set `DAGSTER_HOME` to the data folder's instance unless the user chose another, and create it from the template.

    SQLite and PostgreSQL have a home each, so that a process with the variable and one without it never change each
    other's storage.

    Raises:
        UserError: `DAGSTER_HOME` is relative, or the folder cannot be written; the home that the user chose is of
            another storage; PostgreSQL does not answer.
    """
    url = postgres_url()
    home = Path(os.environ.setdefault("DAGSTER_HOME", str(data_dir / (POSTGRES_HOME if url else HOME))))
    if not home.is_absolute():
        raise UserError(f"DAGSTER_HOME={home} is relative: set it to an absolute path")
    config = home / "dagster.yaml"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not config.exists():
            config.write_text(template(in_postgres=url is not None), encoding="utf-8")
        if not os.access(home, os.W_OK):
            raise PermissionError(13, "Permission denied", str(home))
    except OSError as error:
        raise UserError(
            f"cannot write {home}: {error.strerror}; make it writable or set JOBSEARCH_DATA_DIR to another folder"
        ) from error
    _refuse_another_storage(config, url)
    if url:
        refuse_silent_postgres(url)
    return home


def template(*, in_postgres: bool = False) -> str:
    """The text of a new home's `dagster.yaml`."""
    files = resources.files("jobsearch_dagster.foundation")
    names = ["dagster.yaml", *(["dagster_postgres.yaml"] if in_postgres else [])]
    return "".join((files / name).read_text(encoding="utf-8") for name in names)


def _refuse_another_storage(config: Path, url: str | None) -> None:
    """An instance never falls back to SQLite in silence, nor asks for a variable that is not set."""
    names_variable = "JOBSEARCH_POSTGRES_URL" in config.read_text(encoding="utf-8")
    if names_variable and not url:
        raise UserError(f"{config} keeps events in PostgreSQL: set JOBSEARCH_POSTGRES_URL, or unset DAGSTER_HOME")
    if url and not names_variable:
        raise UserError(
            f"JOBSEARCH_POSTGRES_URL is set, but {config} does not read it: unset DAGSTER_HOME, or add its `storage` "
            "as docs/cluster.md shows"
        )


def is_in_postgres() -> bool:
    """Whether Dagster's events lie there: by the variable, or by a home of the user's own, such as the Helm chart's."""
    if postgres_url() is not None:
        return True
    config = Path(os.environ.get("DAGSTER_HOME") or "no home") / "dagster.yaml"
    lines = config.read_text(encoding="utf-8").splitlines() if config.is_file() else []
    return any("postgres" in line.partition("#")[0] for line in lines)


def refuse_silent_postgres(url: str) -> None:
    """Ask the database for a connection: Dagster alone would try six times, and end in a traceback.

    Raises:
        UserError: There is none to be had; the password is not part of the line.
    """
    if find_spec("dagster_postgres") is None:
        raise UserError(
            "JOBSEARCH_POSTGRES_URL needs dagster-postgres: run `pip install 'jobsearch-dagster[postgres]'`"
        )
    import psycopg2

    try:
        psycopg2.connect(url.replace("+psycopg2", "", 1), connect_timeout=POSTGRES_PATIENCE).close()
    except (psycopg2.ProgrammingError, UnicodeError):
        # What cannot be read as an address is repeated in the error, with the password: no cause is kept either.
        raise UserError(
            "JOBSEARCH_POSTGRES_URL cannot be read as the address of a database: correct its options, and the "
            "characters that are written as %40"
        ) from None
    except psycopg2.Error as error:
        raise UserError(
            f"PostgreSQL gives no connection: {' '.join(str(error).split())}; start it or correct "
            "JOBSEARCH_POSTGRES_URL"
        ) from error


def process_tags() -> dict[str, str]:
    """Run tags that say which process executes a run; a process id alone may be given again to another process."""
    pid = os.getpid()
    return {
        "jobsearch/host": socket.gethostname(),
        "jobsearch/pid": str(pid),
        "jobsearch/process_started": f"{psutil.Process(pid).create_time():.2f}",
    }


def unfinished_runs(instance: dg.DagsterInstance) -> Sequence[dg.DagsterRun]:
    """The runs that have not ended, or whose end nobody has recorded."""
    return instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))


def end_abandoned_runs(instance: dg.DagsterInstance) -> list[str]:
    """Fail the unfinished runs of processes of this host that no longer exist and free their pool slots.

    Returns:
        Ids of the runs that were ended.
    """
    ended = []
    for run in unfinished_runs(instance):
        if _is_abandoned(run.tags):
            instance.report_run_failed(run, "its process is gone; ended by the next `jobsearch run`")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            ended.append(run.run_id)
    return ended


def _is_abandoned(tags: Mapping[str, str]) -> bool:
    if tags.get("jobsearch/host") != socket.gethostname():
        return False
    try:
        process = psutil.Process(int(tags["jobsearch/pid"]))
        return abs(process.create_time() - float(tags["jobsearch/process_started"])) > 1
    except psutil.NoSuchProcess:
        return True


@contextmanager
def only_run(data_dir: Path, say: Callable[[str], object]) -> Generator[None]:
    """Hold the data folder for one run; while another run holds it, say which one and wait.

    The lock is the kernel's: it ends with its process, however that ends.
    """
    path = data_dir / "run.lock"
    try:
        handle = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; make the folder writable") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            say(f"waiting for another run on {data_dir}: {handle.read().strip() or 'starting'}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()} on {socket.gethostname()}")
        handle.flush()
        yield
