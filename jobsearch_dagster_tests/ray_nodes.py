"""A Ray cluster of two nodes on this machine: real ones with processes of their own, one with a logical GPU.

Belongs here: starting and ending it, and what its jobs and nodes are called. What runs there is in the tests.
"""

import fcntl
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from unittest.mock import patch

import psutil

from jobsearch_dagster_tests.services import free_port, until

REPOSITORY = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
STORE = 100_000_000
"""Bytes of a node's object store; Ray takes a third of the memory where nothing is said."""


@dataclass(frozen=True)
class RayNodes:
    """A cluster whose head has no GPU.

    Attributes:
        cluster: Ray's own handle.
        url: Where it takes jobs.
    """

    cluster: Any
    url: str

    @property
    def address(self) -> str:
        """Where a process joins it."""
        return self.cluster.address

    def add(self, **resources: float) -> Any:
        """Another node."""
        return self.cluster.add_node(object_store_memory=STORE, **resources)

    def kill(self, node: Any) -> None:
        """End a node and all that runs there, at once, as a power cut does: what a step runs would outlive its Ray."""
        ran = psutil.Process(node.all_processes["raylet"][0].process.pid).children(recursive=True)
        self.cluster.remove_node(node, allow_graceful=False)
        for process in ran:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def settle(self) -> None:
        """Wait until Ray has noticed which nodes are gone."""
        from ray.util.state import list_nodes

        def alive() -> int:
            nodes = list_nodes(address=self.url, raise_on_missing_output=False)
            return sum(node.state == "ALIVE" for node in nodes)

        until(lambda: alive() == len(self.cluster.list_all_nodes()), "Ray to notice what is gone")

    def places(self, step: str) -> list[tuple[str, str]]:
        """Where a step's jobs ran, by the id of the node, and how they ended, in their order."""
        from ray.job_submission import JobSubmissionClient

        jobs = [job for job in JobSubmissionClient(self.url).list_jobs() if job is not None]
        ran = [job for job in jobs if (job.metadata or {}).get("dagster/op") == step]
        return [
            (job.driver_node_id or "", job.status.value) for job in sorted(ran, key=lambda job: job.start_time or 0)
        ]


@contextmanager
def one_ray() -> Generator[None]:
    """One cluster at a time: Ray tells the processes of a machine where its newest cluster is by one file."""
    with (Path(gettempdir()) / "jobsearch-tests-one-ray.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def ray_nodes(path: str = f"{BIN}:{os.environ['PATH']}") -> Generator[RayNodes]:
    """A head with one processor.

    Args:
        path: The PATH of its nodes.
    """
    from ray.cluster_utils import Cluster

    port = free_port()
    # Ray's nodes inherit the environment; PYTHONPATH is that of this checkout, as an installed package would be.
    environment = {
        "PATH": path,
        "PYTHONPATH": str(REPOSITORY),
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_worker_niceness": "0",  # else 15: beside other tests a worker gets a thirtieth of a core
        "OMP_NUM_THREADS": "1",
    }
    with one_ray(), patch.dict(os.environ, environment):
        head = {"num_cpus": 1, "include_dashboard": True, "dashboard_port": port, "object_store_memory": STORE}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        try:
            yield RayNodes(cluster, f"http://127.0.0.1:{port}")
        finally:
            cluster.shutdown()
