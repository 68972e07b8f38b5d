"""Words and phrases that name an occupation by themselves: `plumbers`, `geologist`, `bean counter`.

Belongs here: which they are, in the singular and under the name of the trade. Where in a sentence a title stands is in
`titles.py`. The phrases and what people call a trade are in `titles.yaml`, the words in `words.yaml`.
"""

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.recognizers.spans import Finding
from jobsearch_dagster.search.recognizers.words import words

_SUFFIX = re.compile(
    r"[a-z]{3,}(?:ologist|ographer|ician|otherapist|smith|wright|keeper|maker|herder|handler|tender|worker|master|monger|guard|(?<!s)ist)"
)
"""Ends of words that name an occupation, known or not."""


@lru_cache(maxsize=20_000)
def occupation_of(word: str) -> str | None:
    """The occupation that a lowercase word names, in the singular; None where it names none."""
    singulars = (
        word,
        word.removesuffix("s"),
        word.removesuffix("'s"),
        word.removesuffix("es"),
        re.sub("ies$", "y", word),
        re.sub("ives$", "ife", word),
        re.sub("men$", "man", word),
        re.sub("people$", "person", word),
    )
    for singular in singulars:
        if singular in words("occupation") or singular in _names()["slang"]:
            return singular
    is_named = _SUFFIX.fullmatch(word.removesuffix("s")) is not None and word not in words("plain")
    return word.removesuffix("s") if is_named else None


def trade_name(occupation: str) -> str:
    """What an occupation is called, whatever people call it: `sparky` is an `electrician`."""
    return _names()["slang"].get(occupation, occupation)


def is_nickname(word: str) -> bool:
    """Whether a lowercase word is what people call a trade: `sparky`, `truckies`."""
    return not _names()["slang"].keys().isdisjoint((word, word.removesuffix("s")))


def says_a_trade(occupation: str, *, after_tool: bool) -> bool:
    """Whether an occupation with no word before it says what the work is; "person" does not, behind a skill or not."""
    return not (occupation in _names()["never_alone"] or (after_tool and occupation in _names()["anyone"]))


def find_title_phrases(text: str) -> list[Finding]:
    """`titles` that do not end with an occupation, in singular and plural."""
    named, pattern = _phrases()
    return [Finding("titles", named[match[0].lower()], *match.span()) for match in pattern.finditer(text)]


@cache
def _names() -> dict[str, Any]:
    return read_yaml(resources.files("jobsearch_dagster.search.recognizers") / "titles.yaml")


@cache
def _phrases() -> tuple[dict[str, str], re.Pattern[str]]:
    """What every form of a phrase names, and what finds them, the longest first."""
    named = {form: title for phrase, title in _names()["phrases"].items() for form in (phrase, _plural(phrase))}
    longest_first = sorted(named, key=len, reverse=True)
    return named, re.compile(rf"\b(?:{'|'.join(longest_first)})\b", re.IGNORECASE)


def _plural(phrase: str) -> str:
    plural = re.sub(r"\b(lad|bod)y$", r"\1ies", re.sub(r"\bman$", "men", phrase))
    return plural if plural != phrase else f"{phrase}s"
