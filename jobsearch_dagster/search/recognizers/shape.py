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
_GROUP = re.compile(
    rf"\b(?:by|per|grouped\s+by|broken\s+down\s+by|for\s+each|in\s+each|for\s+every|in\s+every|across)\s+(?:the\s+|each\s+)?(?P<column>{_ANY_COLUMN})\b",
    re.IGNORECASE,
)
_MOST = r"(?:most[\s-](?:common|popular|frequent(?:ly\s+\w+)?|requested|wanted|in[\s-]demand|used|asked(?:[\s-]for)?|sought(?:[\s-]after)?|needed|required)|top|commonest)"
_TOP = re.compile(
    rf"\b{_MOST}\s+(?:(?P<wanted>\d{{1,3}})\s+)?(?P<column>{_ANY_COLUMN})\b"
    rf"|\b(?:which|what)\s+(?P<column2>{_ANY_COLUMN})\s+(?:is|are|do|does|has|have)\b[^|?]*\b(?:most|in\s+demand|common|popular|needed|requested|required|asked)\b(?:\s+(?:jobs|roles|in[\s-]demand|often|common|popular|requested|openings|positions|vacancies))?",
    re.IGNORECASE,
)
_BEST_PAYING = re.compile(
    rf"\b(?:which|what)\s+(?P<column>{_ANY_COLUMN})\s+(?:pays?|earns?|offers?)\s+(?:the\s+)?(?P<end>best|most|highest|least|lowest|worst)\b(?:\s+(?:salar\w+|pay|wages?))?"
    rf"|\b(?P<end2>best|highest|top|lowest|worst)[\s-](?:paying|paid)\s+(?P<column2>{_ANY_COLUMN})\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(?:how\s+many|(?:the\s+)?(?:total\s+)?number\s+of|count(?:\s+of|\s+the)?)\b", re.IGNORECASE)
_MONEY = r"(?:(?:annual|yearly|base|starting)\s+)?(?:salar(?:y|ies)|pay|wages?|compensation|income|earnings)"
_YEARS = r"(?:years?(?:\s+of\s+experience)?|experience)"
_FIGURES: dict[Aggregate, str] = {
    "avg": r"average|mean|typical|usual",
    "median": r"median",
    "min": r"lowest|minimum|smallest|least",
    "max": r"highest|maximum|top|biggest|largest|most",
}
_STATISTIC = re.compile(
    r"\b(?:"
    + "|".join(f"(?P<{agg}>{words})" for agg, words in _FIGURES.items())
    + rf")\s+(?:(?P<money>{_MONEY})|(?P<years>{_YEARS}))\b",
    re.IGNORECASE,
)
_EXPERIENCE_ASKED = re.compile(
    r"\bhow\s+(?:much|many\s+years(?:'|\s+of)?)\s+experience\b", re.IGNORECASE
)
_HOW_MUCH = re.compile(
    r"\bhow\s+much\b|\bwhat\s+(?:do|does)\b(?=[^?]{0,80}\b(?:earn|make|get\s+paid)\b)"
    rf"|\bwhat(?:'s|\s+is|\s+are)\s+the\s+{_MONEY}\s+(?:of|for)\b",
    re.IGNORECASE,
)
_ASKS_A_FIGURE = re.compile(
    r"\b(?:what|what's|tell|give|calculate|compute|show|average|mean|median)\b", re.IGNORECASE
)
_SORT = {
    "salary_desc": r"(?:best|highest|top|well|better|high|most)[\s-](?:paid|paying)|(?:pay|pays|paying|paid|earn|earning)\s+(?:the\s+)?(?:best|most|highest|well)"
    rf"|(?:the\s+)?(?:highest|best|top|biggest|good|high)\s+{_MONEY}(?:\s+first)?|most\s+money|richest|lucrative|(?:sort|sorted|order|ordered|rank|ranked)\s+by\s+{_MONEY}(?:\s+desc\w*)?|highest\s+first",
    "salary_asc": r"cheapest|(?:lowest|worst|least|low|poorly|badly)[\s-](?:paid|paying)|(?:pay|pays|paying|paid|earn)\s+(?:the\s+)?(?:least|worst|lowest)"
    rf"|(?:the\s+)?(?:lowest|worst|smallest|low)\s+{_MONEY}(?:\s+first)?|(?:sort|sorted|order|ordered|rank|ranked)\s+by\s+{_MONEY}\s+asc\w*|lowest\s+first",
}
_COUNTED = rf"(?:\d{{1,3}}|{'|'.join(word for word in NUMBER_WORDS if word != 'one')})"
_LIMIT = re.compile(
    rf"\b(?:top|first|best|only|just|any)\s+(?P<first>{_COUNTED})\b|\b(?P<second>{_COUNTED})\s+(?:[a-z-]+\s+){{0,2}}?(?:jobs|roles|positions|openings|postings|vacancies|listings|best|highest|cheapest|top)\b"
    rf"|\blimit(?:ed)?\s+(?:to\s+)?(?P<third>{_COUNTED})\b|\b(?P<fourth>{_COUNTED})\s+(?:results|hits|of\s+them)\b",
    re.IGNORECASE,
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
        for match in re.finditer(rf"\b(?:{wording})\b", text, re.IGNORECASE)
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
