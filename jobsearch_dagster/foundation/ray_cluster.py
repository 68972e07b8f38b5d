"""Whether a Ray cluster can do the work, asked before anything is lost.

Belongs here: what each of its nodes must have, and what still works there for a run that has ended. Who runs steps
there is in `foundation/executors.py`, how a batch of texts is spread over it in `foundation/map_batches.py`.
"""

import os
import shlex
import time
from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import dagster as dg
import psutil

from jobsearch_dagster.foundation import home
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient
    from ray.util.state.common import NodeState

MOST_NODES = 10_000
"""Ray lists 100 where nothing is said, dead ones among them, and refuses to list more than this."""
PATIENCE = 120
"""Seconds for a node to answer, which takes 5 to 10: Ray starts a process for it."""
SECRETS = ("JOBSEARCH_POSTGRES_URL", "JOBSEARCH_LLM_KEY")
"""Variables that are not sent with a step, for what is sent can be read in Ray's dashboard."""
RUN_ID = "dagster/run-id"
"""Where dagster-ray writes whose a job is."""
_LACKS = "jobsearch-lacks "
_LONGEST_REASON = 200  # characters; Ray's errors hold whole pages of HTML


def refuse_unusable(settings: Settings, accelerated: Collection[str]) -> int:
    """Ask the cluster, and each of its nodes, for what a run needs there.

    Args:
        settings: The environment; its executor is `ray`.
        accelerated: Assets that want a GPU.

    Returns:
        How many nodes it has.

    Raises:
        UserError: No cluster answers; machines would share SQLite; it has no GPU; `dagster`, the data folder or a
            secret is missing on a node.
    """
    from ray.job_submission import JobSubmissionClient
    from ray.util.state import list_nodes

    address = settings.ray_address
    assert address is not None
    with _in_one_line(address):
        client = JobSubmissionClient(address)
        # Ray takes nodes that the filter leaves out for output that is missing.
        nodes = list_nodes(
            address=address,
            filters=[("state", "=", "ALIVE")],
            limit=MOST_NODES,
            detail=True,
            raise_on_missing_output=False,
        )
    if not home.is_in_postgres():
        refuse_shared_sqlite((node.node_ip for node in nodes), _own_addresses())
    if accelerated and not any((node.resources_total or {}).get("GPU") for node in nodes):
        raise UserError(
            f"no node of the Ray cluster at {address} has a GPU, for which {', '.join(accelerated)} would wait without "
            "end: add one, or start a node with --num-gpus=1, where models then run on the processor"
        )
    cards = sum((node.resources_total or {}).get("GPU", 0) for node in nodes)
    if accelerated and settings.map_workers > 1 and cards < settings.map_workers + 1:
        raise UserError(
            f"JOBSEARCH_MAP_WORKERS={settings.map_workers} wants {settings.map_workers} GPUs besides that of the step "
            f"which waits for them, and the Ray cluster at {address} has {cards:.0f}: add nodes, or lower it"
        )
    with _token(settings.data_dir) as token:
        question = _question(settings.data_dir, token)
        with _in_one_line(address):
            _ask_nodes(client, nodes, question)
    return len(nodes)


