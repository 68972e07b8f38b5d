"""Where the data lies, who runs the steps and how much memory they take, read from the environment.

Belongs here: the environment variables of the product and the folders below the data folder. Hyper-parameters
and data rules are not settings: they are recipes, with defaults from a profile (`foundation/profiles.py`).
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from jobsearch_dagster.foundation.errors import UserError

EXECUTORS = ("local", "ray", "k8s")
MEMORY_LIMIT = 1_000_000_000
REFRESH_CRON = "0 5 * * *"
TRAINING_CRON = "0 3 * * 0"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])(i?)B", re.IGNORECASE)
_WORD = r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+"
# The driver is named because SQLAlchemy since 2.1 means another one, psycopg, where it is not. Any other character of a
# password could end it for one of those that read the address, which then tell its rest as host, port or database.
_POSTGRES = re.compile(
    rf"postgresql\+psycopg2://({_WORD}(:({_WORD})?)?@)?({_WORD}|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?/{_WORD}(\?\S*)?"
)
_LEAST_MEMORY = 100_000_000  # bytes; below it DuckDB fails on rows of a few kB, whatever it spills


@dataclass(frozen=True)
class Settings:
    """Resolved environment.

    Attributes:
        data_dir: Absolute data folder (`JOBSEARCH_DATA_DIR`, default `./data`).
        profile: Name of a packaged profile, or absolute path of a user's (`JOBSEARCH_PROFILE`, default `demo`).
        executor: Who runs the steps (`JOBSEARCH_EXECUTOR`: local, ray or k8s).
        ray_address: Where a Ray cluster takes jobs (`JOBSEARCH_RAY_ADDRESS`, else `RAY_ADDRESS`), the address of its
            dashboard; None with another executor.
        map_workers: How many workers summarize, embed, answer or read texts at once (`JOBSEARCH_MAP_WORKERS`, default
            1: the step itself); more than one needs the executor `ray`.
        memory_limit: Bytes that DuckDB may hold before it spills to disk (`JOBSEARCH_MEMORY_LIMIT`, default 1GB).
        automation: Whether schedules and sensors start switched on (`JOBSEARCH_AUTOMATION`, on or off, default off).
        refresh_cron: When the data are brought up to date (`JOBSEARCH_REFRESH_CRON`, UTC, default daily at 5:00).
        training_cron: When training and evaluation are (`JOBSEARCH_TRAINING_CRON`, UTC, default Sundays at 3:00).
        failure_webhook: Address that is told of failed runs (`JOBSEARCH_FAILURE_WEBHOOK`); a secret, never shown.
        llm_url: Base address of an OpenAI-compatible endpoint (`JOBSEARCH_LLM_URL`); none by default.
        llm_model: The model to ask there (`JOBSEARCH_LLM_MODEL`).
        llm_key: Its key, where it wants one (`JOBSEARCH_LLM_KEY`); never shown.
    """

    data_dir: Path
    profile: str = "demo"
    executor: str = "local"
    ray_address: str | None = None
    map_workers: int = 1
    memory_limit: int = MEMORY_LIMIT
    automation: bool = False
    refresh_cron: str = REFRESH_CRON
    training_cron: str = TRAINING_CRON
    failure_webhook: str | None = field(default=None, repr=False)
    llm_url: str | None = None
    llm_model: str | None = None
    llm_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment.

        Raises:
            UserError: An unknown executor, an unusable limit or address, refused here rather than in the middle of a
                run.
        """
        executor = os.environ.get("JOBSEARCH_EXECUTOR") or "local"
        if executor not in EXECUTORS:
            raise UserError(f"JOBSEARCH_EXECUTOR={executor} is not known: use one of {', '.join(EXECUTORS)}")
        return cls(
            data_dir=Path(os.environ.get("JOBSEARCH_DATA_DIR") or "data").expanduser().resolve(),
            profile=located_profile(os.environ.get("JOBSEARCH_PROFILE") or "demo"),
            executor=executor,
            ray_address=_ray_address() if executor == "ray" else None,
            map_workers=_map_workers(executor),
            memory_limit=_memory_limit(os.environ.get("JOBSEARCH_MEMORY_LIMIT", "")),
            automation=_switch("JOBSEARCH_AUTOMATION"),
            refresh_cron=os.environ.get("JOBSEARCH_REFRESH_CRON") or REFRESH_CRON,
            training_cron=os.environ.get("JOBSEARCH_TRAINING_CRON") or TRAINING_CRON,
            failure_webhook=_address("JOBSEARCH_FAILURE_WEBHOOK"),
            llm_url=os.environ.get("JOBSEARCH_LLM_URL") or None,
            llm_model=os.environ.get("JOBSEARCH_LLM_MODEL") or None,
            llm_key=os.environ.get("JOBSEARCH_LLM_KEY") or None,
        )


