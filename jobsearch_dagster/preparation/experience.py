"""Years of experience that a posting asks for.

Belongs here: telling what the job asks from a company's age, its founders' past and what is only preferred.
"""

import re
from collections.abc import Iterator

from jobsearch_dagster.preparation.text import split_sentences

_NUMBER_WORDS: dict[str, int] = {
    word: number
    for number, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen"),
        )
    )
} | {"twenty": 20}
_NUMBER = rf"(?:[0-9]{{1,2}}(?:[.,][0-9])?|{'|'.join(_NUMBER_WORDS)})"
_YEARS = re.compile(
    rf"""
    (?P<up_to> \b(?:up\ to|less\ than|under|max(?:imum)?(?:\ of)?|no\ more\ than|at\ most)\s+ )?
    (?<![\w$€£₹.,-]) (?P<low>{_NUMBER}) (?!\w) \s* (?:\([0-9]+\)\s*)? (?:\+|plus\b|or\ more\b)? \s*
    (?: (?:-|–|—|to\b|and\b|or\b) \s* (?P<high>{_NUMBER}) (?!\w) \s* (?:\([0-9]+\)\s*)? \+? \s* )?
    (?:or\ more\s+|full\ )? (?:years?|yrs?)\b ['’]?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EXPERIENCE_AFTER = re.compile(
    r"\s*\+?\s*(?:of\s+)?(?:[\w/&,+#.'’()-]+\s+){0,8}?(?:experience|exp|expertise|background|track record)\b",
    re.IGNORECASE,
)
_EXPERIENCE_BEFORE = re.compile(
    r"\b(?:experience|worked|working|expertise|practi[cs]ed|practi[cs]ing|qualified)\b[^.;]*$", re.IGNORECASE
)
_OF_OTHERS = re.compile(
    r"\b(?:we|our|us|company|firm|founded|founders?|established|business|family|history|tradition|ha(?:s|ve) been)\b",
    re.IGNORECASE,
)
_OF_THE_JOB = re.compile(
    r"\b(?:you|your|must|requires?|required|requirements?|minimum|at least|candidates?|need|look(?:ing)? for|seeking"
    r"|ideal|someone)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r"\b(?:combined|collective(?:ly)?|together)\b", re.IGNORECASE)
_OPTIONAL = re.compile(
    r"\b(?:preferred|preferable|nice[- ]to[- ]have|a plus|advantage(?:ous)?|desir(?:able|ed)|bonus points?|ideally)\b",
    re.IGNORECASE,
)
_NONE_ASKED = re.compile(
    r"\bno (?:(?:previous|prior|professional|work|relevant|formal) )*experience\b"
    r"|\bneed no (?:\w+ )?experience"
    r"|\bexperience (?:is )?not (?:required|needed|necessary)"
    r"|\bwithout (?:any )?(?:prior |previous )?experience\b",
    re.IGNORECASE,
)
_MOST_ASKED = 20
"""More years than that are a company's age."""


def find_years(text: str) -> tuple[int | None, int | None]:
    """Least and most years of experience that a posting asks for; (0, None) where it says that it asks for none.

    Of several requirements the highest counts: a posting that asks for "5 years of programming" and "2 years of Spark"
    cannot be had with less than 5.

    Returns:
        Both bounds in whole years; None for a bound that the text does not set.
    """
    asked = [years for sentence in split_sentences(text) for years in _years_of(sentence)]
    if not asked:
        return (0, None) if _NONE_ASKED.search(text) else (None, None)
    return max(asked, key=lambda years: years[0])


def _years_of(sentence: str) -> Iterator[tuple[int, int | None]]:
    if _OPTIONAL.search(sentence):
        return
    for match in _YEARS.finditer(sentence):
        if not _is_asked(sentence, match):
            continue
        low = _whole(match["low"])
        high = _whole(match["high"]) if match["high"] else None
        if match["up_to"]:
            low, high = 0, high or low
        if low <= _MOST_ASKED:
            yield low, high if high is not None and high > low else None


def _is_asked(sentence: str, years: re.Match[str]) -> bool:
    before = sentence[: years.start()]
    about_experience = _EXPERIENCE_AFTER.match(sentence, years.end()) or _EXPERIENCE_BEFORE.search(before)
    of_others = _OF_OTHERS.search(before) and not _OF_THE_JOB.search(before)
    return bool(about_experience) and not of_others and not _TOGETHER.search(sentence)


def _whole(number: str) -> int:
    word = number.lower()
    return _NUMBER_WORDS[word] if word in _NUMBER_WORDS else int(re.split("[.,]", word)[0])
