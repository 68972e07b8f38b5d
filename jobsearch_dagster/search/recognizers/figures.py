"""A figure that a question asks for: how many, how much, which the most.

Belongs here: aggregates and their groups. Order and number of jobs are in `order.py`, which jobs are meant in the other
modules.
"""

import re
from functools import partial

from jobsearch_dagster.preparation.locations import parse_location
from jobsearch_dagster.search.filter import Aggregate, Category, Measure
from jobsearch_dagster.search.recognizers.columns import ANY_COLUMN, FLAGS, MONEY, column_called
from jobsearch_dagster.search.recognizers.levels import find_employment_type, find_seniority, find_work_mode
from jobsearch_dagster.search.recognizers.places import find_named_places, find_places
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding, Recognizer
from jobsearch_dagster.search.recognizers.titles import find_titles

_YEARS = r"(?:years?(?:\s+of\s+experience)?|experience)"

_GROUP = re.compile(
    rf"""
    \b (?P<twice>{ANY_COLUMN}) \s+ by \s+ (?P=twice) \b
    | \b (?: by | per | grouped\s+by | (?:broken|break|split)\s+(?:down|up)?\s*by | (?:for|in|of|at|does|do)\s+(?:each
        |every) | each | across | over | with (?=\s+(?:seniority|education|levels?)\b) )
      \s+ (?:the\s+|each\s+|all\s+|different\s+)? (?P<column>{ANY_COLUMN})\b
    """,
    FLAGS,
)
_BREAKDOWN = re.compile(rf"\b(?P<column>{ANY_COLUMN})\s+(?:breakdown|distribution|split)\b", FLAGS)
_SHARE = re.compile(
    r"\b(?:percentage|per\s?cent|proportion|share|fraction|ratio|%)\b|\b(?:is|are)\s+(?:most|many)\b(?=[^?]*\bor\b)",
    re.IGNORECASE,
)
_OF_EACH = re.compile(
    rf"(?P<twice>(?!))?\b(?P<column>{ANY_COLUMN})\b (?= .* \b(?:of|for|in|per)\s+each\b (?!\s+(?:{ANY_COLUMN})) )",
    FLAGS,
)
_COUNT = re.compile(
    r"""
    \b(?: how\s+much\s+(?:jobs?|work|vacanc\w+)\s+(?:is|are) | (?:give|tell)\s+me\s+(?:the|a)\s+(?:number|count|total)
        | break\b (?=[^|?]*\bdown\s+by\b) | how\s+many (?!\s+(?:years?|hours?|days?|weeks?|months?|people|persons?|inhabitants|residents|euros|dollars)\b)
        | (?:the\s+)?(?:total\s+|whole\s+)?number\s+of (?!\s+(?:years|hours|days)\b) | count(?:\s+of
            |\s+up)?(?=\s+(?:the|all|of|my|how|jobs|them|those|these|\w+\s+jobs)\b) | count\s+the
        | (?:^|\b(?:the|show|list)\s+)(?:jobs|openings|postings|vacancies|positions|roles)(?=\s+(?:per
            |by)\s+(?!(?:the\s+)?(?:hour|day|week|month|year|pay|salary)))
        | (?:the\s+)?total\s+(?:of\s+)?(?:the\s+|all\s+)?
            (?=(?:\w+\s+)?(?:jobs|openings|postings|vacancies|positions|roles|ads)\b)
        | how\s+common\s+(?:is|are) | (?:breakdown|distribution|tally)\s+of | break\s+down )\b
    """,
    FLAGS,
)
_MOST = r"""
    (?: most[\s-](?:common(?:ly\s+\w+)?|popular|frequent(?:ly\s+\w+)?|requested|wanted|in[\s-]demand|used|often\s+\w+
        |asked(?:[\s-]for)?
        |sought(?:[\s-]after)?|needed|required|demanded|mentioned|listed) | top | commonest | hottest )
"""
_OFTEN = r"(?:most|in\s+demand|common(?:ly|est)?|popular|often|frequent(?:ly)?|requested|hottest|sought)"
_TOP = re.compile(
    rf"""
    \b (?:(?P<first>\d{{1,3}})\s+)? {_MOST} \s+ (?:(?P<wanted>\d{{1,3}})\s+)? (?P<column>{ANY_COLUMN})\b
    | \b(?:which|what) \s+ (?:(?P<wanted2>\d{{1,3}})\s+)? (?P<column2>{ANY_COLUMN}) \b (?!\s+(?:pays?|earns?
        |offers?)\b) (?= [^|?]* \b{_OFTEN}\b )
    | \b(?P<column3>skill|city|country|title|degree|state)[\s-]wise\b
    | \b(?:which|what) \s+ (?P<column4>skills?|qualifications|degrees?|languages|tools) \s+ (?:do|does|are|is|should
        |would) \b (?= [^|?]* \b(?:need|require|ask|want|have|expect)\w*\b )
    | \bwhat \b [^|?]{{0,60}} \b (?:looking\s+for|look\s+for|want|wants|ask\s+for|need|require|expect) \s+
        in\s+terms\s+of \s+ (?P<column5>skills?|qualifications|degrees?|education|languages|tools)\b
    | \b(?:the\s+)? (?:(?P<wanted6>\d{{1,3}})\s+)? (?:[\w-]+\s+)? (?P<column6>cities|towns|regions|states|countries|skills|languages)
        \s+ (?:of\s+[\w-]+\s+)? (?:with|that\s+have|having|where)\b [^|?]{{0,30}} \bmost\b
    | \b(?:which|what|at\s+(?:which|what)|for\s+which) \s+ (?:(?P<wanted7>\d{{1,3}})\s+)?
        (?P<column7>{ANY_COLUMN})
        (?:\s+of\s+[\w-]+)? \b (?= [^?]* \b(?:most|mostly|mainly|usually|chiefly|predominantly)\b )
    | \b(?:the\s+)? (?P<column8>{ANY_COLUMN}) \s+ (?:that|which) \b [^|?]{{0,30}} \b(?:most\s+often|most|oftenest)\b
    | (?P<where> \b where \s+ (?:are|is|do|can\s+i\s+find) \b [^|?]{{0,20}} \b(?:the\s+)?most\b )
    """,
    FLAGS,
)
_BEST_PAYING = re.compile(
    rf"""
    \b(?:which|what) \s+ (?P<column>{ANY_COLUMN}) \s+ (?:pays?|earns?|offers?|makes?) \s+ (?:the\s+)?
      (?P<end>best|most|highest|least|lowest|worst)\b (?:\s+{MONEY})?
    | \b(?:which|what) \s+ (?P<column3>{ANY_COLUMN}) \s+ (?:has|have) \s+ (?:the\s+)? (?P<end3>best|highest|lowest
        |worst) \s+ (?:(?:average|mean|median)\s+)? {MONEY}
    | \b(?:which|what) \s+ (?P<column4>{ANY_COLUMN}) \s+ (?:pays?|rewards?) \s+ (?:[\w-]+\s+){{1,3}} (?:the\s+)? (?P<end4>best|most|worst|least)\b
    | \b(?:which|what) \s+ (?P<column5>{ANY_COLUMN}) \s+ (?:would|could|can|do|does|will|should) \b [^?|]{{0,40}}
      \b (?:make|earn|get|be\s+paid) \s+ (?:the\s+)? (?P<end5>best|most|more|worst|least)\b (?:\s+{MONEY})?
    | \b(?P<end2>best|highest|top|lowest|worst)[\s-](?:paying|paid) \s+ (?P<column2>{ANY_COLUMN})\b
    """,
    FLAGS,
)
_FIGURES: dict[Aggregate, str] = {
    "avg": "average|avg|mean|typical|usual|normal|going|expected",
    "median": "median|middle",
    "min": "lowest|minimum|smallest|least|worst",
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
    r"\s*(?:(?:that\s+)?(?:offered|paid|given|advertised|possible)\b|(?:for|of|to|among|in|at|an?|any|anyone|anybody|you|someone|somebody|people)\b)(?!\s+(?:first|order)\b)",
    FLAGS,
)
_EXTREME = re.compile(
    r"""
    \b (?:the\s+)? (?P<end>most|least) \s+ (?:that\s+)? (?:an?|any|you|someone|somebody|people|they|one|the|i) \b
        [^|?.,]{0,40}?
      \b (?:gets?|earns?|makes?|is\s+paid|are\s+paid|be\s+paid|pays?|earn|make|get|offers?)\b (?:\s+(?:offered|paid))?
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
_COMPARES = re.compile(
    r"""
    \b(?: compar(?:e|ed|ing|ison) | versus | vs\.? | difference\s+(?:in\s+\w+\s+)?between
        | (?:more|less) \s+ (?:common|frequent|usual|jobs|openings|vacancies) \b [^?]* \bthan
        | (?:pays?|earns?|paid|makes?) \s+ (?:more|better|less|worse) \b [^?]* \b(?:than|or)
        | (?:more|better|less|worse) \s+ (?:paid|paying) \b [^?]* \b(?:than|or)
        | (?:more|fewer) \s+ [^?]{1,40}? \b(?:jobs|openings|vacancies|work|postings) \b [^?]* \b(?:than|or)
        | against (?=[^?]*\b(?:average|pay|paid|earn|salar)\w*) | \b(?:of|for)\s+(?:each|both|either) )\b
    """,
    FLAGS,
)
_CEILING = re.compile(
    rf"""
    \b (?:{MONEY}\s+)? (?P<end>ceiling|cap|floor|maximum|minimum|max|min) \s+ (?:{MONEY}\s+)? (?:for|of|in)\b
    | \b (?P<end2>top|bottom|upper\s+end|lower\s+end|high\s+end|low\s+end) \s+ of \s+ (?:the\s+)? {MONEY} (?:\s+(?:scale|range|band))?
    | ^\W* (?P<end3>max|min|maximum|minimum) \s+ {MONEY} \b (?!.*\bjobs?\b|\s+(?:is|isn't|does|doesn't|won't|will)\b)
    | \b (?P<end4>biggest|highest|largest|smallest|lowest|worst|best) \s+ (?:{MONEY}|pay\s?check|package|money)
        (?= [^?]* \b(?:can|could|might|would)\s+(?:get|earn|make|expect) | \s+ (?:listed|advertised|posted|on\s+offer|an?\s+[^?]+\bis\s+offered) )
    | \b how\s+(?P<end5>high|low)\s+(?:does|do|can|will)\s+(?:it|they|the\s+pay|pay|salar\w+)\s+(?:go|get|run)
    """,
    FLAGS,
)
_LONGEST = re.compile(
    r"\b(?P<end>longest|most|highest|shortest|least|fewest|lowest)\s+(?:years\s+of\s+)?experience\s+(?:requirements?|asked|demanded|required|needed|wanted)?",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"\bhalf\s+(?:of\s+)?(?:all\s+|the\s+)?(?=[^?]{1,60}\b(?:earn|make|get|are\s+paid)s?\b)", re.IGNORECASE
)
_EXPERIENCE_ASKED = re.compile(
    r"\bhow\s+(?:much|many\s+years(?:'|\s+of)?)\s+(?:work\s+|relevant\s+)?experience\b|\bhow\s+many\s+years\b(?=[^|?]*\b(?:ask|need|requir|want|expect))",
    FLAGS,
)
_HOW_MUCH = re.compile(
    rf"""
    \bhow\s+much\b (?!\s+(?:experience|time)\b)
    | \bwhat\s+(?:do|does|can|could|would|will)\b (?= [^?]{{0,80}} \b(?:earn|make|get\s+paid|pay)\b )
    | \bwhat(?:'s|\s+is|\s+are) \s+ the \s+ {MONEY} \s+ (?:like\s+)? (?:of|for|in)\b
    | \bwhat \s+ (?:kind\s+of\s+)? {MONEY} \s+ (?:can|could|do|does|should|would)\b
    | \bwhat\s+(?:might|may|should)\b (?= [^?]{{0,80}} \b(?:earn|make|get\s+paid|be\s+paid|expect)\b )
    | \bwhat\s+(?:is|are)\b (?!\s+(?:the\s+)?(?:best|highest|top|worst|lowest|well|better)) (?= [^?]{{0,60}} \bpaid\b )
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


def find_aggregate(text: str, asked: str = "") -> list[Finding]:
    """`agg`, `field` and `group_by`, and the direction of a ranking of groups in `sort`.

    Args:
        text: What no recognizer has used.
        asked: The whole question: what it compares may be used already.
    """
    for find in (
        _figure_alone,
        _group_alone,
        _share,
        partial(_compared, asked=asked or text),
        _best_paying,
        _top,
        _longest,
        _experience_asked,
        _count,
        _statistic,
        _extreme,
        _ceiling,
        _how_much,
        _counted_by,
    ):
        if findings := find(text):
            return findings
    return []


def _share(text: str) -> list[Finding]:
    """A count by the column of a value whose share is asked: "what percentage is remote"; the value itself is not."""
    match = _SHARE.search(text)
    breakdown = _BREAKDOWN.search(text)
    if breakdown:
        column = column_called(breakdown["column"])
        return [Finding("agg", "count", *breakdown.span()), Finding("group_by", column, *breakdown.span())]
    kinds: dict[Category, Recognizer] = {"work_mode": find_work_mode, "seniority": find_seniority}
    found = {column: values for column, find in kinds.items() if (values := find(text))}
    if match is None or not found:
        return []
    column, values = next(iter(found.items()))
    figures = [Finding("agg", "count", *match.span()), Finding("group_by", column, *match.span())]
    return [*figures, *(Finding(NO_PREFERENCE, None, value.start, value.end) for value in values)]


def _best_paying(text: str) -> list[Finding]:
    match = _BEST_PAYING.search(text)
    # "the best paying roles" asks for jobs; roles are ranked only where a question says "which roles pay best".
    if match is None or (match["column2"] and column_called(match["column2"]) == "standard_title"):
        return []
    ends = (match[f"end{number}"] for number in ("", 2, 3, 4, 5))
    lowest = next(filter(None, ends)).lower() in ("least", "lowest", "worst")
    values = {
        "agg": "avg",
        "field": "midpoint_usd",
        "group_by": column_called(next(filter(None, (match[f"column{number}"] for number in ("", 2, 3, 4, 5))))),
        "sort": "salary_asc" if lowest else "salary_desc",
    }
    # What stands between "which country pays" and "best" is what is paid: "nurses".
    end = match.end("column4") if match["column4"] else match.end("column5") if match["column5"] else match.end()
    return [Finding(slot, value, match.start(), end) for slot, value in values.items()]


def _top(text: str) -> list[Finding]:
    match = _TOP.search(text)
    if match is None:
        return []
    if match["where"]:
        column: Category = "city"
    else:
        called = (match[f"column{number}"] for number in ("", *range(2, 9)))
        column = column_called(next(filter(None, called)))
    # "top roles in Berlin" asks for jobs, "most common roles" for a count of titles.
    if column == "standard_title" and re.match(r"(?:\d+\s+)?top", match[0].lower()):
        return []
    findings = [Finding("agg", "top", *match.span()), Finding("field", column, *match.span())]
    numbers = (match[name] for name in ("wanted", "first", "wanted2", "wanted6", "wanted7"))
    wanted = int(next(filter(None, numbers), 0))
    return [*findings, Finding("limit", wanted, *match.span())] if wanted else findings


def _count(text: str) -> list[Finding]:
    match = _COUNT.search(text)
    return [] if match is None else [Finding("agg", "count", *match.span()), *_group(text)]


def _statistic(text: str) -> list[Finding]:
    match = _STATISTIC.search(text)
    average = _ON_AVERAGE.search(text)
    if average is not None and (match is None or not (match["avg"] or match["median"])):
        return [*_figure("avg", average), *_group(text)]
    if match is None:
        return []
    agg = next(name for name in _FIGURES if match[name])
    if agg in ("min", "max") and not _asks_for_figure(match, text):
        return []
    figure = _WORD.match(text, match.start()) or match  # a title may stand behind it: "average nurse salary"
    return [*_figure(agg, figure, "min_years" if match["years"] else _MEASURES[agg]), *_group(text)]


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
    return starts and (_OF_SOMEONE.match(after) or _GROUP.match(after.lstrip())) is not None


def _extreme(text: str) -> list[Finding]:
    """`agg` for the end of a scale in other words: "the least a lifeguard gets offered"."""
    match = _EXTREME.search(text)
    if match is None or _HOW_MUCH.match(text):
        return []
    agg: Aggregate = "max" if match["end"].lower() == "most" else "min"
    return _figure(agg, _END_OF_EXTREME.search(text, match.start()) or match, _MEASURES[agg])


_END_OF_EXTREME = re.compile(r"\b(?:most|least)\b", re.IGNORECASE)


def _ceiling(text: str) -> list[Finding]:
    """`agg` for an end of pay by what it is called: "salary ceiling for a cook"."""
    match = _CEILING.search(text)
    if match is None:
        return []
    says_pay = re.search(rf"{MONEY}|pay\s?check|package|money|how", match[0], FLAGS)
    if not says_pay and not _ASKS_A_FIGURE.search(text, 0, match.start()):
        return []
    end = next(filter(None, (match[f"end{number}"] for number in ("", 2, 3, 4, 5)))).lower()
    agg: Aggregate = "min" if end in _LOW_ENDS else "max"
    return [*_figure(agg, match, _MEASURES[agg]), *_group(text)]


_LOW_ENDS = ("floor", "minimum", "min", "bottom", "lower end", "low end", "smallest", "lowest", "worst", "low")


def _longest(text: str) -> list[Finding]:
    """`agg` of the years that postings ask for: "the longest experience requirement"."""
    match = _LONGEST.search(text)
    if match is None:
        return []
    agg: Aggregate = "max" if match["end"].lower() in ("longest", "most", "highest") else "min"
    return _figure(agg, match, "min_years")


def _figure(agg: Aggregate, match: re.Match[str], field: Measure = "midpoint_usd") -> list[Finding]:
    return [Finding("agg", agg, *match.span()), Finding("field", field, *match.span())]


def _figure_alone(text: str) -> list[Finding]:
    """`agg` for a figure alone, which a question before gives its meaning: "and the median?"."""
    match = _ALONE.fullmatch(text)
    agg = match and next(name for name in _FIGURES if match[name])
    return _figure(agg, match, _MEASURES[agg]) if match and agg else []


_ALONE = re.compile(rf"\W*(?:(?:and|or|now|what\s+about|how\s+about|the|is|what's)\s+)*(?:{_ANY_FIGURE})\W*", FLAGS)


def _group_alone(text: str) -> list[Finding]:
    """`group_by` for a group alone, of what the question before asks: "by city", "and split them by level"."""
    return _group(text) if _GROUP_ALONE.fullmatch(text) else []


_GROUP_ALONE = re.compile(
    rf"""
    \W* (?:(?:and|now|ok|okay|please|then|show|give|me|can\s+you|group|split|break|sort|it|them|that|those|these|the
        |numbers|results|down|up|grouped|broken)\s+)* (?:by|per|for\s+each) \s+ (?:the\s+)? (?:{ANY_COLUMN})
        (?:\s+(?:please|instead|too|then))* \W*
    """,
    FLAGS,
)


def _counted_by(text: str) -> list[Finding]:
    """`group_by` where nothing but a group is asked: "welder jobs per country", "vacancies, region by region"."""
    match = _PER.search(text)
    return _group(text) if match else []


_PER = re.compile(
    rf"\b(?:per|for\s+(?:each|every))\s+(?:the\s+)?(?:{ANY_COLUMN})\b|\b({ANY_COLUMN})\s+by\s+\1\b", FLAGS
)


def _compared(text: str, asked: str) -> list[Finding]:
    """Values of one kind beside each other: "compare remote and onsite pay", "is remote more common than hybrid"."""
    match = _COMPARES.search(asked)
    column = _compared_column(asked) if match else None
    if match is None or column is None:
        return []
    group = Finding("group_by", column, *match.span())
    if re.search(rf"\b(?:{MONEY}|pays|earns?|paid|paying|makes?|on\s+average)\b", text, FLAGS):
        figure: Aggregate = "median" if re.search(r"\bmedian\b", text, re.IGNORECASE) else "avg"
        return [*_figure(figure, match), group]
    return [Finding("agg", "count", *match.span()), group]


def _compared_column(text: str) -> Category | None:
    """The column of which a question names two values or more."""
    kinds: dict[Category, Recognizer] = {
        "work_mode": find_work_mode,
        "seniority": find_seniority,
        "employment_type": find_employment_type,
        "standard_title": find_titles,
    }
    column = next((column for column, find in kinds.items() if len({found.value for found in find(text)}) > 1), None)
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


LEAST_COMPARED = 2
"""Values from which on there is something to compare."""


def _experience_asked(text: str) -> list[Finding]:
    match = _EXPERIENCE_ASKED.search(text)
    if match is None:
        return []
    return [Finding("agg", "avg", *match.span()), Finding("field", "min_years", *match.span()), *_group(text)]


def _how_much(text: str) -> list[Finding]:
    half = _HALF.search(text)
    match = half or _HOW_MUCH.search(text)
    if match is None:
        return []
    return [*_figure("median" if half else "avg", match), *_group(text)]


def _group(text: str) -> list[Finding]:
    match = _GROUP.search(text) or _OF_EACH.search(text)
    if match is None:
        return []
    column = match["column"] or match["twice"]
    return [Finding("group_by", column_called(column), *match.span())]
