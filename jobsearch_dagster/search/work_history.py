"""Years of experience that a resume tells of, by a statement or by the dates of its posts.

Belongs here: what counts as time at work. Years that a posting asks for are read in `preparation.experience`.
"""

import re
from collections.abc import Iterator
from datetime import date

from jobsearch_dagster.preparation.experience import find_years

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:(?:{'|'.join(_MONTHS)})[a-z]*\.?,?\s+|(?:0?[1-9]|1[0-2])\s?[/.]\s?)"
_NOW = r"present|current|now|today|(?:to\s+)?date|ongoing"
_POST = re.compile(
    rf"""
    (?<![\d/.]) (?P<from_month>{_MONTH})? (?P<from_year>(?:19|20)\d\d) \s*
    (?:-|–|—|\bto\b|\buntil\b|\btill\b) \s*
    (?: (?P<to_month>{_MONTH})? (?P<to_year>(?:19|20)\d\d) (?!\d) | (?P<now>{_NOW})\b )
    | \bsince \s+ (?P<since_month>{_MONTH})? (?P<since_year>(?:19|20)\d\d) (?!\d)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SAID = re.compile(
    r"""
    \b(?:spent|worked(?:\s+for)?|with) \s+ (?:(?:over|more\s+than)\s+)? (?P<spent>\d{1,2})\+? \s+ years?
      \s+ (?:in|as|at|of|with)\b
    | \b(?P<had>\d{1,2})\+? \s+ years?['’]? \s+ (?:of\s+)? (?:[\w-]+\s+){0,3} experience\b
    | \bbackground \s+ (?:in|as) \s+ [^.\n]{1,80}? \( (?P<background>\d{1,2})\+? \s+ years?\)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STUDIES = re.compile(
    r"\W*(?:education|academic|studies|qualifications?|training|certificat|courses?|volunteer|publications?)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\W*[^\W\d_][^\d.,;|]{2,39}:?\s*")
_SCHOOL = re.compile(
    r"\b(?:universit|college|school|bachelor|master\W?s|ph\.?d|degree|diploma|[bm]\.?sc?\b|b\.?tech|mba)",
    re.IGNORECASE,
)
_LONGEST_HEADING = 40
_OLDEST = 1950
"""No post that counts began earlier."""


def years_of_work(text: str, today: date) -> int | None:
    """Years of experience: those that the text states, else those that its posts cover together.

    Args:
        text: A resume, with its lines.
        today: When a post that lasts "to the present" is over.

    Returns:
        Whole years; None where the text says nothing about them.
    """
    stated = [int(said["spent"] or said["had"] or said["background"]) for said in _SAID.finditer(text)]
    asked, _ = find_years(text)
    if asked:
        stated.append(asked)
    if stated:
        return max(stated)
    months = {month for first, last in _posts(text, today) for month in range(first, last)}
    return len(months) // 12 if months else None


def _posts(text: str, today: date) -> Iterator[tuple[int, int]]:
    """First month and the one after the last of each post, counted from year 0; studies are none."""
    is_study = False
    for line in text.splitlines():
        if len(line) <= _LONGEST_HEADING and _HEADING.fullmatch(line):
            is_study = _STUDIES.match(line) is not None
        elif not is_study and not _SCHOOL.search(line):
            yield from _spans(line, today)


def _spans(line: str, today: date) -> Iterator[tuple[int, int]]:
    now = 12 * today.year + today.month - 1
    for post in _POST.finditer(line):
        first = _month(post["from_month"] or post["since_month"], post["from_year"] or post["since_year"])
        last = now if post["to_year"] is None else _month(post["to_month"], post["to_year"])
        if post["to_month"]:
            last += 1  # a month that is named is worked
        if 12 * _OLDEST <= first < last <= now + 1:
            yield first, last


def _month(name: str | None, year: str) -> int:
    """Months since year 0; a year without a month stands for its January, so that 2015-2019 are four years."""
    if name is None:
        return 12 * int(year)
    digits = re.match(r"\d+", name)
    number = int(digits[0]) - 1 if digits else _MONTHS.index(name[:3].lower())
    return 12 * int(year) + number
