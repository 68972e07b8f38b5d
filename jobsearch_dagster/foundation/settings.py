"""Where the data lies and who runs the steps, read from the environment.

Belongs here: the environment variables of the product and the folders below the data folder. Hyper-parameters
and data rules are not settings: they are recipes, with defaults from a profile (`foundation/profiles.py`).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from jobsearch_dagster.foundation.errors import UserError

EXECUTORS = ("local",)


@dataclass(frozen=True)
class Settings:
    """Resolved environment.

    Attributes:
        data_dir: Absolute data folder (`JOBSEARCH_DATA_DIR`, default `./data`).
        profile: Name of the profile (`JOBSEARCH_PROFILE`, default `demo`).
        executor: Who runs the steps (`JOBSEARCH_EXECUTOR`).
    """

    data_dir: Path
    profile: str = "demo"
    executor: str = "local"

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment; an unknown executor is refused here rather than in the middle of a run."""
        executor = os.environ.get("JOBSEARCH_EXECUTOR") or "local"
        if executor not in EXECUTORS:
            raise UserError(f"JOBSEARCH_EXECUTOR={executor} is not known: use one of {', '.join(EXECUTORS)}")
        return cls(
            data_dir=Path(os.environ.get("JOBSEARCH_DATA_DIR") or "data").expanduser().resolve(),
            profile=os.environ.get("JOBSEARCH_PROFILE") or "demo",
            executor=executor,
        )
