"""A PostgreSQL server of this machine's own, in a temporary folder: Debian's, as a user installs it.

Belongs here: starting and ending it. What is stored there is in the tests.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobsearch_dagster_tests.services import free_port

PASSWORD = "kept-from-files"


@dataclass(frozen=True)
class PostgresServer:
    """One that answers.

    Attributes:
        folder: Its database files.
        port: Where it listens on 127.0.0.1.
    """

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The address of a database there, with user and password."""
        return f"postgresql+psycopg2://postgres:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it; does not wait for the disk, for nothing is to outlive the test."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        _as_nobody_special("pg_ctl", "-D", self.folder, "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """End it as a power cut does."""
        _as_nobody_special("pg_ctl", "-D", self.folder, "-m", "immediate", "stop")


@contextmanager
def postgres_server() -> Generator[PostgresServer]:
    """A server with an empty database, gone after the block."""
    base = Path(tempfile.mkdtemp(prefix="jobsearch-postgres-"))
    try:
        (base / "password").write_text(PASSWORD)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            for path in (base, base / "password"):
                shutil.chown(path, "postgres")
        server = PostgresServer(base / "data", free_port())
        password = f"--pwfile={base / 'password'}"
        _as_nobody_special("initdb", "-D", server.folder, "-U", "postgres", "-A", "scram-sha-256", "-N", password)
        server.start()
        try:
            yield server
        finally:
            if (server.folder / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(base)


def _as_nobody_special(program: str, *words: str | Path) -> None:
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*user, str(_program(program)), *map(str, words)], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()


def _program(name: str) -> Path:
    """Debian keeps the server's programs off the PATH, one folder a version."""
    found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), *filter(None, [shutil.which(name)])]
    assert found, f"{name} is not there: run `make postgres`"
    return Path(found[-1])
