"""A figure that a question asks for: how many, how much, how little, the median.

Belongs here: what is computed. By which groups is in `groups.py`, which group is first in `rankings.py`, what stands
beside what in `comparisons.py`, and the order in which they are tried in `aggregates.py`.
"""

import re

from jobsearch_dagster.search.filter import Aggregate, Measure
from jobsearch_dagster.search.recognizers.columns import FLAGS, MONEY, column_called
from jobsearch_dagster.search.recognizers.groups import GROUP, group
from jobsearch_dagster.search.recognizers.spans import USED, Finding

_YEARS = r"(?:years?(?:\s+of\s+experience)?|experience)"
_HOW_MANY_DISTINCT = re.compile(
    r"\bhow\s+many\s+(?:different\s+|distinct\s+|other\s+)?(?P<column>cities|towns|regions|states|provinces|countries|(?:job\s+)?titles"
    r"|occupations|professions|skills|languages)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"""
    \b(?: how\s+much\s+(?:jobs?|work|vacanc\w+)\s+(?:is|are) | (?:give|tell)\s+me\s+(?:the|a)\s+(?:number|count|total)
        | break\b (?=[^|?]*\bdown\s+by\b) | how\s+many
            (?!\s+(?:years?|hours?|days?|weeks?|months?|people|persons?|inhabitants|residents|euros|dollars)\b)
        | (?:the\s+)?(?:total\s+|whole\s+)?number\s+of (?!\s+(?:years|hours|days)\b) | count(?:\s+of
            |\s+up)?(?=\s+(?:the|all|of|my|how|jobs|them|those|these|\w+\s+jobs)\b) | count\s+the
        | (?:^|\b(?:the|show|list)\s+)(?:jobs|openings|postings|vacancies|positions|roles)(?=\s+(?:per
            |by)\s+(?!(?:the\s+)?(?:hour|day|week|month|year|pay|salary)))
        | (?:the\s+)?total\s+(?:of\s+)?(?:the\s+|all\s+)?
            (?=(?:\w+\s+)?(?:jobs|openings|postings|vacancies|positions|roles|ads)\b)
        | how\s+common\s+(?:is|are) | (?:breakdown|tally)(?=\s+(?:of|by|per|across)\b) | distribution(?=\s+of\b)
        | break\s+down | broken\s+down(?=\s+by) )\b
    """,
    FLAGS,
)
_FIGURES: dict[Aggregate, str] = {
    "avg": "average|avg|mean|typical|usual|normal|going|expected",
    "median": "median|middle",
    "min": "lowest|minimum|smallest|least|fewest|worst",
    "max": "highest|maximum|top|biggest|largest|most|best",
}
_ANY_FIGURE = " | ".join(f"(?P<{agg}>{names})" for agg, names in _FIGURES.items())
_STATISTIC = re.compile(
    rf"""
    \b(?: {_ANY_FIGURE} ) (?:\s+[\w-]+){{0,3}}? \s+ (?: {MONEY} | rate (?=\s+for)
        | (?:figure|amount|offer|sum) (?=\s+(?:any\w+|some\w+|they|you|people|for|that|offered|paid)\b)
        | (?P<years>{_YEARS}) )\b
    """,
    FLAGS,
)
_ASKS_A_FIGURE = re.compile(
    r"\b(?:what|what's|whats|tell|give|calculate|compute|show|know|find\s+out)\b [^,;.|]* $", FLAGS
)
_OF_SOMEONE = re.compile(
    r"\s*(?:(?:that\s+)?(?:offered|paid|given|advertised|possible)\b|(?:for|of|to|among|in|at|an?|any|anywhere|anyone|anybody|you|someone|somebody|people)\b)(?!\s+(?:first|order)\b)",
    FLAGS,
)
_EXTREME = re.compile(
    r"""
    \b (?:the\s+)? (?P<end>most|least) \s+ (?:that\s+)?
      (?:an?|any(?:one|body)?|you|someone|somebody|people|they|one|the|i) \b
        [^|?.,]{0,40}?
      \b (?:gets?|earns?|makes?|(?:is|are|be)\s+(?:paid|offered)|pays?|earn|make|get|offers?)\b (?:\s+(?:offered|paid))?
    """,
    FLAGS,
)
_ON_AVERAGE = re.compile(
    rf"""
    \bon\s+average\b (?= .* \b (?: {MONEY} | (?:earn|make|pay|get)s? ) \b )
    | \b (?: {MONEY} | (?:earn|make|pay|get)s? ) \b (?= .* \bon\s+average\b )
    """,
    FLAGS,
)
_ENDS_OF_PAY: dict[Aggregate, str] = {
    "max": rf"""
        \b (?:{MONEY}\s+)? (?:ceiling|cap) \s+ (?:for|of|in)\b | \b (?:top|upper\s+end|high\s+end) \s+ of \s+
            (?:the\s+)? {MONEY}
        | ^\W* max(?:imum)? \s+ {MONEY} \b | \b
            how\s+high\s+(?:does|do|can|will)\s+(?:it|they|the\s+pay|pay|salar\w+)\s+(?:go|get|run)
        | \b (?:biggest|highest|largest|best) \s+ (?:{MONEY}|pay\s?check|package|money) (?= [^?]{{0,60}}
            \b(?:can|could|might|would)\s+
            (?:get|earn|make|expect) | \s+ (?:listed|advertised|posted|on\s+offer) )
    """,
    "min": rf"""
        \b rock[\s-]bottom \s+ {MONEY} | \b (?:{MONEY}\s+)? floor \s+ (?:for|of|in)\b
        | \b (?:bottom|lower\s+end|low\s+end) \s+ of \s+ (?:the\s+)?
            {MONEY}
        | ^\W* min(?:imum)? \s+ {MONEY} \b (?! \s+ (?:is|isn't|does|doesn't|won't|will)\b )
        | \b how\s+low\s+(?:does|do|can|will)\s+(?:it|they|the\s+pay|pay|salar\w+)\s+(?:go|get|run)
        | \b (?:smallest|lowest|worst) \s+ (?:{MONEY}|pay\s?check|package|money) (?= [^?]{{0,60}}
            \b(?:can|could|might|would)\s+
            (?:get|earn|make|expect) | \s+ (?:listed|advertised|posted|on\s+offer) | [^?]{{1,40}} \bis\s+offered )
    """,
}
"""What the two ends of pay are called."""
_LONGEST = re.compile(
    r"\b(?P<end>longest|most|highest|shortest|least|fewest|lowest)\s+(?:years\s+of\s+)?experience\s+(?:requirements?|asked|demanded|required|needed|wanted)?",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"\bhalf\s+(?:of\s+)?(?:all\s+|the\s+)?(?=[^?]{1,60}\b(?:earn|make|get|are\s+paid)s?\s+(?:less|more|at\s+least|under|over)\b)",
    re.IGNORECASE,
)
_EXPERIENCE_ASKED = re.compile(
    r"\bhow\s+(?:much|many\s+years(?:'|\s+of)?)\s+(?:work\s+|relevant\s+)?experience\b|\bhow\s+many\s+years\b(?=[^|?]*\b(?:ask|need|requir|want|expect))",
    FLAGS,
)
_HOW_MUCH = re.compile(
    rf"""
    \bhow\s+much\b (?!\s+(?:experience|time)\b)
    | \bwhat\s+(?:do|does|can|could|would|will)\b (?= [^?]{{0,80}}
        \b(?:earn|make|get\s+paid|pay|(?:take|bring)\s+home)\b )
    | \bwhat(?:'s|\s+is|\s+are) \s+ the \s+ {MONEY} \s+ (?:like\s+)? (?:of|for|in)\b
    | \bwhat \s+ (?:kind\s+of\s+)? {MONEY} \s+ (?:can|could|do|does|should|would)\b
    | \bwhat\s+(?:might|may|should)\b (?= [^?]{{0,80}} \b(?:earn|make|get\s+paid|be\s+paid|expect)\b )
    | \bwhat\s+(?:is|are)\b (?!\s+(?:the\s+)?(?:best|highest|top|worst|lowest|well|better|most|least))
      (?= [^?]{{2,60}} \bpaid\b (?: \s*[?.,]?\s*$ | ,?\s+(?:in|on\s+average|for)\b ) )
    | \bhow\s+(?:does|do|is)\s+(?:the\s+)?{MONEY}\s+(?:go\s+up|rise|grow|change|differ|vary|increase)\w*\b
    | \bballpark\s+{MONEY}\b | \bwhat(?:'s|\s+is|\s+are)\s+ (?=[^?|]{{1,60}}\bworth\b)
    | \bhow\s+(?:well|good|bad(?:ly)?)\s+(?:is|are|does|do)\b (?= [^?]{{0,60}} \b(?:paid|pay)\b )
    | ^\W* {MONEY} \s+ (?:of|for) \s+ (?:an?\s+)? (?=\w)
    """,
    FLAGS,
)
_MEASURES: dict[Aggregate, Measure] = {
    "avg": "midpoint_usd",
    "median": "midpoint_usd",
    "min": "min_usd",
    "max": "max_usd",
}


def count(text: str) -> list[Finding]:
    """`agg` count: "how many"; by group where the groups themselves are counted: "in how many cities"."""
    distinct = _HOW_MANY_DISTINCT.search(text)
    if distinct:
        return [
            Finding("agg", "count", *distinct.span()),
            Finding("group_by", column_called(distinct["column"]), *distinct.span()),
        ]
    match = _COUNT.search(text)
    return [] if match is None else [Finding("agg", "count", *match.span()), *group(text)]


def statistic(text: str) -> list[Finding]:
    """`agg` by its name: "average pay", "median salary", "the lowest years asked"."""
    match = _STATISTIC.search(text)
    average = _ON_AVERAGE.search(text)
    if average is not None and (match is None or not (match["avg"] or match["median"])):
        return [*figure("avg", average), *group(text)]
    if match is None:
        return []
    agg = next(name for name in _FIGURES if match[name])
    if agg in ("min", "max") and not _asks_for_figure(match, text):
        return []
    word = _WORD.match(text, match.start()) or match  # a title may stand behind it: "average nurse salary"
    return [*figure(agg, word, "min_years" if match["years"] else _MEASURES[agg]), *group(text)]


_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


def _asks_for_figure(match: re.Match[str], text: str) -> bool:
    """Whether the highest or lowest of something is asked: "jobs with the highest salary" is an order."""
    before, after = text[: match.start()], text[match.end() :]
    if re.search(r"\b(?:jobs?|roles?|positions?|those|ones|openings|postings|with)\b", before, re.IGNORECASE):
        return False
    if re.search(r"\d", match[0]):  # "the lowest 3 salaries"
        return False
    if match["years"] or _ASKS_A_FIGURE.search(before):
        return not re.match(r"\s*(?:first|jobs?|roles?|positions?)\b", after, re.IGNORECASE)
    starts = re.fullmatch(r"\W*(?:the\s+)?", before, re.IGNORECASE) is not None
    return starts and (_OF_SOMEONE.match(after) or GROUP.match(after.lstrip())) is not None


def extreme(text: str) -> list[Finding]:
    """`agg` for the end of a scale in other words: "the least a lifeguard gets offered"."""
    match = _EXTREME.search(text)
    if match is None or _HOW_MUCH.match(text):
        return []
    agg: Aggregate = "max" if match["end"].lower() == "most" else "min"
    return figure(agg, _END_OF_EXTREME.search(text, match.start()) or match, _MEASURES[agg])


_END_OF_EXTREME = re.compile(r"\b(?:most|least)\b", re.IGNORECASE)


def end_of_pay(text: str) -> list[Finding]:
    """`agg` for an end of pay by what it is called: "salary ceiling for a cook"; not where an amount says which pay."""
    for agg, wording in _ENDS_OF_PAY.items():
        match = re.search(wording, text, FLAGS)
        if match and not _OF_JOBS.search(text) and USED not in text[match.end() : match.end() + _BESIDE]:
            return [*figure(agg, match, _MEASURES[agg]), *group(text)]
    return []


_OF_JOBS = re.compile(r"\b(?:jobs?|roles?|positions?|postings?|show)\b", re.IGNORECASE)
_BESIDE = 3
"""Characters behind "minimum salary" in which its amount stands."""


def longest(text: str) -> list[Finding]:
    """`agg` of the years that postings ask for: "the longest experience requirement"."""
    match = _LONGEST.search(text)
    if match is None:
        return []
    agg: Aggregate = "max" if match["end"].lower() in ("longest", "most", "highest") else "min"
    return figure(agg, match, "min_years")


def figure(agg: Aggregate, match: re.Match[str], field: Measure = "midpoint_usd") -> list[Finding]:
    """`agg` and the `field` it works on."""
    return [Finding("agg", agg, *match.span()), Finding("field", field, *match.span())]


def figure_alone(text: str) -> list[Finding]:
    """`agg` for a figure alone, which a question before gives its meaning: "and the median?"."""
    match = _ALONE.fullmatch(text)
    agg = match and next(name for name in _FIGURES if match[name])
    return figure(agg, match, _MEASURES[agg]) if match and agg else []


_ALONE = re.compile(
    rf"[^\w|]*(?:(?:and|or|now|what\s+about|how\s+about|the|is|what's)\s+)*(?:{_ANY_FIGURE})[^\w|]*", FLAGS
)


def experience_asked(text: str) -> list[Finding]:
    """The average of the years that postings ask for: "how much experience do they want"."""
    match = _EXPERIENCE_ASKED.search(text)
    if match is None:
        return []
    return [Finding("agg", "avg", *match.span()), Finding("field", "min_years", *match.span()), *group(text)]


def how_much(text: str) -> list[Finding]:
    """The average pay where no figure is named, the median for "half of all cooks earn less than"."""
    half = _HALF.search(text)
    match = half or _HOW_MUCH.search(text)
    if match is None:
        return []
    return [*figure("median" if half else "avg", match), *group(text)]
