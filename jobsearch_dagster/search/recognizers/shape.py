"""What a question wants to see of the jobs: a list, its order and length, or a figure about them.

Belongs here: aggregates, grouping, sorting, limits. Which jobs are meant is in the other modules.
"""

import re

from jobsearch_dagster.search.filter import Aggregate, Category, Measure
from jobsearch_dagster.search.recognizers.experience import NUMBER_WORDS
from jobsearch_dagster.search.recognizers.spans import Finding

_COLUMNS: dict[str, Category] = {
    r"cit(?:y|ies)|towns?|locations?|places?": "city",
    r"states?|regions?|provinces?": "region",
    r"countr(?:y|ies)": "country",
    r"(?:job\s+)?titles?|roles?|occupations?|professions?": "standard_title",
    r"seniority(?:\s+levels?)?|levels?|career\s+levels?": "seniority",
    r"work\s?(?:place\s+)?modes?|remote\s+status": "work_mode",
    r"(?:salary|pay)\s+(?:ranges?|buckets?|bands?)": "bucket",
    r"skills?|technolog(?:y|ies)|(?:programming\s+)?languages?|tools?": "skills",
    r"degrees?|education(?:\s+levels?)?": "education",
    r"(?:employment|contract|job)\s+types?": "employment_type",
}
_ANY_COLUMN = "|".join(_COLUMNS)
_MONEY = r"(?:(?:annual|yearly|base|starting)\s+)?(?:salar(?:y|ies)|pay|wages?|compensation|income|earnings)"
_YEARS = r"(?:years?(?:\s+of\s+experience)?|experience)"
_FLAGS = re.IGNORECASE | re.VERBOSE

_GROUP = re.compile(
    rf"""
    \b (?: by | per | grouped\s+by | broken\s+down\s+by | (?:for|in)\s+(?:each|every) | across ) \s+ (?:the\s+|each\s+)?
    (?P<column>{_ANY_COLUMN})\b
    """,
    _FLAGS,
)
_COUNT = re.compile(r"\b(?: how\s+many | (?:the\s+)?(?:total\s+)?number\s+of | count(?:\s+of|\s+the)? )\b", _FLAGS)
_MOST = r"""
    (?: most[\s-](?:common|popular|frequent(?:ly\s+\w+)?|requested|wanted|in[\s-]demand|used|asked(?:[\s-]for)?
        |sought(?:[\s-]after)?|needed|required) | top | commonest )
"""
_TOP = re.compile(
    rf"""
    \b{_MOST} \s+ (?:(?P<wanted>\d{{1,3}})\s+)? (?P<column>{_ANY_COLUMN})\b
    | \b(?:which|what) \s+ (?P<column2>{_ANY_COLUMN}) \s+ (?:is|are|do|does|has|have)\b
      (?= [^|?]* \b(?:most|in\s+demand|common|popular|need(?:ed)?|requested|required?|asked)\b )
    """,
    _FLAGS,
)
_BEST_PAYING = re.compile(
    rf"""
    \b(?:which|what) \s+ (?P<column>{_ANY_COLUMN}) \s+ (?:pays?|earns?|offers?) \s+ (?:the\s+)?
      (?P<end>best|most|highest|least|lowest|worst)\b (?:\s+{_MONEY})?
    | \b(?P<end2>best|highest|top|lowest|worst)[\s-](?:paying|paid) \s+ (?P<column2>{_ANY_COLUMN})\b
    """,
    _FLAGS,
)
_FIGURES: dict[Aggregate, str] = {
    "avg": "average|mean|typical|usual",
    "median": "median",
    "min": "lowest|minimum|smallest|least",
    "max": "highest|maximum|top|biggest|largest|most",
}
_ANY_FIGURE = " | ".join(f"(?P<{agg}>{names})" for agg, names in _FIGURES.items())
_STATISTIC = re.compile(rf"\b(?: {_ANY_FIGURE} ) \s+ (?: {_MONEY} | (?P<years>{_YEARS}) )\b", _FLAGS)
_ASKS_A_FIGURE = re.compile(r"\b(?:what|tell|give|calculate|compute|show)\b", _FLAGS)
_EXPERIENCE_ASKED = re.compile(r"\bhow\s+(?:much|many\s+years(?:'|\s+of)?)\s+experience\b", _FLAGS)
_HOW_MUCH = re.compile(
    rf"""
    \bhow\s+much\b
    | \bwhat\s+(?:do|does|can|could|would)\b (?= [^?]{{0,80}} \b(?:earn|make|get\s+paid)\b )
    | \bwhat(?:'s|\s+is|\s+are) \s+ the \s+ {_MONEY} \s+ (?:of|for)\b
    """,
    _FLAGS,
)
_BY_PAY = rf"(?:sort|order|rank)(?:ed)?\s+by\s+{_MONEY}"
_SORT = {
    "salary_asc": rf"""
        (?:lowest|worst|least|low|poorly|badly)[\s-](?:paid|paying) | cheapest | lowest\s+first | {_BY_PAY}\s+asc\w*
        | (?:pays?|paying|paid|earn) \s+ (?:the\s+)? (?:least|worst|lowest)
        | (?:lowest|worst|smallest|low) \s+ {_MONEY} (?:\s+first)?
    """,
    "salary_desc": rf"""
        (?:best|highest|top|well|better|high|most)[\s-](?:paid|paying) | most\s+money | lucrative | highest\s+first
        | (?:pays?|paying|paid|earn|earning) \s+ (?:the\s+)? (?:best|most|highest|well)
        | (?:highest|best|top|biggest|good|high) \s+ {_MONEY} (?:\s+first)? | {_BY_PAY} (?:\s+desc\w*)?
    """,
}
_COUNTED = rf"(?:\d{{1,3}}|{'|'.join(word for word in NUMBER_WORDS if word != 'one')})"
_LIMIT = re.compile(
    rf"""
    \b(?:top|first|best|only|just|any) \s+ (?P<after>{_COUNTED})\b
    | \blimit(?:ed)? \s+ (?:to\s+)? (?P<limit>{_COUNTED})\b
    | \b(?P<of>{_COUNTED}) \s+ (?:results|hits|of\s+them)\b
    | \b(?P<before>{_COUNTED}) \s+ (?:[a-z-]+\s+){{0,2}}?
      (?:jobs|roles|positions|openings|postings|vacancies|listings|best|highest|cheapest|top)\b
    """,
    _FLAGS,
)
_MEASURES: dict[Aggregate, Measure] = {
    "avg": "midpoint_usd",
    "median": "midpoint_usd",
    "min": "min_usd",
    "max": "max_usd",
}


