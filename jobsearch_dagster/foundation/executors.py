"""Who runs the steps of a run, chosen by `JOBSEARCH_EXECUTOR`; asset code does not differ.

Belongs here: one executor per name. What a step asks of its executor stands on the asset (`foundation/table_asset.py:
GPU_TAGS`).
"""

import dagster as dg


def named(name: str) -> dg.ExecutorDefinition:
    """The executor of the web UI and the daemon; the command line runs `local` in its own process.

    `local` starts each step from a fork server, which took 0.8 s a step against 1.4 s for a fresh interpreter. torch
    is not preloaded: a CUDA context cannot cross a fork. Two steps at once, because two language models at once fill
    a laptop.
    """
    return {
        "local": dg.multiprocess_executor.configured(
            {
                "max_concurrent": 2,
                "start_method": {"forkserver": {"preload_modules": ["pandas", "duckdb", "pyarrow"]}},
            }
        )
    }[name]