def stop_abandoned_steps(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """Stop what works on for runs that have ended, as the step of a run does whose process was killed.

    Args:
        settings: The environment; its executor is `ray`.
        instance: Whose runs; those that it does not know are of others who share the cluster.

    Returns:
        Names of the steps, when they have stopped.

    Raises:
        UserError: The cluster does not answer, or a step does not stop.
    """
    from ray.job_submission import JobSubmissionClient

    assert settings.ray_address is not None
    with _in_one_line(settings.ray_address):
        client = JobSubmissionClient(settings.ray_address)
        abandoned: dict[str, str] = {}
        for job in filter(None, client.list_jobs()):
            told = job.metadata or {}
            run = instance.get_run_by_id(told[RUN_ID]) if RUN_ID in told and not job.status.is_terminal() else None
            if run is not None and run.is_finished and job.submission_id is not None:
                client.stop_job(job.submission_id)
                abandoned[job.submission_id] = told["dagster/op"]
        deadline = time.monotonic() + PATIENCE
        for name in abandoned:
            while not client.get_job_status(name).is_terminal():
                if time.monotonic() > deadline:
                    raise UserError(f"{name} on the Ray cluster does not stop: end it in Ray's dashboard")
                time.sleep(0.2)
    return list(abandoned.values())


def refuse_shared_sqlite(nodes: Iterable[str], own: Collection[str]) -> None:
    """SQLite's locks do not hold between machines, and steps write their events themselves.

    Args:
        nodes: Addresses of the nodes.
        own: Addresses of this machine.

    Raises:
        UserError: A node is another machine.
    """
    others = sorted(set(nodes) - set(own))
    if others:
        raise UserError(
            f"{len(others)} nodes of the Ray cluster are on other machines ({others[0]}), which must not share the "
            "SQLite of Dagster's events: set JOBSEARCH_POSTGRES_URL (docs/cluster.md)"
        )


def _own_addresses() -> set[str]:
    return {address.address for addresses in psutil.net_if_addrs().values() for address in addresses}


@contextmanager
def _in_one_line(address: str) -> Generator[None]:
    """A user error where Ray answers a question with an error, or not at all."""
    from ray.exceptions import AuthenticationError
    from ray.util.state.exception import RayStateApiException

    try:
        yield
    except (OSError, RuntimeError, AuthenticationError, RayStateApiException) as error:
        reason = " ".join(str(error).split())
        raise UserError(
            f"no Ray cluster answers at {address} as it should ({reason[:_LONGEST_REASON]}): start one with `ray start "
            "--head --dashboard-host=0.0.0.0`, or correct JOBSEARCH_RAY_ADDRESS, the address of its dashboard"
        ) from error


@contextmanager
def _token(folder: Path) -> Generator[Path]:
    """A file that only a node which shares the folder can read."""
    path = folder / "tmp" / f"shared-{uuid4().hex}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name, encoding="utf-8")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _question(folder: Path, token: Path) -> str:
    """A line of shell that tells what a node lacks; in one line, because Ray repeats it in the log before it runs."""
    read = f'"$(cat {shlex.quote(str(token))} 2>/dev/null)"'
    wanted = {
        "dagster": "command -v dagster >/dev/null",
        "folder": f"[ {read} = {token.name} ] && [ -w {shlex.quote(str(folder))} ]",
        **{name: f'[ -n "${name}" ]' for name in SECRETS if os.environ.get(name)},
    }
    return "; ".join(f"{{ {test}; }} || echo {_LACKS}{name}" for name, test in wanted.items())


def _submitted(client: "JobSubmissionClient", question: str, node_id: str, deadline: float) -> str:
    """The job that asks a node; a cluster that has only just begun takes jobs some seconds later."""
    while True:
        try:
            return client.submit_job(entrypoint=question, entrypoint_label_selector={"ray.io/node-id": node_id})
        except RuntimeError as error:
            if "No available agent" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _ask_nodes(client: "JobSubmissionClient", nodes: "list[NodeState]", question: str) -> None:
    deadline = time.monotonic() + PATIENCE
    asked = {_submitted(client, question, node.node_id, deadline): node for node in nodes}
    for job, node in asked.items():
        name = f"node {node.node_name} ({node.node_id[:8]}) of the Ray cluster"
        while not (status := client.get_job_status(job)).is_terminal():
            if time.monotonic() > deadline:
                raise UserError(f"{name} did not answer within {PATIENCE} s: see its state in Ray's dashboard")
            time.sleep(0.2)
        lines = client.get_job_logs(job).splitlines()
        if status != "SUCCEEDED":
            raise UserError(f"{name} cannot run a job: see {job} in Ray's dashboard")
        for lack in (line.removeprefix(_LACKS) for line in lines if line.startswith(_LACKS)):
            raise UserError(f"{name} {_IN_WORDS.get(lack, f'has no {lack}: set it in the environment of its Ray')}")


_IN_WORDS = {
    "dagster": "has no `dagster` on its PATH: install `jobsearch-dagster[ray]` there, and start Ray with the bin folder"
    " on the PATH",
    "folder": "does not share the data folder, or cannot write it: mount the same file system there, at the same path",
}
