"""Job titles in one form, and the seniority inside them.

Belongs here: titles as cells. Does not belong here: titles inside a sentence (`search`). `titles.yaml` beside this
module holds the abbreviations and the noise.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jobsearch_dagster.preparation.locations import parse_location
from jobsearch_dagster.preparation.text import repair
from jobsearch_dagster.preparation.vocabulary import Seniority


def standardize_title(text: str) -> str:
    """A title lowercased, with abbreviations written out and without tags, codes and places; its level first.

    `Berlin - Sr. Frontend Dev (m/f/d)` becomes `senior frontend developer`. Standardizing twice changes nothing.

    Args:
        text: Any string.

    Returns:
        The title; an empty string where nothing but noise was there.
    """
    while (changed := _standardized(text)) != text:
        text = changed
    return text


def split_title(title: str) -> tuple[str, Seniority | None]:
    """A title's role and the seniority it states.

    A manager's or executive's rank stays in the role, as it is the role: a `senior engineering manager` is an
    `engineering manager`. Managers of things rather than people (project, product, account ...) have no rank by that
    word.

    Returns:
        The standard title without its words for seniority, and the seniority; None where the title states none.
    """
    standard = standardize_title(title)
    seniority = next((level for level, pattern in _LEVELS if pattern.search(standard)), None)
    role = " ".join(_LEVEL_WORDS.sub(" ", standard).split()).strip(" ,-/&")
    return role or standard, seniority


_GENDER = re.compile(r"\(?\b[mfwdxhgiv](?:\s?[/|,*]\s?[mfwdxhgiv]){1,3}\b\)?|[*:]in(?:nen)?\b|\(in\)")
_PERCENT_OR_CODE = re.compile(r"\b\d+(?:\s?[-–]\s?\d+)?\s?%|#\s?\d{2,}[\w-]*")
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]?|[)\]}]")
_SEPARATOR = re.compile(r" [-–—~]++ ?| ?[-–—~]++ | ?[|•;] ?")
_EDGES = " ,.:/*#\"'-–—_!"


def _standardized(title: str) -> str:
    title = _PERCENT_OR_CODE.sub(" ", _GENDER.sub(" ", " ".join(repair(title).lower().split())))
    bracketed = [_expanded(inside) for inside in _BRACKETS.findall(title) if inside]
    outside = " ".join(_BRACKETS.sub(" ", title).split())
    parts = [part.strip(_EDGES) for part in _SEPARATOR.split(outside)]
    parts = [_expanded(part) for part in parts if part and not _is_noise(part)]
    levels = [level for level in (*bracketed, *parts) if _LEVEL.fullmatch(level)]
    work = [part for part in parts if not _LEVEL.fullmatch(part)]
    work = [part for part in work if not _is_place(part)] or work[:1]
    return _with_levels(work, levels)


def _with_levels(work: list[str], levels: list[str]) -> str:
    """Levels that stood apart go before the title, `intern` behind it, as people say it."""
    if not work:
        return " ".join(levels)
    before = [level for level in levels if level != "intern" and level not in work[0]]
    behind = ["intern"] if "intern" in levels and "intern" not in work[0] else []
    return " - ".join([" ".join([*before, work[0], *behind]), *work[1:]])


def _is_noise(part: str) -> bool:
    return _patterns()["noise"].fullmatch(part) is not None


def _is_place(part: str) -> bool:
    place = parse_location(part)
    named = place.city or place.region or place.country
    return bool(named) and part not in _data()["not_places"]


def _expanded(part: str) -> str:
    """A part with its abbreviations written out; `sr.` loses its full stop."""
    expansions = _data()["expansions"]
    return _patterns()["abbreviation"].sub(lambda found: expansions[found["key"]], part)


@cache
def _data() -> dict[str, Any]:
    return yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    longest_first: list[str] = sorted(_data()["expansions"], key=len, reverse=True)
    keys = "|".join(re.escape(key) for key in longest_first)
    return {
        "abbreviation": re.compile(rf"(?<![\w&+#])(?P<key>{keys})(?![\w&+#])\.?"),
        "noise": re.compile("|".join(_data()["noise"])),
    }


_LEVEL = re.compile(r"senior|junior|mid|mid senior|entry level|lead|staff|principal|intern|graduate")

_TECHNICAL = r"(?:\w+ )*(?:engineer|developer|scientist|designer|architect|programmer)\b"
_STAFF = rf"\bstaff (?={_TECHNICAL})"
"""A staff engineer has a rank, a staff nurse has none."""
_BEGINNER = r"\b(?:intern|trainee|apprentice|working student|werkstudent)\b"
_EXECUTIVE = (
    r"\bchief \w+(?: \w+)? officer\b|\b(?:vice )?president\b|\bhead of\b|(?<!\bart )(?<!\bcreative )\bdirector\b"
)
_OF_THINGS = (
    "project|product|program|programme|account|success|community|media|case|category|content|campaign|relationship"
    "|property|contract|partner|release|change|delivery"
)
"""Managers of these need not lead people."""

_LEVELS: tuple[tuple[Seniority, re.Pattern[str]], ...] = (
    ("intern", re.compile(_BEGINNER)),
    ("executive", re.compile(rf"^(?!.*\bassistant\b).*(?:{_EXECUTIVE})")),
    ("manager", re.compile(rf"\b(?!(?:{_OF_THINGS}|the) )[\w&]+ manager\b|^manager\b")),
    ("principal", re.compile(r"\bprincipal (?=\w)")),
    ("staff", re.compile(_STAFF)),
    ("lead", re.compile(r"\blead\b(?! generation)")),
    ("senior", re.compile(r"\bsenior\b|\biii$")),
    ("junior", re.compile(r"\bjunior\b")),
    ("mid", re.compile(r"\bmid\b|\bii$")),
    ("entry", re.compile(r"\bentry level\b|\bgraduate\b|\bfresher\b")),
)
"""The first that matches counts: a senior staff engineer is staff."""

_LEVEL_WORDS = re.compile(
    r"\b(?:senior|junior|mid|entry level|graduate|fresher)\b|(?<!technical )\blead\b(?! generation)|\bprincipal (?=\w)"
    rf"|\b(?:iii|ii|i)$|{_BEGINNER}|{_STAFF}"
)
