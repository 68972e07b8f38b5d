"""By what a figure is wanted: "per country", "for each level", "the share of remote work".

Belongs here: groups of jobs. What is computed of each is in `figures.py`.
"""

import re

from jobsearch_dagster.search.filter import Category
from jobsearch_dagster.search.recognizers.columns import ANY_COLUMN, FLAGS, column_called
from jobsearch_dagster.search.recognizers.levels import find_seniority, find_work_mode
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding, Recognizer

GROUP = re.compile(
    rf"""
    \b (?: by | per | grouped\s+by | (?:broken|break|split)\s+(?:down|up)?\s*by | (?:for|in|of|at|does|do)\s+(?:each
        |every) | each | across | over | with (?=\s+(?:seniority|education|levels?)\b) )
      \s+ (?:the\s+|each\s+|all\s+|different\s+)? (?P<column>{ANY_COLUMN})\b
    """,
    FLAGS,
)
_ONE_BY_ONE = re.compile(rf"\b(?P<column>{ANY_COLUMN}) \s+ by \s+ (?P=column)\b", FLAGS)
_OF_EACH = re.compile(
    rf"\b(?P<column>{ANY_COLUMN})\b (?= .* \b(?:of|for|in|per)\s+each\b (?!\s+(?:{ANY_COLUMN})) )",
    FLAGS,
)
_BREAKDOWN = re.compile(rf"\b(?P<column>{ANY_COLUMN})\s+(?:breakdown|distribution|split)\b", FLAGS)
_SHARE = re.compile(
    r"\b(?:what|which|how\s+many|how\s+(?:large|big|high)\s+is)\s+(?:is\s+)?(?:the\s+)?(?:percentage|per\s?cent|proportion|share|fraction|ratio|%)"
    r"|\b(?P<each>how\s+many)\b(?=[^?]*\bhow\s+many\b)|^\W*(?:is|are)\s+(?:most|many)\b(?=[^?]{0,80}\bor\b)",
    re.IGNORECASE,
)


def group(text: str) -> list[Finding]:
    """`group_by`."""
    match = GROUP.search(text) or _ONE_BY_ONE.search(text) or _OF_EACH.search(text)
    return [] if match is None else [Finding("group_by", column_called(match["column"]), *match.span())]


def group_alone(text: str) -> list[Finding]:
    """`group_by` for a group alone, of what the question before asks: "by city", "and split them by level"."""
    return group(text) if _GROUP_ALONE.fullmatch(text) else []


_GROUP_ALONE = re.compile(
    rf"""
    \W* (?:(?:and|now|ok|okay|please|then|show|give|me|can\s+you|group|split|break|sort|it|them|that|those|these|the
        |numbers|results|down|up|grouped|broken)\s+)* (?:by|per|for\s+each) \s+ (?:the\s+)? (?:{ANY_COLUMN})
        (?:\s+(?:please|instead|too|then))* \W*
    """,
    FLAGS,
)


def counted_by(text: str) -> list[Finding]:
    """`group_by` where nothing but a group is asked: "welder jobs per country", "vacancies, region by region"."""
    return group(text) if _PER.search(text) or _ONE_BY_ONE.search(text) else []


_PER = re.compile(rf"\b(?:per|for\s+(?:each|every))\s+(?:the\s+)?(?:{ANY_COLUMN})\b", FLAGS)


def share(text: str) -> list[Finding]:
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
    if match["each"] and len(values) == 1:  # "how many pay over 100k and how many are remote"
        return []
    figures = [Finding("agg", "count", *match.span()), Finding("group_by", column, *match.span())]
    return [*figures, *(Finding(NO_PREFERENCE, None, value.start, value.end) for value in values)]
