"""Who runs the steps of a run, chosen by `JOBSEARCH_EXECUTOR`; asset code does not differ.

Belongs here: one executor per name, and how often a step is begun again where its machine may be lost. What a step asks
of its executor stands on the asset (`foundation/table_asset.py: GPU_TAGS`), never here: what is said to dagster-ray's
executor would win over it. Whether a Ray cluster can do the work is in `foundation/ray_cluster.py`.
"""

from importlib.util import find_spec

import dagster as dg

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.llm_endpoint import shown_address
from jobsearch_dagster.foundation.settings import Settings

REMOTE = ("ray", "k8s")
"""Executors whose steps run on other machines."""
KEPT_JOBS = 24 * 60 * 60
"""Seconds after which Kubernetes forgets a finished job, and its log."""


def chosen(settings: Settings, profile: str) -> dg.ExecutorDefinition:
    """The executor of the web UI and the daemon; the command line runs `local` in its own process.

    Args:
        settings: The environment.
        profile: The profile in force, which the steps' machines are told.

    Raises:
        UserError: What the executor needs is not installed.
    """
    if settings.executor == "ray":
        return _ray(settings, profile)
    return _k8s() if settings.executor == "k8s" else _local()


def retries(settings: Settings) -> dg.RetryPolicy | None:
    """A step that is lost with its machine begins again, twice; on one machine the next run goes on from what is kept.

    A user error is never tried again.
    """
    return dg.RetryPolicy(max_retries=2) if settings.executor in REMOTE else None


def _local() -> dg.ExecutorDefinition:
    """`local` starts each step from a fork server, which took 0.8 s a step against 1.4 s for a fresh interpreter.

    torch is not preloaded: a CUDA context cannot cross a fork. Two steps at once, because two language models at once
    fill a laptop.
    """
    return dg.multiprocess_executor.configured(
        {
            "max_concurrent": 2,
            "start_method": {"forkserver": {"preload_modules": ["pandas", "duckdb", "pyarrow"]}},
        }
    )


def _ray(settings: Settings, profile: str) -> dg.ExecutorDefinition:
    _refuse_missing("dagster_ray", "ray")
    from dagster_ray import ray_executor

    if settings.llm_url and shown_address(settings.llm_url) != settings.llm_url:
        raise UserError(
            "JOBSEARCH_LLM_URL holds a name or password, which Ray's dashboard would show to everybody: leave it out, "
            "and give the nodes a key in JOBSEARCH_LLM_KEY"
        )
    # What a step's job is sent can be read in Ray's dashboard: secrets are those of the nodes' own environment.
    sent = {
        "JOBSEARCH_DATA_DIR": settings.data_dir,
        "JOBSEARCH_PROFILE": profile,
        "JOBSEARCH_EXECUTOR": settings.executor,
        "JOBSEARCH_RAY_ADDRESS": settings.ray_address,
        "JOBSEARCH_MEMORY_LIMIT": f"{settings.memory_limit / 1e6:.0f}MB",
        "JOBSEARCH_MAP_WORKERS": settings.map_workers,
        "JOBSEARCH_LLM_URL": settings.llm_url,
        "JOBSEARCH_LLM_MODEL": settings.llm_model,
    }
    env_vars = [f"{name}={value}" for name, value in sent.items() if value]
    return ray_executor.configured({"ray": {"address": settings.ray_address, "env_vars": env_vars}})


def _k8s() -> dg.ExecutorDefinition:
    """Image, environment and shared volume are those of the run's own pod, which Dagster's Helm chart gives it."""
    _refuse_missing("dagster_k8s", "k8s")
    from dagster_k8s import k8s_job_executor

    return k8s_job_executor.configured(
        {"step_k8s_config": {"job_spec_config": {"ttl_seconds_after_finished": KEPT_JOBS}}}
    )


def _refuse_missing(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise UserError(f"JOBSEARCH_EXECUTOR={extra} needs {module}: run `pip install 'jobsearch-dagster[{extra}]'`")
