"""What a Ray cluster answers is understood, or told in one line: no Ray runs here (`test_ray.py` has a real one)."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import requests
from ray.exceptions import AuthenticationError
from ray.job_submission import JobStatus
from ray.util.state.exception import RayStateApiException, ServerUnavailable

from jobsearch_dagster.foundation import executors, home, ray_cluster
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.ray_cluster import refuse_shared_sqlite, refuse_unusable
from jobsearch_dagster.foundation.settings import Settings

ERRORS = [
    RayStateApiException("Failed to retrieve all\nnodes"),
    ServerUnavailable("Failed to make request"),
    requests.exceptions.ConnectionError("Connection reset by peer"),
    requests.exceptions.ReadTimeout("timed out"),
    RuntimeError("Request failed with status code 500: <html>\n" + "x" * 1000),
    AuthenticationError("wrong token"),
]
ANSWERS: dict[str, Any] = {
    "submit_job": "a-job",
    "get_job_status": JobStatus.SUCCEEDED,
    "get_job_logs": "",
}


class Cluster:
    """Answers as told, to the client of jobs and to questions about nodes."""

    def __init__(self, addresses: list[str], **errors: Exception) -> None:
        self._nodes = [
            SimpleNamespace(node_ip=ip, node_id=f"id-{ip}", node_name=ip, resources_total={"GPU": 1.0})
            for ip in addresses
        ]
        self._errors = errors
        self.asked: dict[str, Any] = {}

    def __call__(self, address: str) -> "Cluster":
        return self

    def __getattr__(self, name: str) -> Any:
        def answer(*args: Any, **kwargs: Any) -> Any:
            if name in self._errors:
                raise self._errors[name]
            return ANSWERS[name]

        return answer

    def list_nodes(self, **question: Any) -> list[SimpleNamespace]:
        if "list_nodes" in self._errors:
            raise self._errors["list_nodes"]
        self.asked = question
        return self._nodes


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, executor="ray", ray_address="http://127.0.0.1:8265")


def use(monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> Cluster:
    monkeypatch.setattr("ray.job_submission.JobSubmissionClient", cluster)
    monkeypatch.setattr("ray.util.state.list_nodes", cluster.list_nodes)
    return cluster


def test_all_nodes_of_a_large_cluster_are_asked_and_dead_ones_are_not_counted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = use(monkeypatch, Cluster(["127.0.0.1"] * 150))
    assert refuse_unusable(settings, ["job_summaries"]) == 150
    assert cluster.asked["filters"] == [("state", "=", "ALIVE")]
    assert cluster.asked["limit"] == 10_000  # Ray refuses more


@pytest.mark.parametrize("question", ["list_nodes", *ANSWERS])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_of_the_cluster_is_told_in_one_line_of_ours(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, question: str, error: Exception
) -> None:
    use(monkeypatch, Cluster(["127.0.0.1"], **{question: error}))
    with pytest.raises(UserError, match=r"no Ray cluster answers at http://127\.0\.0\.1:8265 as it should") as refused:
        refuse_unusable(settings, [])
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 500
    assert list(settings.data_dir.glob("tmp/*")) == []


def test_nodes_on_other_machines_need_postgres(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Cluster(["127.0.0.1", "203.0.113.7"]))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with pytest.raises(UserError, match=r"on other machines \(203.0.113.7\).*set JOBSEARCH_POSTGRES_URL") as refused:
        refuse_unusable(settings, [])
    assert len(str(refused.value).splitlines()) == 1
    monkeypatch.setenv("JOBSEARCH_POSTGRES_URL", "postgresql+psycopg2://user:word@host/events")
    monkeypatch.setattr(ray_cluster, "_ask_nodes", lambda *args: None)
    assert refuse_unusable(settings, []) == 2


def test_nodes_of_this_machine_may_share_its_sqlite() -> None:
    own = {address.address for addresses in psutil.net_if_addrs().values() for address in addresses}
    refuse_shared_sqlite(own, own)
    refuse_shared_sqlite(["10.0.0.2"] * 3, ["127.0.0.1", "10.0.0.2"])
    with pytest.raises(UserError, match=r"2 nodes .* \(10.0.0.3\)"):
        refuse_shared_sqlite(["10.0.0.2", "10.0.0.4", "10.0.0.3"], ["127.0.0.1", "10.0.0.2"])


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (home.template(), False),
        (home.template(in_postgres=True), True),
        ("storage:\n  postgres:\n    postgres_db: {}\n", True),  # the Helm chart's
        ("# no postgres here\n", False),
        (None, False),
    ],
)
def test_a_home_of_the_users_own_says_whether_events_lie_in_postgres(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str | None, expected: bool
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    if config is not None:
        (tmp_path / "dagster.yaml").write_text(config)
    assert home.is_in_postgres() is expected


def test_a_password_in_an_address_never_reaches_the_dashboard_of_a_cluster(tmp_path: Path) -> None:
    def on_ray(llm_url: str) -> Settings:
        return Settings(tmp_path, executor="ray", ray_address="http://127.0.0.1:8265", llm_url=llm_url, llm_model="m")

    with pytest.raises(UserError, match="give the nodes a key in JOBSEARCH_LLM_KEY") as refused:
        executors.chosen(on_ray("http://me:open-sesame@127.0.0.1:8000/v1"), "smoke")
    assert "sesame" not in str(refused.value)
    assert executors.chosen(on_ray("http://127.0.0.1:8000/v1"), "smoke")
