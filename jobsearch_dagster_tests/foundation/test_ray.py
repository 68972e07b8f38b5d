"""Steps on a real Ray cluster of two nodes: the adapter where the GPU is, the same tables, a lost node costs a retry."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster_tests.ray_nodes import RayNodes, ray_nodes
from jobsearch_dagster_tests.services import free_port, until

pytestmark = pytest.mark.slow
REMADE = ("raw_jobs", "lora_adapter")


@pytest.fixture(scope="module")
def nodes() -> Iterator[RayNodes]:
    with ray_nodes() as nodes:
        yield nodes


@pytest.fixture
def on_ray(nodes: RayNodes, data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "ray")
    monkeypatch.setenv("JOBSEARCH_RAY_ADDRESS", nodes.url)
    return data


def versions(data: Path) -> dict[str, str]:
    folder = DataFolder(path=str(data))
    stamps = {name: asset.stamp(folder) for name, asset in lake_assets().items()}
    return {name: stamp.data_version for name, stamp in stamps.items() if stamp is not None}


def lose(data: Path, name: str) -> None:
    for path in lake_assets()[name].files(DataFolder(path=str(data))):
        path.unlink()


def test_a_node_without_a_gpu(on_ray: Path) -> None:
    with pytest.raises(
        UserError, match="no node of the Ray cluster at .* has a GPU, which lora_adapter would wait for"
    ):
        run(open_workspace(), ["lora_adapter"])


def test_x(nodes: RayNodes, on_ray: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "local")
    assert run(open_workspace(), ["lora_adapter"]).problems == ()
    made = versions(on_ray)
    lose(on_ray, "lora_adapter")
    lose(on_ray, "raw_jobs")
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "ray")
    node = nodes.add(num_cpus=1, num_gpus=1)
    outcome = run(open_workspace(), ["lora_adapter"])
    assert outcome.problems == ()
    assert set(outcome.computed) == set(REMADE)
    assert versions(on_ray) == made
    print(outcome)
    for k, j in nodes.jobs().items():
        print(k, j.driver_node_id, j.status, (j.end_time - j.start_time) / 1000)
    assert nodes.jobs()["lora_adapter"].driver_node_id == node.node_id
