"""Steps on a real Ray cluster of two nodes: the adapter where the GPU is; a lost node costs a retry, nothing else."""

import shutil
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from ray.job_submission import JobSubmissionClient

from jobsearch_dagster.app import doctor
from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_instance, open_workspace
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import ray_cluster
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster_tests.ray_nodes import RayNodes, ray_nodes
from jobsearch_dagster_tests.services import free_port, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nodes() -> Iterator[RayNodes]:
    with ray_nodes() as nodes:
        yield nodes


@pytest.fixture
def on_ray(data: Path, nodes: RayNodes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh data folder whose steps go to the cluster."""
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "ray")
    monkeypatch.setenv("JOBSEARCH_RAY_ADDRESS", nodes.url)
    return data


def versions(data: Path) -> dict[str, str]:
    folder = DataFolder(path=str(data))
    stamps = {name: asset.stamp(folder) for name, asset in lake_assets().items()}
    return {name: stamp.data_version for name, stamp in stamps.items() if stamp is not None}


def refused(data: Path, told: str) -> None:
    """One line before anything is made, from the command and from the doctor."""
    with pytest.raises(UserError, match=told) as error:
        run(open_workspace(), ["raw_jobs", "job_summaries"], only=True)
    assert len(str(error.value).splitlines()) == 1
    assert versions(data) == {}
    (finding,) = [finding for finding in doctor.examine(open_workspace()) if finding.subject == "cluster"]
    assert finding.is_missing


def test_an_address_where_no_cluster_is_and_none_at_all(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "ray")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(UserError, match="JOBSEARCH_EXECUTOR=ray needs JOBSEARCH_RAY_ADDRESS"):
        open_workspace()
    monkeypatch.setenv("JOBSEARCH_RAY_ADDRESS", f"http://127.0.0.1:{free_port()}")
    refused(data, "no Ray cluster answers at http://127.0.0.1:.*correct JOBSEARCH_RAY_ADDRESS")


def test_a_cluster_without_a_gpu_where_an_asset_wants_one(on_ray: Path) -> None:
    refused(on_ray, "no node of the Ray cluster at .* has a GPU, for which job_summaries would wait without end")


def test_a_folder_that_the_nodes_do_not_share(on_ray: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def unseen(folder: Path) -> Generator[Path]:
        """What a node sees whose folder of the same name is another one: no token."""
        yield folder / "tmp/shared-unseen"

    monkeypatch.setattr(ray_cluster, "_token", unseen)
    with pytest.raises(UserError, match="does not share the data folder, or cannot write it: mount the same"):
        ray_cluster.refuse_unusable(open_workspace().settings, [])


def test_a_run_stops_what_works_on_for_runs_that_have_ended_and_nothing_of_others(
    on_ray: Path, nodes: RayNodes, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = {"ended": dg.DagsterRunStatus.FAILURE, "under way": dg.DagsterRunStatus.STARTED}
    workspace, client = open_workspace(), JobSubmissionClient(nodes.url)
    with open_instance(workspace) as instance:
        runs = {name: instance.add_run(dg.DagsterRun(name, status=status)).run_id for name, status in statuses.items()}
    jobs = {
        name: client.submit_job(entrypoint="sleep 1000", metadata={"dagster/run-id": run_id, "dagster/op": name})
        for name, run_id in (runs | {"of another instance": "unknown"}).items()
    }
    try:
        outcome = run(workspace, ["raw_jobs"], only=True)
        still_at_work = {name for name, job in jobs.items() if not client.get_job_status(job).is_terminal()}
    finally:
        for job in jobs.values():
            client.stop_job(job)
    assert (outcome.problems, outcome.computed) == ((), ("raw_jobs",))
    assert still_at_work == {"under way", "of another instance"}
    assert "stopped ended on the Ray cluster, whose run has ended" in capsys.readouterr().err


def test_the_adapter_is_trained_where_the_gpu_is_and_again_after_its_node_was_killed_with_the_same_result(
    on_ray: Path, nodes: RayNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as here:
        here.setenv("JOBSEARCH_EXECUTOR", "local")
        assert run(open_workspace(), ["column_profile", "lora_adapter"]).problems == ()
    made = versions(on_ray)
    models = on_ray / "models/lora_adapter"
    shutil.rmtree(models)
    (on_ray / "lake/column_profile.parquet").unlink()
    cards = {node.node_id: node for node in (nodes.add(num_cpus=1, num_gpus=1), nodes.add(num_cpus=1, num_gpus=1))}

    def lose_node_in_mid_step() -> str:
        until(models.exists, "the training to begin")
        ((place, _),) = nodes.places("lora_adapter")
        nodes.kill(cards[place])
        return place

    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(lose_node_in_mid_step)
        outcome = run(open_workspace(), ["column_profile", "lora_adapter"], only=True)
    assert outcome.problems == ()
    assert set(outcome.computed) == {"column_profile", "lora_adapter"}
    assert versions(on_ray) == made
    (left,) = set(cards) - {lost.result()}
    assert nodes.places("lora_adapter") == [(lost.result(), "FAILED"), (left, "SUCCEEDED")]


def test_a_node_without_dagster(on_ray: Path, nodes: RayNodes) -> None:
    nodes.settle()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
        node = nodes.add(num_cpus=1, num_gpus=1)
    refused(on_ray, rf"node .* \({node.node_id[:8]}\) of the Ray cluster has no `dagster` on its PATH")
    nodes.kill(node)


def test_a_run_on_kubernetes_is_not_begun_from_here(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "k8s")
    with pytest.raises(UserError, match="runs on Kubernetes start in Dagster's web UI there"):
        run(open_workspace(), [])
