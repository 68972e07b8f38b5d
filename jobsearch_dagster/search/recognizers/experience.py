"""Years of experience in a question.

Belongs here: numbers of years and who has them. "I have 3 years" bounds what a job may ask from above; "jobs that
require at least 3 years" bounds it from below. Pay is in `pay.py`.
"""

import re

from jobsearch_dagster.search.recognizers.spans import Finding

_ONE_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER_WORDS = {word: number for number, word in enumerate(_ONE_TO_TWELVE, start=1)} | {"fifteen": 15, "twenty": 20}

_NUMBER = rf"(?:\d{{1,2}}(?:\.\d+)?|{'|'.join(NUMBER_WORDS)})"
_YEARS = re.compile(
    rf"""
    (?P<before> (?: \b(?: at\ least | more\ than | over | min(?:imum)?(?:\ of)? | less\ than | fewer\ than | under
        | below | up\ to | at\ most | max(?:imum)?(?:\ of)? | not?\ more\ than | between | from )\s+ )? )
    (?<![\w.$€£₹]) (?P<low>{_NUMBER}) \s*\+?
    (?: \s*(?:-|to|and)\s* (?P<high>{_NUMBER}) \s*\+? )?
    [\s-]* (?:years?|yrs?)\b (?:'|\b)
    (?: \s*(?:or\ more|minimum|plus|and\ up) )?
    (?: \s*(?:of\s+)? (?:(?:work|working|professional|relevant|industry|job)\s+)* (?:experience|exp\b|expertise) )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NONE_ASKED = re.compile(
    r"\b(?:no|without|zero|0|little)\s+(?:any\s+|prior\s+|previous\s+|work\s+|years?\s+of\s+|or\s+no\s+)*experience\b(?:\s+(?:required|needed|necessary))?"
    r"|\bexperience\s+(?:is\s+)?not\s+(?:required|needed|necessary)\b"
    r"|\bunknown\s+years?\s+of\s+experience\b",
    re.IGNORECASE,
)
_JOB_ASKS = re.compile(
    r"\b(?:requir\w*|ask(?:s|ing)?|need(?:s|ing)?|want(?:s|ing)?|demand\w*|that take|expect\w*)\b[^,.;|]*$",
    re.IGNORECASE,
)
_PERSON_SPEAKS = re.compile(r"\b(?:i|i'm|i've|my|me|someone|candidates?|people|person|anyone)\b", re.IGNORECASE)
_AT_MOST = ("up to", "at most", "max", "no more", "not more")
_LESS_THAN = ("less", "fewer", "under", "below")


def find_experience(text: str) -> list[Finding]:
    """`min_years` and `max_years`."""
    findings = [Finding("max_years", 0, *match.span()) for match in _NONE_ASKED.finditer(text)]
    if findings:
        return findings
    match = _YEARS.search(text)
    return [] if match is None else _bounds(match, text)


def _bounds(match: re.Match[str], text: str) -> list[Finding]:
    low, high = _number(match["low"]), _number(match["high"] or match["low"])
    before = match["before"].lower()
    context = text[: match.start()]
    job_asks = _JOB_ASKS.search(context) is not None and _PERSON_SPEAKS.search(context) is None
    if before.startswith(_LESS_THAN):
        return [Finding("max_years", max(high - 1, 0), *match.span())]
    if before.startswith(_AT_MOST) or not job_asks:
        return [Finding("max_years", high, *match.span())]
    findings = [Finding("min_years", low, *match.span())]
    open_ended = before.strip() not in ("", "between", "from") or "+" in match[0] or "more" in match[0].lower()
    return findings if open_ended else [*findings, Finding("max_years", high, *match.span())]


def _number(text: str) -> int:
    """Whole years; parts of a year do not count."""
    word = text.lower()
    return NUMBER_WORDS.get(word) or int(float(word))
