"""What a question wants to see of the jobs: a list, its order and length, or a figure about them.

Belongs here: aggregates, grouping, sorting, limits. Which jobs are meant is in the other modules.
"""

import re

from jobsearch_dagster.search.filter import Aggregate, Category, Measure
from jobsearch_dagster.search.recognizers.levels import find_employment_type, find_seniority, find_work_mode
from jobsearch_dagster.search.recognizers.places import find_named_places, find_places
from jobsearch_dagster.search.recognizers.spans import Finding, Recognizer

_COLUMNS: dict[str, Category] = {
    r"cit(?:y|ies)|towns?|locations?|places?": "city",
    r"states?|regions?|provinces?": "region",
    r"countr(?:y|ies)": "country",
    r"(?:job\s+)?titles?|roles?|occupations?|professions?": "standard_title",
    r"seniority(?:\s+levels?)?|levels?|career\s+levels?": "seniority",
    r"work\s?(?:place\s+)?modes?|remote\s+status": "work_mode",
    r"(?:salary|pay)\s+(?:ranges?|buckets?|bands?)": "bucket",
    r"skills?|technolog(?:y|ies)|(?:programming\s+)?languages?|tools?|frameworks?|qualifications": "skills",
    r"degrees?|education(?:\s+levels?)?": "education",
    r"(?:employment|contract|job|contract)\s+types?|types?\s+of\s+(?:employment|contracts?)": "employment_type",
}
_ANY_COLUMN = "|".join(_COLUMNS)
_MONEY = r"(?:(?:annual|yearly|base|starting)\s+)?(?:salar(?:y|ies)|pay|wages?|compensation|income|earnings)"
_YEARS = r"(?:years?(?:\s+of\s+experience)?|experience)"
_FLAGS = re.IGNORECASE | re.VERBOSE

