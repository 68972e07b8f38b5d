"""The text pools of the sample data as typed objects, read once from the YAML files beside it.

Belongs here: the shape of the pools. Does not belong here: choosing from them (`facts.py`,
`posting.py`, `resume.py`, `pay.py`).
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jobsearch_dagster.foundation.package_data import read_yaml

ROLE_FILES = ("roles_office.yaml", "roles_hands_on.yaml")


@dataclass(frozen=True)
class Role:
    """One kind of work: how it is called, what it needs, what it pays (USD a year at mid level)."""

    field: str
    sectors: tuple[str, ...]
    about: tuple[str, ...]
    periods: tuple[str, ...]
    remote: bool
    titles: tuple[str, ...]
    area: str
    levels: tuple[str, ...]
    pay: int
    education: tuple[str, ...]
    study: str
    skills: tuple[str, ...]
    duties: tuple[str, ...]
    did: tuple[str, ...]
    licence: str


@dataclass(frozen=True)
class Country:
    """What a posting must get right about a country; `desk` and `hands` are shares of US pay."""

    code: str
    name: str
    short: tuple[str, ...]
    currency: str
    desk: float
    hands: float
    periods: tuple[str, ...]
    tags: tuple[str, ...]
    school: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """One place with all its spellings, the usual one first."""

    country: Country
    spellings: tuple[str, ...]

    @property
    def city(self) -> str:
        """The name for running text: what stands before the first comma of the usual spelling."""
        return self.spellings[0].split(",")[0]


@cache
def roles() -> tuple[Role, ...]:
    """All roles, in file order."""
    return tuple(_role(group, entry) for file in ROLE_FILES for group in _read(file) for entry in group["roles"])


@cache
def places() -> tuple[Place, ...]:
    """All places, in file order."""
    found = []
    for entry in _read("places.yaml"):
        country = Country(
            code=entry["country"],
            **{key: entry[key] for key in ("name", "currency", "desk", "hands")},
            **{key: tuple(entry[key]) for key in ("short", "periods", "tags", "school")},
        )
        found += [Place(country, tuple(spellings)) for spellings in entry["places"]]
    return tuple(found)


@cache
def phrases() -> dict[str, Any]:
    """Sentences that every posting and resume draws from."""
    return _read("phrases.yaml")


@cache
def pay_forms() -> dict[str, Any]:
    """Currency signs, rough exchange rates and the ways to write pay."""
    return _read("pay.yaml")


def _role(group: dict[str, Any], entry: dict[str, Any]) -> Role:
    lists = ("titles", "levels", "education", "skills", "duties", "did")
    return Role(
        field=group["field"],
        sectors=tuple(entry.get("sector") or group["sector"]),
        about=tuple(entry.get("about") or group["about"]),
        periods=tuple(group["periods"]),
        remote=entry.get("remote", group["remote"]),
        area=entry["area"],
        pay=entry["pay"],
        study=entry["study"],
        licence=entry.get("licence", ""),
        **{key: tuple(entry[key]) for key in lists},
    )


def _read(file: str) -> Any:
    return read_yaml(resources.files("jobsearch_dagster.ingestion.sample_data") / file)