def postgres_url() -> str | None:
    """The database of Dagster's events (`JOBSEARCH_POSTGRES_URL`, a secret); None where they lie in SQLite.

    Raises:
        UserError: It is no address of a database.
    """
    url = os.environ.get("JOBSEARCH_POSTGRES_URL") or None
    if url and not _POSTGRES.fullmatch(url):
        raise UserError(
            "JOBSEARCH_POSTGRES_URL is no address of a database with its driver: write postgresql+psycopg2://user:"
            "password@host:5432/database, and all but letters, digits and ._~- of the password as %40 for @"
        )
    return url


def is_profile_file(profile: str) -> bool:
    """Whether a profile is a user's file and not a name: by its ending, so that a typing error stays a wrong name."""
    return Path(profile).suffix in {".yaml", ".yml"}


def located_profile(profile: str) -> str:
    """The profile such that every process means the same by it, wherever it works: a file by its absolute path."""
    return str(Path(profile).expanduser().resolve()) if is_profile_file(profile) else profile


def _switch(variable: str) -> bool:
    value = (os.environ.get(variable) or "off").lower()
    if value not in {"on", "off"}:
        raise UserError(f"{variable}={value} is neither on nor off: use one of them")
    return value == "on"


def _address(variable: str) -> str | None:
    address = os.environ.get(variable) or None
    if address and not address.startswith(("http://", "https://")):
        raise UserError(f"{variable} is no address: begin it with https:// or http://")
    return address


def _ray_address() -> str:
    variable = "JOBSEARCH_RAY_ADDRESS" if os.environ.get("JOBSEARCH_RAY_ADDRESS") else "RAY_ADDRESS"
    address = _address(variable)
    if address is None:
        raise UserError("JOBSEARCH_EXECUTOR=ray needs JOBSEARCH_RAY_ADDRESS: set it, e.g. to http://127.0.0.1:8265")
    return address


def _map_workers(executor: str) -> int:
    text = os.environ.get("JOBSEARCH_MAP_WORKERS") or "1"
    if not re.fullmatch(r"[1-9]\d{0,3}", text):
        raise UserError(f"JOBSEARCH_MAP_WORKERS={text} is no number of workers: write 1 or more")
    if text != "1" and executor != "ray":
        raise UserError(f"JOBSEARCH_MAP_WORKERS={text} needs JOBSEARCH_EXECUTOR=ray, whose nodes the workers run on")
    return int(text)


def _memory_limit(text: str) -> int:
    if not text:
        return MEMORY_LIMIT
    size = _SIZE.fullmatch(text.strip())
    if size is None:
        raise UserError(f"JOBSEARCH_MEMORY_LIMIT={text} is no size: write a number and a unit, e.g. 500MB or 4GB")
    amount, unit, binary = size.groups()
    limit = int(float(amount) * (1024 if binary else 1000) ** ("KMGT".index(unit.upper()) + 1))
    if limit < _LEAST_MEMORY:
        raise UserError(f"JOBSEARCH_MEMORY_LIMIT={text} is too little to sort a table: allow at least 100MB")
    return limit