_GROUP = re.compile(
    rf"""
    \b (?: by | per | grouped\s+by | (?:broken|break|split)\s+(?:down|up)?\s*by | (?:for|in|of|at|does|do)\s+(?:each
        |every) | each | across | over )
      \s+ (?:the\s+|each\s+|all\s+|different\s+)? (?P<column>{_ANY_COLUMN})\b
    """,
    _FLAGS,
)
_OF_EACH = re.compile(
    rf"\b(?P<column>{_ANY_COLUMN})\b (?= .* \b(?:of|for|in|per)\s+each\b (?!\s+(?:{_ANY_COLUMN})) )", _FLAGS
)
_COUNT = re.compile(
    r"""
    \b(?: how\s+many (?!\s+(?:years?|hours?|days?|weeks?|months?|people|persons?|inhabitants|residents|euros|dollars)\b)
        | (?:the\s+)?(?:total\s+|whole\s+)?number\s+of (?!\s+(?:years|hours|days)\b) | count(?:\s+of
            |\s+up)?(?=\s+(?:the|all|of|my|how|jobs|them|those|these|\w+\s+jobs)\b) | count\s+the
        | (?:^|\b(?:the|show|list)\s+)(?:jobs|openings|postings|vacancies|positions|roles)(?=\s+(?:per
            |by)\s+(?!(?:the\s+)?(?:hour|day|week|month|year|pay|salary)))
        | (?:the\s+)?total\s+(?:of\s+)?(?:the\s+|all\s+)?
            (?=(?:\w+\s+)?(?:jobs|openings|postings|vacancies|positions|roles|ads)\b)
        | how\s+common\s+(?:is|are) | (?:breakdown|distribution|tally)\s+of | break\s+down )\b
    """,
    _FLAGS,
)
_MOST = r"""
    (?: most[\s-](?:common(?:ly\s+\w+)?|popular|frequent(?:ly\s+\w+)?|requested|wanted|in[\s-]demand|used|often\s+\w+
        |asked(?:[\s-]for)?
        |sought(?:[\s-]after)?|needed|required|demanded|mentioned|listed) | top | commonest | hottest )
"""
_OFTEN = r"(?:most|in\s+demand|common(?:ly|est)?|popular|often|frequent(?:ly)?|requested|hottest|sought)"
_TOP = re.compile(
    rf"""
    \b (?:(?P<first>\d{{1,3}})\s+)? {_MOST} \s+ (?:(?P<wanted>\d{{1,3}})\s+)? (?P<column>{_ANY_COLUMN})\b
    | \b(?:which|what) \s+ (?:(?P<wanted2>\d{{1,3}})\s+)? (?P<column2>{_ANY_COLUMN}) \b (?!\s+(?:pays?|earns?
        |offers?)\b) (?= [^|?]* \b{_OFTEN}\b )
    | \b(?P<column3>skill|city|country|title|degree|state)[\s-]wise\b
    | \b(?:which|what) \s+ (?P<column4>skills?|qualifications|degrees?|languages|tools) \s+ (?:do|does|are|is|should
        |would) \b (?= [^|?]* \b(?:need|require|ask|want|have|expect)\w*\b )
    | (?P<where> \b where \s+ (?:are|is|do|can\s+i\s+find) \b [^|?]{{0,20}} \b(?:the\s+)?most\b )
    """,
    _FLAGS,
)
_BEST_PAYING = re.compile(
    rf"""
    \b(?:which|what) \s+ (?P<column>{_ANY_COLUMN}) \s+ (?:pays?|earns?|offers?|makes?) \s+ (?:the\s+)?
      (?P<end>best|most|highest|least|lowest|worst)\b (?:\s+{_MONEY})?
    | \b(?:which|what) \s+ (?P<column3>{_ANY_COLUMN}) \s+ (?:has|have) \s+ (?:the\s+)? (?P<end3>best|highest|lowest
        |worst) \s+ (?:(?:average|mean|median)\s+)? {_MONEY}
    | \b(?P<end2>best|highest|top|lowest|worst)[\s-](?:paying|paid) \s+ (?P<column2>{_ANY_COLUMN})\b
    """,
    _FLAGS,
)
_FIGURES: dict[Aggregate, str] = {
    "avg": "average|avg|mean|typical|usual|normal|going|expected",
    "median": "median|middle",
    "min": "lowest|minimum|smallest|least|worst",
    "max": "highest|maximum|top|biggest|largest|most|best",
}
_ANY_FIGURE = " | ".join(f"(?P<{agg}>{names})" for agg, names in _FIGURES.items())
_STATISTIC = re.compile(
    rf"\b(?: {_ANY_FIGURE} ) (?:\s+[\w-]+){{0,3}}? \s+ (?: {_MONEY} | rate (?=\s+for) | (?P<years>{_YEARS}) )\b", _FLAGS
)
_ASKS_A_FIGURE = re.compile(
    r"\b(?:what|what's|whats|tell|give|calculate|compute|show|know|find\s+out)\b [^,;.|]* $", _FLAGS
)
_OF_SOMEONE = re.compile(
    r"\s*(?:(?:that\s+)?(?:offered|paid|given|advertised|possible)\b|(?:for|of|to|among|in|at|an?|any|anyone|anybody|you|someone|somebody|people)\b)(?!\s+(?:first|order)\b)",
    _FLAGS,
)
_EXTREME = re.compile(
    r"""
    \b (?:the\s+)? (?P<end>most|least) \s+ (?:that\s+)? (?:an?|any|you|someone|somebody|people|they|one|the|i) \b
        [^|?.,]{0,40}?
      \b (?:gets?|earns?|makes?|is\s+paid|are\s+paid|be\s+paid|pays?|earn|make|get|offers?)\b (?:\s+(?:offered|paid))?
    """,
    _FLAGS,
)
_ON_AVERAGE = re.compile(
    rf"""
    \bon\s+average\b (?= .* \b (?: {_MONEY} | (?:earn|make|pay|get)s? ) \b )
    | \b (?: {_MONEY} | (?:earn|make|pay|get)s? ) \b (?= .* \bon\s+average\b )
    """,
    _FLAGS,
)
_COMPARES = re.compile(
    r"""
    \b(?: compar(?:e|ed|ing|ison) | versus | vs\.? | difference\s+between
        | (?:more|less) \s+ (?:common|frequent|usual|jobs|openings|vacancies) \b [^|?]* \bthan
        | (?:pays?|earns?|paid) \s+ (?:more|better|less|worse) \b [^|?]* \bthan )\b
    """,
    _FLAGS,
)
_EXPERIENCE_ASKED = re.compile(
    r"\bhow\s+(?:much|many\s+years(?:'|\s+of)?)\s+(?:work\s+|relevant\s+)?experience\b|\bhow\s+many\s+years\b(?=[^|?]*\b(?:ask|need|requir|want|expect))",
    _FLAGS,
)
_HOW_MUCH = re.compile(
    rf"""
    \bhow\s+much\b (?!\s+(?:experience|time)\b)
    | \bwhat\s+(?:do|does|can|could|would|will)\b (?= [^?]{{0,80}} \b(?:earn|make|get\s+paid|pay)\b )
    | \bwhat(?:'s|\s+is|\s+are) \s+ the \s+ {_MONEY} \s+ (?:like\s+)? (?:of|for|in)\b
    | \bwhat \s+ (?:kind\s+of\s+)? {_MONEY} \s+ (?:can|could|do|does|should|would)\b
    | ^\W* {_MONEY} \s+ (?:of|for) \s+ (?:an?\s+)? (?=\w)
    """,
    _FLAGS,
)
_BY_PAY = rf"\bby\s+(?:the\s+)?{_MONEY}(?!\s+(?:range|bucket|band))"
_UP = (
    r"(?:asc\w*|going\s+up|upwards?|(?:from\s+)?low(?:est)?\s+to\s+high(?:est)?|increasing|rising|lowest\s+first"
    r"|small(?:est)?\s+first)"
)
_DOWN = (
    r"(?:desc\w*|going\s+down|downwards?|(?:from\s+)?high(?:est)?\s+to\s+low(?:est)?|decreasing|falling|highest\s+first"
    r"|best\s+first)"
)
_FROM_TO = {
    "salary_desc": r"(?:best|highest|most|high)\b [^.,;|?!]{0,20} \bto \s+ (?:the\s+)? (?:lowest|worst|least|low)\b",
    "salary_asc": r"(?:worst|lowest|least|low)\b [^.,;|?!]{0,20} \bto \s+ (?:the\s+)? (?:highest|best|most|high)\b",
}
"""Orders that name both ends."""
_ORDER_VERB = re.compile(r"\b(?:sort|order|rank|arrange)(?:ed|ing)?\b", re.IGNORECASE)
_SORT = {
    "salary_asc": rf"""
        bottom (?=\s+[\d|]) | {_BY_PAY} [^.;|?!]{{0,20}} \b(?:lowest|smallest|worst|least)\s+(?:at\s+the\s+top
            |on\s+top|first) | (?:from\s+)?low\s+to\s+high | {_MONEY}\s+going\s+{_UP} |
        (?:lowest|worst|least|low|poorly|badly|less\s+well|lower)[\s-](?:paid|paying)(?:\s+\w+)?(?:\s+first)\b
        | (?:lowest|worst|least|low|poorly|badly|less\s+well|lower)[\s-](?:paid|paying)
            (?:\s+to\s+(?:the\s+)?(?:best|highest)(?:[\s-](?:paid|paying))?)?
        | (?:in\s+)?(?:asc|ascending|rising|increasing)\s+(?:order\s+)?(?:by|of)\s+(?:the\s+)?{_MONEY}
        | by\s+(?:ascending|rising|increasing)\s+{_MONEY}
        | cheap(?:est|er) (?:\s+ones?)? (?:\s+first)? | lowest\s+first | {_BY_PAY}\s*,?\s*{_UP} |
            {_MONEY}\s*,?\s*{_UP} | lowest\s+{_MONEY}\s+first
        | (?:pays?|paying|paid|earn) \s+ (?:the\s+)? (?:least|worst|lowest)
        | (?:lowest|worst|smallest|low|lower) \s+ (?:[\d|]+\s+)? {_MONEY} (?:\s+first)?
    """,
    "salary_desc": rf"""
        top (?=\s+[\d|]+\s+(?:paid|paying)) | by\s+(?:what|how\s+much)\s+they\s+(?:pay|earn) |
        (?:best|highest|top|well|better|high|higher|most)[\s-](?:paid|paying)(?:\s+\w+\s+first)? |
            (?:the\s+)?most\s+(?:money|cash|generous) | (?:most\s+)?lucrative | highest\s+first |
            {_MONEY}\s*,?\s*{_DOWN}
        | (?:pays?|paying|paid|earn|earning) \s+ (?:the\s+)? (?:best|most|highest|well|better)
        | (?:in\s+)?(?:desc|descending|falling|decreasing)\s+(?:order\s+)?(?:by|of)\s+(?:the\s+)?{_MONEY}
        | by\s+(?:descending|falling|decreasing)\s+{_MONEY} | in\s+order\s+of\s+(?:the\s+)?{_MONEY}
        | pays? (?= \s+ [^.,;?!]{{1,40}} \s (?:the\s+most|best)\b )
        | (?:highest|best|top|biggest|good|high|higher) \s+ (?:[\d|]+\s+)? {_MONEY} (?:\s+first)?
        | {_BY_PAY} (?:\s*,?\s*{_DOWN})? | richest
    """,
}
_THINGS = (
    r"(?:jobs?|roles?|positions?|openings?|postings?|vacanc(?:y|ies)|listings?|offers?|results?|hits?|rows?|matches"
    r"|examples?|suggestions?|options?|entries|of\s+them|ads?)"
)
_NUMBER = r"\d{1,3}(?![\d.,]*\d)(?!\s*(?:k\b|%|\+|years?|hours?|days?|weeks?|months?|-))"
_LIMIT = re.compile(
    rf"""
    \b(?:top|bottom|first|best|highest|lowest|worst|only|just|any|exactly|another|next|no\s+more\s+than|not\s+more\s+than|at\s+most|up\s+to
        |max(?:imum)?) \s+ (?P<after>{_NUMBER})\b
    | \blimit(?:ed)? \s* [:=]? \s* (?:\w+\s+)?? (?:to\s+)? (?P<limit>{_NUMBER})\b
    | \b(?:give|show|list|find|bring|send|get) \s+ (?:me\s+|us\s+)? (?:the\s+|up\s+to\s+|at\s+most\s+|some\s+)?
        (?P<give>{_NUMBER})\b
    | \b(?P<of>{_NUMBER}) \s+ {_THINGS}\b
    | \b(?P<enough>{_NUMBER}) \s+ (?:will\s+do|is\s+enough|are\s+enough|would\s+do|suffices?|is\s+plenty|please
        |max(?:imum)?|tops|at\s+most) \b
    | ^\W*(?P<instead>{_NUMBER}) \s+ instead\b | \b(?P<single>single(?=\s+(?:best|highest|most|top|lowest|worst
        |(?:[a-z-]+\s+){{0,3}}(?:job|role|vacancy|posting)\b)))\b
    | \b(?P<one>1) \s+ (?:[a-z-]+\s+){{0,3}}? (?:job|role|position|opening|posting|vacancy)\b
    | \b(?P<before>{_NUMBER}) \s+ (?:[a-z-]+\s+){{0,3}}?
      (?:jobs|roles|positions|openings|postings|vacancies|listings|best|highest|cheapest|top|most|lowest|worst)\b
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
    number = 1 if word == "single" else int(word)
    start = match.start(match.lastindex or 0)
    return [Finding("limit", number, start, start + len(word))] if number else []


def find_aggregate(text: str) -> list[Finding]:
    """`agg`, `field` and `group_by`, and the direction of a ranking of groups in `sort`."""
    for find in (
        _figure_alone,
        _group_alone,
        _compared,
        _best_paying,
        _top,
        _experience_asked,
        _count,
        _statistic,
        _extreme,
        _how_much,
    ):
        if findings := find(text):
            return findings
    return []


def find_sort(text: str) -> list[Finding]:
    """`sort`, by what it says and by the verb, which is no part of a title behind it ("order nurses by pay")."""
    found = [
        Finding("sort", order, *match.span())
        for orders in (_FROM_TO, _SORT)
        for order, wording in orders.items()
        for match in re.finditer(rf"\b(?:{wording})\b", text, _FLAGS)
    ][:1]
    verbs = _ORDER_VERB.finditer(text) if found else ()
    return found + [
        Finding("sort", found[0].value, *verb.span())
        for verb in verbs
        if not found[0].start <= verb.start() < found[0].end
    ]


def _column(text: str) -> Category:
    return next(column for wording, column in _COLUMNS.items() if re.fullmatch(wording, text, re.IGNORECASE))


def _best_paying(text: str) -> list[Finding]:
    match = _BEST_PAYING.search(text)
    # "the best paying roles" asks for jobs; roles are ranked only where a question says "which roles pay best".
    if match is None or (match["column2"] and _column(match["column2"]) == "standard_title"):
        return []
    lowest = (match["end"] or match["end2"] or match["end3"]).lower() in ("least", "lowest", "worst")
    values = {
        "agg": "avg",
        "field": "midpoint_usd",
        "group_by": _column(match["column"] or match["column2"] or match["column3"]),
        "sort": "salary_asc" if lowest else "salary_desc",
    }
    return [Finding(slot, value, *match.span()) for slot, value in values.items()]


def _top(text: str) -> list[Finding]:
    match = _TOP.search(text)
    if match is None:
        return []
    if match["where"]:
        column: Category = "city"
    else:
        column = _column(match["column"] or match["column2"] or match["column3"] or match["column4"])
    # "top roles in Berlin" asks for jobs, "most common roles" for a count of titles.
    if column == "standard_title" and re.match(r"(?:\d+\s+)?top", match[0].lower()):
        return []
    findings = [Finding("agg", "top", *match.span()), Finding("field", column, *match.span())]
    wanted = int(match["wanted"] or match["first"] or match["wanted2"] or 0)
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
    return starts and _OF_SOMEONE.match(after) is not None


def _extreme(text: str) -> list[Finding]:
    """`agg` for the end of a scale in other words: "the least a lifeguard gets offered"."""
    match = _EXTREME.search(text)
    if match is None or _HOW_MUCH.match(text):
        return []
    agg: Aggregate = "max" if match["end"].lower() == "most" else "min"
    return _figure(agg, _END_OF_EXTREME.search(text, match.start()) or match, _MEASURES[agg])


_END_OF_EXTREME = re.compile(r"\b(?:most|least)\b", re.IGNORECASE)


def _figure(agg: Aggregate, match: re.Match[str], field: Measure = "midpoint_usd") -> list[Finding]:
    return [Finding("agg", agg, *match.span()), Finding("field", field, *match.span())]


def _figure_alone(text: str) -> list[Finding]:
    """`agg` for a figure alone, which a question before gives its meaning: "and the median?"."""
    match = _ALONE.fullmatch(text)
    agg = match and next(name for name in _FIGURES if match[name])
    return _figure(agg, match, _MEASURES[agg]) if match and agg else []


_ALONE = re.compile(rf"\W*(?:(?:and|or|now|what\s+about|how\s+about|the|is|what's)\s+)*(?:{_ANY_FIGURE})\W*", _FLAGS)


def _group_alone(text: str) -> list[Finding]:
    """`group_by` for a group alone, of what the question before asks: "by city", "and split them by level"."""
    return _group(text) if _GROUP_ALONE.fullmatch(text) else []


_GROUP_ALONE = re.compile(
    rf"""
    \W* (?:(?:and|now|ok|okay|please|then|show|give|me|can\s+you|group|split|break|sort|it|them|that|those|these|the
        |numbers|results|down|up|grouped|broken)\s+)* (?:by|per|for\s+each) \s+ (?:the\s+)? (?:{_ANY_COLUMN})
        (?:\s+(?:please|instead|too|then))* \W*
    """,
    _FLAGS,
)


def _compared(text: str) -> list[Finding]:
    """Values of one kind beside each other: "compare remote and onsite pay", "is remote more common than hybrid"."""
    match = _COMPARES.search(text)
    column = _column_compared(text) if match else None
    if match is None or column is None:
        return []
    group = Finding("group_by", column, *match.span())
    if re.search(rf"\b(?:{_MONEY}|pays|earns?|paid|paying|makes?|on\s+average)\b", text, _FLAGS):
        figure: Aggregate = "median" if re.search(r"\bmedian\b", text, re.IGNORECASE) else "avg"
        return [*_figure(figure, match), group]
    return [Finding("agg", "count", *match.span()), group]


def _column_compared(text: str) -> Category | None:
    """The column of which a question names two values or more."""
    kinds: dict[Category, Recognizer] = {
        "work_mode": find_work_mode,
        "seniority": find_seniority,
        "employment_type": find_employment_type,
        "city": lambda question: [*find_places(question), *find_named_places(question)],
    }
    return next((column for column, find in kinds.items() if len({found.value for found in find(text)}) > 1), None)


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
    match = _GROUP.search(text) or _OF_EACH.search(text)
    return [] if match is None else [Finding("group_by", _column(match["column"]), *match.span())]
