"""Values of one kind beside each other: "compare remote and onsite pay", "more jobs in Lyon or in Marseille".

Belongs here: what is compared, and by which column. What is computed is in `figures.py`.
"""

import re

from jobsearch_dagster.preparation.locations import parse_location
from jobsearch_dagster.search.filter import Aggregate, Category
from jobsearch_dagster.search.recognizers.columns import FLAGS, MONEY
from jobsearch_dagster.search.recognizers.figures import figure
from jobsearch_dagster.search.recognizers.levels import find_employment_type, find_seniority, find_work_mode
from jobsearch_dagster.search.recognizers.places import find_named_places, find_places
from jobsearch_dagster.search.recognizers.skills import listed_skills
from jobsearch_dagster.search.recognizers.spans import USED, Finding, Recognizer
from jobsearch_dagster.search.recognizers.titles import find_titles

_COMPARES = re.compile(
    r"\b(?:compare|compared\s+(?:to|with)(?!\s+(?:my|the\s+last))|comparing|comparison|versus|vs\.?|(?:difference|gap)\s+(?:in\s+\w+\s+)?between"
    r"|against(?=[^?]{0,80}\b(?:average|pay|paid|earn|salar)\w*))\b",
    re.IGNORECASE,
)
_IS_MORE = re.compile(
    r"""
    \b (?: (?:pays?|earns?|makes?|paid) \s+ (?:more|better|less|worse) | (?:more|better|less|worse) [\s-]+
        (?:paid|paying)
        | (?:more|less) \s+ (?:common|frequent|usual) | (?:more|fewer) (?= \s+ (?:[\w|-]+\s+){0,5}
            (?:jobs|openings|vacancies|work|postings)\b )
        | (?:hiring|hires?|needs?|recruits?|recruiting) \s+ (?:more|fewer)
      ) \b (?= [^?]{0,120} \b(?:than|or)\b ) (?! \s+ than \s+ \W? [\d|] )
    """,
    FLAGS,
)
_ASKS = re.compile(
    r"(?:^|[.?!;:])\W*(?:(?:hi|hello|so|ok|and)\W+)*(?:does|do|is|are|who|which|where|what)\b", re.IGNORECASE
)
LEAST_COMPARED = 2
"""Values from which on there is something to compare."""


def compared(text: str, asked: str) -> list[Finding]:
    """`group_by` of a count, or of pay where pay is compared: by a word for it, or by asking which is more.

    Args:
        text: What no recognizer has used.
        asked: The whole question: what it compares may be used already.
    """
    match = _COMPARES.search(text) or (_IS_MORE.search(asked) if _ASKS.search(asked) else None)
    column = _compared_column(asked) if match else None
    if match is None or column is None or USED in text[slice(*match.span())]:
        return []
    group = Finding("group_by", column, *match.span())
    if re.search(rf"\b(?:{MONEY}|pays|earns?|paid|paying|makes?|on\s+average)\b", asked, FLAGS):
        agg: Aggregate = "median" if re.search(r"\bmedian\b", text, re.IGNORECASE) else "avg"
        return [*figure(agg, match), group]
    return [Finding("agg", "count", *match.span()), group]


def _compared_column(text: str) -> Category | None:
    """The column of which a question names two values or more."""
    kinds: dict[Category, Recognizer] = {
        "work_mode": find_work_mode,
        "seniority": find_seniority,
        "employment_type": find_employment_type,
        "standard_title": find_titles,
        "skills": listed_skills,
    }
    column = next(
        (column for column, find in kinds.items() if len({found.value for found in find(text)}) >= LEAST_COMPARED), None
    )
    return column or _compared_places(text)


def _compared_places(text: str) -> Category | None:
    """What kind of place two or more of a question are."""
    found = (*find_places(text), *find_named_places(text))
    places = [parse_location(value) for value in {place.value for place in found if place.slot == "locations"}]
    if len(places) < LEAST_COMPARED:
        return None
    if any(place.city for place in places):
        return "city"
    return "region" if any(place.region for place in places) else "country"
