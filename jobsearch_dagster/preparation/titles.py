"""Job titles in one form, and the seniority inside them.

Belongs here: titles as cells. Does not belong here: titles inside a sentence (`search`). `titles.yaml` beside this
module holds the abbreviations and the noise.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.gazetteer import is_known
from jobsearch_dagster.preparation.locations import parse_location
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.preparation.text import LONGEST_CELL, repair
from jobsearch_dagster.preparation.vocabulary import Seniority


def standardize_title(text: str) -> str:
    """A title lowercased, with abbreviations written out and without tags, codes and places; its level first.

    `Berlin - Sr. Frontend Dev (m/f/d)` becomes `senior frontend developer`. Standardizing twice changes nothing.

    Args:
        text: Any string.

    Returns:
        The title; an empty string where nothing but noise was there.
    """
    while (changed := _standardized(text[:LONGEST_CELL])[:LONGEST_CELL].strip()) != text:
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
_PERCENT_OR_CODE = re.compile(
    r"\b\d+(?:\s?[-–]\s?\d+)?\s?%|#\s?\d{2,}[\w-]*|\b(?:jr|req|r|job|id|ref)[-_]?\d{4,}\b"
    r"|\b(?:(?:job|req|ref|requisition)\.? ?(?:id|no|number|code)?[.:# ]{0,3})?\d{5,}\b"
    r"|[\u2600-\u27bf\U0001f000-\U0001faff]|\*{2,}"
)
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]?|[)\]}]")
_SEPARATOR = re.compile(r" [-–—~]++ ?| ?[-–—~]++ | ?[|•;] ?")
_EDGES = " ,.:/*#\"'-–—_!"


def _standardized(title: str) -> str:
    title = _PERCENT_OR_CODE.sub(" ", _GENDER.sub(" ", " ".join(repair(title).lower().split())))
    bracketed = [_expanded(inside) for inside in _BRACKETS.findall(title) if inside]
    outside = " ".join(_BRACKETS.sub(" ", title).split())
    pieces = [piece for part in _SEPARATOR.split(outside) for piece in _pieces(part.strip(_EDGES))]
    levels = [level for level in (*bracketed, *pieces) if _LEVEL.fullmatch(level)]
    work = [piece for piece in pieces if not _LEVEL.fullmatch(piece)]
    work = [piece for piece in work if not _is_place(piece)] or work[:1]
    return _with_levels(work, levels)


def _pieces(part: str) -> list[str]:
    """What a part between dashes says of the work, and the levels that stand before or behind its commas."""
    if _is_place(part):
        return [_expanded(part)]
    names = part.split(", ")
    ends = range(max(1, len(names) - _MOST_NAMES), len(names))
    places = (at for at in ends if is_known(place_key(names[at])) and _is_place(", ".join(names[at:])))
    kept = [_expanded(_without_noise(name)) for name in names[: next(places, len(names))]]
    levels = [name for name in kept if _LEVEL.fullmatch(name)]
    work = ", ".join(name for name in kept if name and name not in levels)
    return [*filter(None, [work]), *levels]


_MOST_NAMES = 4
"""Between the commas of a place at the end of a title."""


def _without_noise(name: str) -> str:
    """A name less what is noise altogether, or before or behind the work (`urgent: driver`, `welder 2nd shift`)."""
    if _patterns()["noise"].fullmatch(name):
        return ""
    bare = _patterns()["after"].sub("", _patterns()["before"].sub("", name)).strip(_EDGES)
    return bare or name


def _with_levels(work: list[str], levels: list[str]) -> str:
    """Levels that stood apart go before the title, `intern` behind it, as people say it."""
    if not work:
        return " ".join(levels)
    before = [level for level in levels if level != "intern" and level not in work[0]]
    behind = ["intern"] if "intern" in levels and "intern" not in work[0] else []
    return " - ".join([" ".join([*before, work[0], *behind]), *work[1:]])


@lru_cache(maxsize=20_000)
def _is_place(part: str) -> bool:
    """Whether a part names a place rather than the work; a short one is an abbreviation as a rule (AI, IT, CI/CD)."""
    if len(part) <= _SHORT or "/" in part:
        return part in _data()["short_places"]
    place = parse_location(part)
    return bool(place.region or place.country) and part not in _data()["not_places"]


def _expanded(part: str) -> str:
    """A part with its abbreviations written out; `sr.` loses its full stop."""
    expansions = _data()["expansions"]
    return _patterns()["abbreviation"].sub(lambda found: expansions[found["key"]], part)


_SHORT = 3
"""Letters of a code."""


@cache
def _data() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    longest_first: list[str] = sorted(_data()["expansions"], key=len, reverse=True)
    keys = "|".join(re.escape(key) for key in longest_first)
    return {
        "abbreviation": re.compile(rf"(?<![\w&+#])(?P<key>{keys})(?![\w&+#])\.?"),
        "noise": re.compile("|".join(_data()["noise"])),
        "before": re.compile(rf"^(?:{'|'.join(_data()['noise_before'])})\b[\W_]*"),
        "after": re.compile(rf"\s(?:{'|'.join(_data()['noise_after'])})$"),
    }


_LEVEL = re.compile(r"senior|junior|mid|mid senior|entry level|lead|staff|principal|intern|graduate")

_TECHNICAL = r"(?:\w+ )*(?:engineer|developer|scientist|designer|architect|programmer)\b"
_STAFF = rf"\bstaff (?={_TECHNICAL})"
"""A staff engineer has a rank, a staff nurse has none."""
_BEGINNER = r"\b(?:intern(?! (?:coordinator|program|recruit))|trainee|apprentice|working student|werkstudent)\b"
_EXECUTIVE = (
    r"\bchief \w+(?: \w+)? officer\b|\b(?:vice )?president\b|\bhead of\b|(?<!\bart )(?<!\bcreative )\bdirector\b"
)
_OF_THINGS = (
    "project|product|program|programme|account|success|community|media|case|category|content|campaign|relationship"
    "|property|contract|partner|release|change|delivery"
)
"""Managers of these need not lead people."""

# Not of people: senior living, junior high school, the mid market, a graduate school.
_SENIOR = r"\bsenior\b(?! (?:living|care|citizens?|housing|cent(?:er|re)|home|services|community)\b)"
_JUNIOR = r"\bjunior\b(?! high\b)"
_MID = r"\bmid\b(?!-? ?market)"
_GRADUATE = r"\bgraduate\b(?! (?:school|program|admission))"

_LEVELS: tuple[tuple[Seniority, re.Pattern[str]], ...] = (
    ("intern", re.compile(_BEGINNER)),
    ("executive", re.compile(rf"^(?!.*\bassistant\b).*(?:{_EXECUTIVE})")),
    ("manager", re.compile(rf"\b(?!(?:{_OF_THINGS}|the) )[\w&]+ manager\b|^manager\b")),
    ("principal", re.compile(r"\bprincipal (?=\w)")),
    ("staff", re.compile(_STAFF)),
    ("lead", re.compile(r"\blead\b(?! generation)")),
    ("senior", re.compile(rf"{_SENIOR}|\biii(?=$| -|,)")),
    ("junior", re.compile(_JUNIOR)),
    ("mid", re.compile(rf"{_MID}|\bii(?=$| -|,)")),
    ("entry", re.compile(rf"\bentry level\b|{_GRADUATE}|\bfresher\b")),
)
"""The first that matches counts: a senior staff engineer is staff."""

_LEVEL_WORDS = re.compile(
    rf"{_SENIOR}|{_JUNIOR}|{_MID}|{_GRADUATE}|\b(?:entry level|fresher)\b"
    r"|(?<!technical )\blead\b(?! generation)|\bprincipal (?=\w)"
    rf"|\b(?:iii|ii|i)(?=$| -|,)|{_BEGINNER}|{_STAFF}"
)
