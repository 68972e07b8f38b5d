"""Which the most: the values of a column that occur most, or that pay best.

Belongs here: rankings of groups. The best paid jobs themselves are an order (`order.py`).
"""

import re

from jobsearch_dagster.search.filter import Category
from jobsearch_dagster.search.recognizers.columns import ANY_COLUMN, FLAGS, MONEY, column_called
from jobsearch_dagster.search.recognizers.spans import Finding

_MOST = r"""
    (?: most[\s-](?:common(?:ly\s+\w+)?|popular|frequent(?:ly\s+\w+)?|requested|wanted|in[\s-]demand|used|often\s+\w+
        |asked(?:[\s-]for)?
        |sought(?:[\s-]after)?|needed|required|demanded|mentioned|listed) | top | commonest | hottest )
"""
_OFTEN = r"(?:most|in\s+demand|common(?:ly|est)?|popular|often|frequent(?:ly)?|requested|hottest|sought)"
_NUMBER = r"(?:(?P<wanted>\d{1,3})\s+)?"
_IN_THE_US = r"(?:(?P<of>US)\s+)?"
_MOST_FREQUENT = tuple(
    re.compile(wording, FLAGS)
    for wording in (
        rf"\b {_NUMBER} {_MOST} \s+ (?P<column>{ANY_COLUMN})\b",
        rf"\b {_MOST} \s+ {_NUMBER} (?P<column>{ANY_COLUMN})\b",
        rf"""
        \b (?:(?:at|for|in)\s+)? (?:which|what) \s+ {_NUMBER} {_IN_THE_US}
            (?P<column>{ANY_COLUMN}) (?:\s+of\s+[\w-]+)? \b
            (?!\s+(?:pays?|earns?|offers?)\b)
          (?= [^|?]{{0,120}} \b{_OFTEN}\b | [^?]{{0,120}} \b(?:mostly|mainly|usually|chiefly|predominantly|most)\b )
        """,
        r"\b(?P<column>skills?|city|country|title|degree|state)[\s-]wise\b",
        rf"""
        \b(?:which|what) \s+ (?P<column>{ANY_COLUMN}) \b
            (?= \s+ (?:is|are) \s+ (?:crying|screaming|desperate|starving|hungry|short) \b )
        """,
        rf"""
        \b(?:the\s+)? {_NUMBER} (?P<column>{ANY_COLUMN}) \b
          (?= (?:(?!\b(?:i|we|you)\b)[^|?,;]){{0,40}} \b
            (?: most\s+often\b
              | (?:name|mention|list|require|need|want|ask\s+for)s? \s+ (?:the\s+)?most (?= \s* (?:[.,?!]|$) )
              | (?:named|mentioned|listed|required|needed|wanted|asked(?:\s+for)?) \s+ (?:the\s+)?most
                (?= \s* (?: [.,?!] | $ | (?:in|for|by|of)\b ) ) ) )
        """,
        r"""
        \b(?:which|what) \s+ (?P<column>skills?|qualifications|degrees?|languages|tools) \s+
            (?:do|does|are|is|should|would) \b
          (?= [^|?]{0,120} \b(?:need|require|ask|want|have|expect)\w*\b )
        """,
        r"""
        \bwhat \b [^?]{0,60} \b (?:looking\s+for|look\s+for|want|wants|ask\s+for|need|require|expect) \s+
            in\s+terms\s+of \s+
          (?P<column>skills?|qualifications|degrees?|education|languages|tools)\b
        """,
        rf"""
        \b(?:the\s+)? {_NUMBER} (?:[\w-]+\s+)? (?P<column>cities|towns|regions|states|countries|skills|languages) \b
          (?= \s+ (?:of\s+[\w-]+\s+)? (?:with|that\s+have|having|where)\b [^|?]{{0,30}} \bmost\b )
        """,
        rf"""
        \b(?:the\s+)? (?P<column>{ANY_COLUMN}) \b (?= \s+ (?:that|which) \s+
            (?:gets?|is|are|comes?|shows?|occurs?|appears?) \b [^|?]{{0,30}}
          \b(?:most\s+often|most|oftenest)\b )
        """,
    )
)
"""Each with the group `column`, some with `wanted`; what stands behind a column is left to the other recognizers."""
_WHERE_MOST = re.compile(
    r"\b where \s+ (?:(?:in|across)\s+[|]+\s+)? (?:are|is|do|can\s+i\s+find) \b"
    r"(?= [^|?]{0,40} \bmost\b ) (?! [^|?]{0,40} \b(?:pays?|paid|paying|earns?) \s+ (?:the\s+)?most\b )",
    FLAGS,
)
_BEST_PAYING = tuple(
    re.compile(wording, FLAGS)
    for wording in (
        rf"""
        \b(?:which|what) \s+ {_IN_THE_US} (?P<column>{ANY_COLUMN}) \s+ (?:pays?|earns?|offers?|makes?) \s+ (?:the\s+)?
          (?P<end>best|most|highest|least|lowest|worst)\b (?:\s+{MONEY})?
        """,
        rf"""
        \b(?:which|what) \s+ (?P<column>{ANY_COLUMN}) \s+ (?:has|have) \s+ (?:the\s+)?
            (?P<end>best|highest|lowest|worst) \s+
          (?:(?:average|mean|median)\s+)? {MONEY}
        """,
        rf"""
        \b(?:which|what) \s+ {_IN_THE_US} (?P<column>{ANY_COLUMN}) \b
          (?= \s+ (?:pays?|rewards?) \s+ (?:[\w-]+\s+){{1,3}} (?:the\s+)? (?P<end>best|most|worst|least)\b )
        """,
        rf"""
        \b(?:which|what) \s+ (?P<column>{ANY_COLUMN}) \b (?= \s+ (?:would|could|can|do|does|will|should) \b
            [^?|]{{0,40}}
          \b (?:make|earn|get|be\s+paid) \s+ (?:the\s+)? (?P<end>best|most|more|worst|least)\b )
        """,
        rf"\b(?P<end>best|highest|top|lowest|worst)[\s-](?:paying|paid) \s+ (?P<column>(?!(?:job\s+)?titles?"
        rf"|roles?|occupations?|professions?){ANY_COLUMN})\b",
    )
)
"""Each with the groups `column` and `end`; "the best paying roles" asks for jobs, not for a ranking."""


