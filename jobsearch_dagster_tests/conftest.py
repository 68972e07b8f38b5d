"""Fixtures of all tests: small models, a data folder of 40 rows, and one where the whole DAG has run."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from absl import logging as absl_logging
from dagster._core.storage.defs_state.base import set_defs_state_storage
from filelock import FileLock
from pydantic import TypeAdapter

from jobsearch_dagster.app.run import Outcome, run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample
from jobsearch_dagster_tests.small_models import make_encoder, make_language_model

SMOKE_ROWS = 40

# rouge_score brings absl, whose log handler keeps the stderr of its import and closes it when Dagster configures
# logging, unless it is the interpreter's own. Here it would be the stream that pytest captures with.
absl_logging.get_absl_handler().python_handler.stream = sys.__stderr__

# No timing is asserted in tests: a shared machine takes seconds for what is done in milliseconds elsewhere.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _no_instance_of_another_test() -> Iterator[None]:
    """Dagster resolves definitions through the instance that was entered last, even when that is gone by now."""
    with set_defs_state_storage(None):
        yield


def enter(monkeypatch: pytest.MonkeyPatch, data: Path, profile: str = "smoke") -> None:
    """Make `data` the data folder of everything that reads the environment."""
    monkeypatch.setenv("JOBSEARCH_DATA_DIR", str(data))
    monkeypatch.setenv("JOBSEARCH_PROFILE", profile)
    monkeypatch.setenv("DAGSTER_HOME", str(data / "dagster_home"))
    for name in ("JOBSEARCH_EXECUTOR", "JOBSEARCH_POSTGRES_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def smoke_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two models of the profile `smoke`."""
    folder = tmp_path_factory.mktemp("models")
    make_language_model(folder / "language_model")
    make_encoder(folder / "encoder")
    return folder


def new_data(folder: Path, models: Path) -> Path:
    """A data folder with 40 raw rows and the small models, and nothing made yet."""
    write_sample(SampleSpec(rows=SMOKE_ROWS, postings=16, seed=3), folder / "raw")
    (folder / "smoke").symlink_to(models)
    return folder


@pytest.fixture
def data(tmp_path: Path, smoke_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh data folder, and the environment pointing to it."""
    enter(monkeypatch, tmp_path)
    return new_data(tmp_path, smoke_models)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, smoke_models: Path) -> tuple[Path, Outcome]:
    """A data folder where the whole DAG ran once, and what that run did. Not to be changed: copy it.

    The first of the processes that share the tests makes it, the others wait for it: it takes a minute of a processor.
    """
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, said, kept = common / "finished", common / "finished.json", TypeAdapter(Outcome)
    with FileLock(common / "finished.lock"):
        if not said.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            with pytest.MonkeyPatch.context() as monkeypatch:
                enter(monkeypatch, new_data(folder, smoke_models))
                said.write_bytes(kept.dump_json(run(open_workspace(), [])))
    return folder, kept.validate_json(said.read_bytes())


@pytest.fixture
def made(finished: tuple[Path, Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished data folder, and the environment pointing to it."""
    folder = tmp_path / "data"
    shutil.copytree(finished[0], folder, symlinks=True)
    enter(monkeypatch, folder)
    return folder


@pytest.fixture(scope="session")
def course_data() -> Path:
    """The report's own two CSV files, where the machine has them."""
    folder = os.environ.get("JOBSEARCH_COURSE_DATA")
    if not folder:
        pytest.skip("JOBSEARCH_COURSE_DATA is not set")
    return Path(folder)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections leave this machine in no test."""
    import socket

    connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "unix"
        if host not in {"unix", "127.0.0.1", "localhost", "::1"}:
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # ty: ignore[invalid-argument-type]

    monkeypatch.setattr(socket.socket, "connect", local_only)
    yield


ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")


def allowed_skips() -> list[str]:
    """Beginnings of the ids of tests that may be skipped."""
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


class SkipGate:
    """Fails the run when a test was skipped that is not listed: a skipped test is not a passed one."""

    def __init__(self) -> None:
        self.unlisted: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember unlisted skips."""
        if report.skipped and not report.nodeid.startswith(tuple(allowed_skips())):
            self.unlisted.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn them into a failure."""
        if self.unlisted and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name them."""
        for nodeid in self.unlisted:
            terminalreporter.write_line(f"SKIPPED BUT NOT LISTED in {ALLOWED_SKIPS.name}: {nodeid}", red=True)


@pytest.hookimpl(tryfirst=True)  # before those that are not `slow` are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with many slow tests come first: begun last, one of them would keep a single process busy at the end.

    Before them come the slow ones that do not need `finished`, so that nothing waits while one process makes it.
    Slow tests are not traced for coverage, which takes half their time again; what makes `finished` is.
    """
    slow, finished = Counter[Path](), Counter[Path]()
    for item in items:
        if "finished" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            finished[item.path] += 1
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)
            slow[item.path] += 1
    items.sort(key=lambda item: (slow[item.path] == 0, finished[item.path] > 0, -slow[item.path]))


def pytest_configure(config: pytest.Config) -> None:
    """Install the gate."""
    config.pluginmanager.register(SkipGate())
