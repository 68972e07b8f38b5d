"""Dagster's events lie in PostgreSQL where its address is set, with its password in no file, against a real server."""

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_instance, open_workspace
from jobsearch_dagster.foundation import home
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample
from jobsearch_dagster_tests.conftest import enter
from jobsearch_dagster_tests.postgres_server import PASSWORD, PostgresServer, postgres_server
from jobsearch_dagster_tests.services import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def raw_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder without models: raw files need none."""
    enter(monkeypatch, tmp_path)
    write_sample(SampleSpec(rows=10, postings=5, seed=3), tmp_path / "raw")
    return tmp_path


@pytest.fixture
def in_postgres(raw_data: Path, server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh data folder whose events go to the server."""
    monkeypatch.setenv("DAGSTER_HOME", "")  # remembered, so that the one that is set below is taken back
    monkeypatch.delenv("DAGSTER_HOME")
    monkeypatch.setenv("JOBSEARCH_POSTGRES_URL", server.url)
    return raw_data


def rows(server: PostgresServer, query: str) -> list[tuple]:
    connection = psycopg2.connect(server.url.replace("+psycopg2", ""))
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    finally:
        connection.close()


def test_a_run_lands_its_events_there_and_none_in_sqlite_and_the_password_is_in_no_file(
    in_postgres: Path, server: PostgresServer
) -> None:
    outcome = run(open_workspace(), ["raw_jobs"])
    assert (outcome.problems, set(outcome.computed)) == ((), {"raw_jobs"})
    query = "SELECT asset_key FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'"
    assert ('["raw_jobs"]',) in rows(server, query)
    assert [status for (status,) in rows(server, "SELECT status FROM runs")] == ["SUCCESS"]
    assert run(open_workspace(), ["raw_jobs"]).computed == ()
    files = [path for path in in_postgres.rglob("*") if path.is_file()]
    assert [path for path in files if path.suffix in {".db", ".sqlite"}] == []
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []


def test_without_the_variable_the_same_folder_has_its_events_in_sqlite(
    in_postgres: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.prepare_home(in_postgres)
    monkeypatch.delenv("JOBSEARCH_POSTGRES_URL")
    monkeypatch.delenv("DAGSTER_HOME")
    assert home.prepare_home(in_postgres) == in_postgres / home.HOME
    assert (in_postgres / home.HOME / "dagster.yaml").read_text(encoding="utf-8") == home.template()
    assert (in_postgres / home.POSTGRES_HOME / "dagster.yaml").read_text(encoding="utf-8") == home.template(
        in_postgres=True
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.replace(PASSWORD, "another-word"), "password authentication failed"),
        (lambda url: f"{url}-of-nobody", 'database "postgres-of-nobody" does not exist'),
        (
            lambda url: f"postgresql+psycopg2://postgres:{PASSWORD}@127.0.0.1:{free_port()}/postgres",
            "Connection refused",
        ),
    ],
    ids=["wrong password", "no such database", "no server"],
)
def test_a_database_that_gives_no_connection_is_told_in_one_line_without_the_password(
    in_postgres: Path, server: PostgresServer, monkeypatch: pytest.MonkeyPatch, change, told: str
) -> None:
    monkeypatch.setenv("JOBSEARCH_POSTGRES_URL", change(server.url))
    with pytest.raises(UserError, match=told) as refused, open_instance(open_workspace()):
        pass
    assert "correct JOBSEARCH_POSTGRES_URL" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert PASSWORD not in str(refused.value)
    assert "another-word" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///events.db",
        "postgresql://host/events",
        "postgresql+psycopg2://user:p@ss@host/events",
        "postgresql+psycopg2://host/",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_made(
    in_postgres: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("JOBSEARCH_POSTGRES_URL", url)
    with pytest.raises(
        UserError, match="JOBSEARCH_POSTGRES_URL is no address of a database with its driver"
    ) as refused:
        home.prepare_home(in_postgres)
    assert "p@ss" not in str(refused.value)
    assert not (in_postgres / home.POSTGRES_HOME).exists()


def test_a_home_of_ones_own_that_is_of_another_storage_is_refused(
    raw_data: Path, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.prepare_home(raw_data)
    monkeypatch.setenv("JOBSEARCH_POSTGRES_URL", server.url)
    with pytest.raises(UserError, match="does not read it: unset DAGSTER_HOME"):
        home.prepare_home(raw_data)
    (raw_data / "dagster_home/dagster.yaml").write_text(home.template(in_postgres=True))
    assert home.prepare_home(raw_data) == raw_data / "dagster_home"
    monkeypatch.delenv("JOBSEARCH_POSTGRES_URL")
    with pytest.raises(UserError, match="set JOBSEARCH_POSTGRES_URL, or unset DAGSTER_HOME"):
        home.prepare_home(raw_data)


def test_a_server_that_goes_away_in_the_middle_is_told_in_one_line(in_postgres: Path, server: PostgresServer) -> None:
    with pytest.raises(UserError, match="gives no connection"), open_instance(open_workspace()) as instance:
        server.stop()
        instance.get_runs()
    server.start()
