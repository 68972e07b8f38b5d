"""A run that was killed does not block the next one, and two runs do not work on one folder at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import psutil
import pytest

from jobsearch_dagster.foundation import home
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import postgres_url
from jobsearch_dagster_tests.services import free_port

REPOSITORY = Path(__file__).parents[2]


def start_run(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.DagsterRun:
    job = dg.JobDefinition(graph_def=dg.GraphDefinition(name="empty"))
    run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags)
    instance.event_log_storage.set_concurrency_slots("gpu", 1)
    claim = instance.event_log_storage.claim_concurrency_slot("gpu", run.run_id, "step")
    assert claim.is_claimed
    return run


def dead_process_tags() -> dict[str, str]:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    started = psutil.Process(child.pid).create_time()
    child.kill()
    child.wait()
    return {
        **home.process_tags(),
        "jobsearch/pid": str(child.pid),
        "jobsearch/process_started": f"{started:.2f}",
    }


def test_a_run_whose_process_was_killed_is_ended_and_its_slot_freed() -> None:
    with dg.instance_for_test() as instance:
        run = start_run(instance, dead_process_tags())
        assert home.end_abandoned_runs(instance) == [run.run_id]
        ended = instance.get_run_by_id(run.run_id)
        assert ended is not None
        assert ended.status == dg.DagsterRunStatus.FAILURE
        assert instance.event_log_storage.get_concurrency_info("gpu").active_slot_count == 0


@pytest.mark.parametrize(
    "tags",
    [
        home.process_tags(),
        {},
        {**home.process_tags(), "jobsearch/host": "another-machine", "jobsearch/pid": "1"},
    ],
    ids=["its process lives", "started by the UI", "of another host"],
)
def test_a_run_that_may_be_alive_is_left_alone(tags: dict[str, str]) -> None:
    with dg.instance_for_test() as instance:
        run = start_run(instance, tags)
        assert home.end_abandoned_runs(instance) == []
        kept = instance.get_run_by_id(run.run_id)
        assert kept is not None
        assert kept.status == dg.DagsterRunStatus.STARTED


def test_a_process_id_given_to_another_process_does_not_keep_a_run_alive() -> None:
    with dg.instance_for_test() as instance:
        run = start_run(instance, {**home.process_tags(), "jobsearch/process_started": "1.00"})
        assert home.end_abandoned_runs(instance) == [run.run_id]


def test_a_second_run_waits_for_the_first_and_names_it(tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from jobsearch_dagster.foundation.home import only_run
with only_run(Path({str(tmp_path)!r}), print):
    print("holding", flush=True)
    time.sleep(2)
"""
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    said: list[str] = []
    with home.only_run(tmp_path, said.append):
        assert holder.wait(timeout=10) == 0
    assert len(said) == 1
    assert f"process {holder.pid}" in said[0]


def test_the_lock_of_a_killed_run_does_not_hold_the_next_one(tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from jobsearch_dagster.foundation.home import only_run
with only_run(Path({str(tmp_path)!r}), print):
    print("holding", flush=True)
    time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    holder.kill()
    holder.wait()
    said: list[str] = []
    started = time.monotonic()
    with home.only_run(tmp_path, said.append):
        assert time.monotonic() - started < 5
    assert said == []


def test_the_tracked_instance_template_is_the_packages_own() -> None:
    assert (REPOSITORY / "data/dagster_home/dagster.yaml").read_text(encoding="utf-8") == home.template()


def test_a_new_home_is_made_from_the_template_and_an_old_one_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    folder = home.prepare_home(tmp_path)
    assert folder == tmp_path / "dagster_home"
    assert (folder / "dagster.yaml").read_text(encoding="utf-8") == home.template()
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    home.prepare_home(tmp_path)
    assert (folder / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"


@pytest.mark.parametrize(
    "password",
    ["50%off", "off%5", "s3cret#1", "s3cret?1", "s3cret/1", "s3cret@1", "s3cret:1", "s3cret 1", "[s3cret", "s3crét",
     "%00s3cret", "%FFs3cret", "s3cret\n1", "s3cret-1"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["user:{}@127.0.0.1:{}/events", "{}:user@127.0.0.1:{}/events"])
@pytest.mark.parametrize("options", ["", "?sslmode", "?sslmode=%zz"])
def test_no_password_is_told_whatever_it_is_made_of(
    monkeypatch: pytest.MonkeyPatch, password: str, place: str, options: str
) -> None:
    address = place.format(password, free_port()) + options
    monkeypatch.setenv("JOBSEARCH_POSTGRES_URL", f"postgresql+psycopg2://{address}")
    with pytest.raises(UserError, match="JOBSEARCH_POSTGRES_URL") as refused:
        home.refuse_silent_postgres(postgres_url() or "")
    told = "".join(map(str, (refused.value, refused.value.__cause__)))
    assert len(str(refused.value).splitlines()) == 1
    assert not [part for part in (password, "s3cr", "off") if part in told]


@pytest.mark.parametrize("rest", ["user:s3cret/events", "host/user:s3cret", "user@host:s3cret/events", "host/s3cret@x"])
def test_a_password_in_the_place_of_a_port_or_database_is_not_told(monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    monkeypatch.setenv("JOBSEARCH_POSTGRES_URL", f"postgresql+psycopg2://{rest}")
    with pytest.raises(UserError, match="no address of a database with its driver") as refused:
        postgres_url()
    assert "s3cret" not in str(refused.value)


def test_the_address_of_a_server_that_does_not_listen_is_told_and_so_is_how_to_correct_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    monkeypatch.setenv(
        "JOBSEARCH_POSTGRES_URL", f"postgresql+psycopg2://user:p%40ss@127.0.0.1:{port}/events?sslmode=disable"
    )
    with pytest.raises(UserError, match=f"gives no connection: .*127.0.0.1.*{port}.*Connection refused"):
        home.refuse_silent_postgres(postgres_url() or "")


def test_a_relative_home_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "relative/home")
    with pytest.raises(UserError, match="absolute"):
        home.prepare_home(tmp_path)


def test_a_data_folder_that_cannot_be_made_is_a_user_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write"):
        home.prepare_home(tmp_path / "file")
    assert "DAGSTER_HOME" in os.environ
    monkeypatch.delenv("DAGSTER_HOME")
