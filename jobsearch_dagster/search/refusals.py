"""Questions that are not answered: commands in disguise, and personal data.

Belongs here: telling them by their words, which are in `refusals.yaml`. This is courtesy, not the lock: no word of a
question reaches the database but as a parameter (`sql.py`), and no resume is in the catalog.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.gazetteer import is_known
from jobsearch_dagster.preparation.place_names import place_key

_DIGITS_FOR_LETTERS = tuple(str.maketrans("013457", letters) for letters in ("oieast", "oleast"))
_DISGUISED = re.compile(r"(?<![\w$€£.,+-])(?=\w*[a-z])(?=\w*[013457])\w{5,}", re.IGNORECASE)
"""Words with digits in them: `1gn0re`."""
_TWO_NAMES = re.compile(r"\b(?=([A-Z][^\W\d_]+\s+[A-Z][^\W\d_]+))")
"""Words that may be a person's name; of three, both pairs."""


def is_harmful(question: str) -> bool:
    """Whether a question tries to command the database, the machine or a model, or asks for their secrets."""
    return _says(question, "harmful") or _says(_without_work(question), "ordered")


def is_personal(question: str) -> bool:
    """Whether a question asks for resumes or for what only candidates themselves should tell."""
    return _says(_without_places(_without_work(question)), "personal")


def _without_work(question: str) -> str:
    """A question without what it says of the work: "jobs where I add records to the database"."""
    return _pattern("described").sub(" ", question)


def _without_places(question: str) -> str:
    """A question whose places cannot be taken for a person's name: "san francisco's"."""
    for pair in {match[1] for match in _TWO_NAMES.finditer(question)}:
        if is_known(place_key(pair)):
            question = question.replace(pair, pair.lower())
    return question


def _says(question: str, kind: str) -> bool:
    pattern = _pattern(kind)
    return any(pattern.search(text) is not None for text in {question, *_undisguised(question)})


def _undisguised(question: str) -> Iterator[str]:
    for letters in _DIGITS_FOR_LETTERS:
        yield _DISGUISED.sub(lambda word, letters=letters: word[0].translate(letters), question)


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    wordings = read_yaml(resources.files("jobsearch_dagster.search") / "refusals.yaml")
    lists = {name: words for name, words in wordings.items() if isinstance(words, str)}
    lists["private"] = f"(?:{'|'.join(wordings['private'])})"
    lists |= {f"abroad.{name}": words for name, words in wordings["abroad"].items()}
    parts = [re.sub(r"\{([a-z.]+)\}", lambda name: lists[name[1]], part) for part in wordings[kind]]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE | re.VERBOSE)
