"""Names of places made comparable, and the names that no library carries.

Belongs here: the key of a name, `places.yaml`. Does not belong here: what a name stands for (`subdivisions.py`,
`gazetteer.py`).
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.text import fold

_INITIALS = re.compile(r"\b(\w)\.(?=\w\b)")
_WORD = re.compile(r"\w+")
_BETWEEN_WORDS = re.compile(r"[^\w\n]+")


def place_key(name: str) -> str:
    """A name without case, accents and punctuation; `U.K.` is `uk`, `St. Louis` is `saint louis`."""
    name = name.casefold()
    if not name.isascii():
        name = fold(name)
    if name.isalpha() and name != "st":
        return name  # the many one-word names of the gazetteer, at a tenth of the cost
    if "." in name:
        name = _INITIALS.sub(r"\1", name)
    words = _WORD.findall(name)
    return " ".join(["saint" if word == "st" else word for word in words] if "st" in words else words)


def place_keys(names: Iterable[str]) -> list[str]:
    """The keys of many names, none with a line break in it: as lines of one text, at a third of the time."""
    text = fold("".join(f"{name}\n" for name in names).casefold())
    text = _BETWEEN_WORDS.sub(" ", _INITIALS.sub(r"\1", text))
    return [key.strip(" ") for key in re.sub(r"\bst\b", "saint", text).split("\n")[:-1]]


@cache
def own_names() -> dict[str, Any]:
    """The content of `places.yaml`."""
    return read_yaml(Path(__file__).with_name("places.yaml"))
