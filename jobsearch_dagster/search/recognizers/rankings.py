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
    | \b(?:the\s+)? (?:(?P<wanted6>\d{{1,3}})\s+)? (?:[\w-]+\s+)?
        (?P<column6>cities|towns|regions|states|countries|skills|languages)
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
    | \b(?:which|what) \s+ (?P<column4>{ANY_COLUMN}) \s+ (?:pays?|rewards?) \s+ (?:[\w-]+\s+){{1,3}} (?:the\s+)?
        (?P<end4>best|most|worst|least)\b
    | \b(?:which|what) \s+ (?P<column5>{ANY_COLUMN}) \s+ (?:would|could|can|do|does|will|should) \b [^?|]{{0,40}}
      \b (?:make|earn|get|be\s+paid) \s+ (?:the\s+)? (?P<end5>best|most|more|worst|least)\b (?:\s+{MONEY})?
    | \b(?P<end2>best|highest|top|lowest|worst)[\s-](?:paying|paid) \s+ (?P<column2>{ANY_COLUMN})\b
    """,
    FLAGS,
)


def best_paying(text: str) -> list[Finding]:
    """`group_by` of the average pay, and the direction in `sort`: "which city pays nurses best"."""
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


def most_frequent(text: str) -> list[Finding]:
    """`agg` top with its `field`, and `limit`: "the 5 cities with the most openings"."""
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
