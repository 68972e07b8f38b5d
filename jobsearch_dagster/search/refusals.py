"""Questions that are not answered: commands in disguise, and personal data.

Belongs here: telling them by their words, which are in `refusals.yaml`. This is courtesy, not the lock: no word of a
question reaches the database but as a parameter (`sql.py`), and no resume is in the catalog.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml

_DIGITS_FOR_LETTERS = tuple(str.maketrans("013457", letters) for letters in ("oieast", "oleast"))
_DISGUISED = re.compile(r"(?<![\w$€£.,+-])(?=\w*[a-z])(?=\w*[013457])\w{5,}", re.IGNORECASE)
"""Words with digits in them: `1gn0re`."""


def is_harmful(question: str) -> bool:
    """Whether a question tries to command the database, the machine or a model, or asks for their secrets."""
    return _says(question, "harmful")


def is_personal(question: str) -> bool:
    """Whether a question asks for resumes or for what only candidates themselves should tell."""
    return _says(question, "personal")


def _says(question: str, kind: str) -> bool:
    pattern = _pattern(kind)
    return any(pattern.search(text) is not None for text in {question, *_undisguised(question)})


def _undisguised(question: str) -> Iterator[str]:
    for letters in _DIGITS_FOR_LETTERS:
        yield _DISGUISED.sub(lambda word, letters=letters: word[0].translate(letters), question)


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    wordings = read_yaml(resources.files("jobsearch_dagster.search") / "refusals.yaml")
    lists = {name: wordings[name] for name in ("people", "others", "see", "protected")}
    lists["private"] = f"(?:{'|'.join(wordings['private'])})"
    lists |= {f"abroad.{name}": words for name, words in wordings["abroad"].items()}
    parts = [re.sub(r"\{([a-z.]+)\}", lambda name: lists[name[1]], part) for part in wordings[kind]]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE | re.VERBOSE)
