"""The education that a posting calls sufficient.

Belongs here: degrees and certificates that a text asks for. Does not belong here: those that a person has.
"""

import re
from collections.abc import Iterator

from jobsearch_dagster.preparation.text import split_sentences
from jobsearch_dagster.preparation.vocabulary import EDUCATIONS, Education


def _any_of(*wordings: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile("|".join(wordings), flags)


# From the highest down: what a higher one has matched ("Master's degree") is no lower one ("degree"). Two letters such
# as MA count only in capitals and before a subject: "MA in history", not "Boston, MA".
_DEGREES: tuple[tuple[Education, re.Pattern[str]], ...] = (
    ("phd", _any_of(r"\bph\.?\s?d\b\.?s?", r"\bdoctora(?:te|l)\b(?: degree)?", flags=re.IGNORECASE)),
    (
        "master",
        _any_of(
            r"\b[Mm]aster(?:'?s'?)?(?:[ -]level)? (?:degree|diploma|of (?:science|arts|business|engineering))",
            r"\b[Mm]aster(?:'s|s)\b(?! (?:the|your|our|of ceremon))",
            r"\b[Mm]\.?[Ss][Cc]\b\.?",
            r"\bM\.?B\.?A\b",
            r"\bM\.?Tech\b",
            r"\bMEng\b",
            r"\b(?:MA|MS)(?= in | or |/| degree)",
            r"(?<=/)(?:MA|MS)\b",
            r"\b(?:[Pp]ostgraduate|[Aa]dvanced|[Gg]raduate) degree",
        ),
    ),
    (
        "bachelor",
        _any_of(
            r"\b[Bb]achelor(?:'?s'?)?\b(?:[ -]level)?(?: degree)?",
            r"\b[Bb]\.?[Ss][Cc]\b\.?",
            r"\bB\.?Tech\b",
            r"\bBEng\b",
            r"\b(?:BA|BS)(?= in | or |/| degree)",
            r"(?<=/)(?:BA|BS)\b",
            r"(?<![Hh]igh )(?<![Ss]ome )(?<!\d )\b[Dd]egree\b(?! of\b)",
        ),
    ),
    (
        "high school",
        _any_of(
            r"\b(?:high|secondary|technical) school (?:diploma|degree|education|cert|completion|leaving|graduat)",
            r"\bhigh school or equivalent",
            r"\bschool leaving",
            r"\bleaving cert",
            r"\bgymnasium cert",
            r"\bbaccalaur[ée]at\b",
            r"\bbachillerato\b",
            r"\bgcses?\b",
            r"\b[ao][- ]levels?\b",
            r"\bged\b",
            r"\bncea\b",
            r"\byear 12\b(?!,)",
            r"\b12th[ -](?:standard|year|grade)",
            r"\bhigher secondary",
            r"\bmbo\b",
            r"\bvocational (?:certificate|training)",
            r"\bcompleted apprenticeship",
            flags=re.IGNORECASE,
        ),
    ),
)
_HINT = _any_of(
    *("degree", "bachelor", "master", "school", r"ph\W?d", "doctora", "apprenticeship", "certificate", "leaving cert"),
    *(r"\b[bm]\W?(?:sc|a|s|tech|eng|b\W?a)\b", "baccal", "bachil", "gcse", "level", r"\bged\b", "ncea", "year 12"),
    *("12th", "higher secondary", r"\bmbo\b", "vocational", "gymnasium"),
    flags=re.IGNORECASE,
)
"""True wherever a pattern above may match; a hundred sentences are read faster with it."""
_OPTIONAL = _any_of(
    *(r"\bpreferred\b", r"\bpreferable\b", r"\bnice[- ]to[- ]have\b", r"\ba plus\b", r"\badvantage", r"\bdesirable\b"),
    *(r"\bbonus points?\b", r"\bideally\b"),
    flags=re.IGNORECASE,
)
_NO_DEGREE = _any_of(
    r"\bno (?:(?:formal|university|college|specific|academic) )*(?:degree|education)\b",
    r"\b(?:degrees?|education) (?:is |are )?not (?:required|needed|necessary|mandatory|essential)",
    r"\bdo(?:es)?(?: not|n't) (?:ask for|require|need) (?:an? |any )?(?:university |college )?degree",
    r"\beducation: none",
    r"\bover education\b",
    r"\bregardless of education",
    flags=re.IGNORECASE,
)


def find_education(text: str) -> Education | None:
    """The lowest education that a posting calls sufficient.

    Returns:
        `none` where the text says that no degree is needed; None where it says nothing, or only what is preferred.
    """
    if _NO_DEGREE.search(text):
        return "none"
    asked = {degree for sentence in split_sentences(text) for degree in _asked(sentence)}
    return next((degree for degree in EDUCATIONS if degree in asked), None)


def _asked(sentence: str) -> Iterator[Education]:
    if not _HINT.search(sentence):
        return
    mentions: list[tuple[int, Education]] = []
    rest = sentence
    for degree, pattern in _DEGREES:
        mentions += [(match.start(), degree) for match in pattern.finditer(rest)]
        rest = pattern.sub(lambda found: "|" * len(found[0]), rest)
    mentions.sort()
    for number, (start, degree) in enumerate(mentions):
        following = mentions[number + 1][0] if number + 1 < len(mentions) else len(sentence)
        about = sentence[start if number else 0 : following]
        if "required" in about.lower() or not _OPTIONAL.search(about):
            yield degree