def find_limit(text: str) -> list[Finding]:
    """`limit`."""
    match = _LIMIT.search(text)
    if match is None:
        return []
    word = next(group for group in match.groups() if group).lower()
    number = NUMBER_WORDS.get(word) or int(word)
    start = match.start(match.lastindex or 0)
    return [Finding("limit", number, start, start + len(word))] if number else []


def find_aggregate(text: str) -> list[Finding]:
    """`agg`, `field` and `group_by`, and the direction of a ranking of groups in `sort`."""
    for find in (_best_paying, _top, _experience_asked, _count, _statistic, _how_much):
        if findings := find(text):
            return findings
    return []


def find_sort(text: str) -> list[Finding]:
    """`sort`."""
    return [
        Finding("sort", order, *match.span())
        for order, wording in _SORT.items()
        for match in re.finditer(rf"\b(?:{wording})\b", text, _FLAGS)
    ][:1]


def _column(text: str) -> Category:
    return next(column for wording, column in _COLUMNS.items() if re.fullmatch(wording, text, re.IGNORECASE))


def _best_paying(text: str) -> list[Finding]:
    match = _BEST_PAYING.search(text)
    # "the best paying roles" asks for jobs; roles are ranked only where a question says "which roles pay best".
    if match is None or (match["column2"] and _column(match["column2"]) == "standard_title"):
        return []
    lowest = (match["end"] or match["end2"]).lower() in ("least", "lowest", "worst")
    values = {
        "agg": "avg",
        "field": "midpoint_usd",
        "group_by": _column(match["column"] or match["column2"]),
        "sort": "salary_asc" if lowest else "salary_desc",
    }
    return [Finding(slot, value, *match.span()) for slot, value in values.items()]


def _top(text: str) -> list[Finding]:
    match = _TOP.search(text)
    if match is None:
        return []
    column = _column(match["column"] or match["column2"])
    # "top roles in Berlin" asks for jobs, "most common roles" for a count of titles.
    if column == "standard_title" and match[0].lower().startswith("top"):
        return []
    findings = [Finding("agg", "top", *match.span()), Finding("field", column, *match.span())]
    wanted = int(match["wanted"] or 0)
    return [*findings, Finding("limit", wanted, *match.span())] if wanted else findings


def _count(text: str) -> list[Finding]:
    match = _COUNT.search(text)
    return [] if match is None else [Finding("agg", "count", *match.span()), *_group(text)]


def _statistic(text: str) -> list[Finding]:
    match = _STATISTIC.search(text)
    if match is None:
        return []
    agg = next(name for name in _FIGURES if match[name])
    # "jobs with the highest salary" is an order; "what is the highest salary" asks for the figure.
    listed = re.search(r"\b(?:jobs?|roles?|positions?|those|ones)\b", text[: match.start()], re.IGNORECASE)
    if agg in ("min", "max") and (listed or not _ASKS_A_FIGURE.search(text, 0, match.start())):
        return []
    field = "min_years" if match["years"] else _MEASURES[agg]
    span = match.span()
    return [Finding("agg", agg, *span), Finding("field", field, *span), *_group(text)]


def _experience_asked(text: str) -> list[Finding]:
    match = _EXPERIENCE_ASKED.search(text)
    if match is None:
        return []
    return [Finding("agg", "avg", *match.span()), Finding("field", "min_years", *match.span()), *_group(text)]


def _how_much(text: str) -> list[Finding]:
    match = _HOW_MUCH.search(text)
    if match is None:
        return []
    span = match.span()
    return [Finding("agg", "avg", *span), Finding("field", "midpoint_usd", *span), *_group(text)]


def _group(text: str) -> list[Finding]:
    match = _GROUP.search(text)
    return [] if match is None else [Finding("group_by", _column(match["column"]), *match.span())]