def best_paying(text: str) -> list[Finding]:
    """`group_by` of the average pay, and the direction in `sort`: "which city pays nurses best"."""
    match = next(filter(None, (pattern.search(text) for pattern in _BEST_PAYING)), None)
    if match is None:
        return []
    lowest = match["end"].lower() in ("least", "lowest", "worst")
    values = {
        "agg": "avg",
        "field": "midpoint_usd",
        "group_by": column_called(match["column"]),
        "sort": "salary_asc" if lowest else "salary_desc",
    }
    return [Finding(slot, value, *_span(match)) for slot, value in values.items()]


def _span(match: re.Match[str]) -> tuple[int, int]:
    """The words of a ranking but the place of "which US state"."""
    return (match.start("column") if match.groupdict().get("of") else match.start()), match.end()


def most_frequent(text: str) -> list[Finding]:
    """`agg` top with its `field`, and `limit`: "the 5 cities with the most openings"."""
    match = next(filter(None, (pattern.search(text) for pattern in _MOST_FREQUENT)), None) or _WHERE_MOST.search(text)
    if match is None:
        return []
    found = match.groupdict()
    column: Category = column_called(found["column"]) if "column" in found else "city"
    # "top roles in Berlin" asks for jobs, "most common roles" for a count of titles.
    if column == "standard_title" and re.match(r"(?:\d+\s+)?top", match[0].lower()):
        return []
    span = _span(match)
    findings = [Finding("agg", "top", *span), Finding("field", column, *span)]
    wanted = int(found.get("wanted") or 0)
    return [*findings, Finding("limit", wanted, *span)] if wanted else findings
