"""Where in a question something stands: findings, what they leave behind, and whether they are negated.

Belongs here: what every recognizer needs. What the words mean is in the other modules of this folder.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.filter import Constraints

USED = "|"
"""Stands for each character that a finding has used up, so that offsets stay and no pattern matches across it."""
NO_PREFERENCE = "no_preference"
"""Slot of words that ask for nothing: "remote or on site, all the same to me"."""


@dataclass(frozen=True)
class Finding:
    """One thing that a question asks for.

    Attributes:
        slot: Field of `JobFilter`; `no_preference` for words that ask for nothing.
        value: A value of that field; of a list field, one item.
        start: First character in the question.
        end: One past the last.
        negated: The question excludes it; only `collect` says so.
        is_final: A negation in its own words is part of its meaning: "no degree needed".
    """

    slot: str
    value: Any
    start: int
    end: int
    negated: bool = False
    is_final: bool = False


Recognizer = Callable[[str], list[Finding]]
"""Reads a tidy question in which used characters are `USED`."""

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "İ": "I", USED: "/"})

_REACH = 80
"""Characters before a finding that a negation and the words after it may take."""
_CONTINUES = re.compile(
    r"""
    \s*(?:(?:,(?!\s*(?:(?:or|and|just|only)\s+)?(?:jobs?|roles?)\b)|/|\b(?:or|and|nor|ones?|jobs?|roles?)\b)\s*)*
    (?:in|a|an|the|at|with)?\s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What stands between the parts of a list; ", jobs in" and ", or jobs in" begin a sentence of their own."""


def tidy(question: str) -> str:
    """The question with compatibility characters, quotes, dashes and blanks in one form."""
    sound = question.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(unicodedata.normalize("NFKC", sound).translate(_TYPOGRAPHY).split())


def collect(question: str, recognizers: Iterable[Recognizer]) -> tuple[list[Finding], str]:
    """Run the recognizers in turn on a tidy question.

    Returns:
        The findings with their polarity, in the order of the question, and the question with what they used blanked.
    """
    findings: list[Finding] = []
    rest = question
    for recognize in recognizers:
        found = sorted(recognize(rest), key=lambda finding: finding.start)
        findings += _with_polarity(found, rest)
        for finding in found:
            rest = blank(rest, finding.start, finding.end)
    return _with_lists(sorted(findings, key=lambda finding: finding.start), question), rest


def _with_lists(findings: list[Finding], text: str) -> list[Finding]:
    """An exclusion goes on behind "and" or "or" in other slots too: "no cold calling and door to door"."""
    marked: list[Finding] = []
    for finding in findings:
        can_be_excluded = _may_be_excluded(finding)
        before = marked[-1] if marked else None
        if can_be_excluded and before and before.negated and _AND.fullmatch(text, before.end, finding.start):
            finding = replace(finding, negated=True)
        marked.append(finding)
    return marked


_AND = re.compile(r"\s+(?:and|or|nor)\s+(?:in|an?|the|at|with)?\s*", re.IGNORECASE)


def is_part(one: Finding, other: Finding) -> bool:
    """Whether the words of a finding belong to a longer one: to `contract law`, or to "above junior, below senior"."""
    return other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start


def blank(text: str, start: int, end: int) -> str:
    """The text with one span used up."""
    return text[:start] + USED * (end - start) + text[end:]


def _with_polarity(found: list[Finding], text: str) -> list[Finding]:
    """Mark what follows a negation, and what goes on in the same list ("not in London or Paris")."""
    marked: list[Finding] = []
    for finding in found:
        if finding.slot in _CAN_BE_OPTIONAL and _OPTIONAL.match(text, finding.end):
            finding = replace(finding, slot=NO_PREFERENCE, value=None)
        can_be_excluded = _may_be_excluded(finding)
        negated = can_be_excluded and _is_negated(finding, text)
        if can_be_excluded and not negated and marked and marked[-1].negated:
            gap = text[marked[-1].end : finding.start]
            goes_on = finding.start > marked[-1].end and _CONTINUES.fullmatch(gap) is not None
            negated = goes_on and not _ends_the_clause(gap, text, marked[-1], finding)
        marked.append(replace(finding, negated=negated))
    return _with_those_before(marked, text)


_CAN_BE_OPTIONAL = ("work_mode", "employment_type", "keywords", "education")
_OPTIONAL = re.compile(
    r"\s+(?:is|are)(?:n't|\s+not)\s+(?:\w+\s+)?(?:needed|required|necessary|a\s+must|essential)\b"
    r"|\s+(?:is|are)\s+(?:nothing\s+special|over\b(?!\s+(?:for|to)\s+me))",
    re.IGNORECASE,
)
"""What leaves a condition open: "remote is not a must"; a skill that is not needed is one that somebody lacks."""


def _with_those_before(marked: list[Finding], text: str) -> list[Finding]:
    """What excludes from behind excludes both of "leave freelance and temp jobs out"."""
    for number in range(len(marked) - 1, 0, -1):
        before, finding = marked[number - 1 : number + 1]
        is_from_behind = finding.negated and not is_excluded(text, finding.start)
        if is_from_behind and _may_be_excluded(before) and _AND.fullmatch(text, before.end, finding.start):
            marked[number - 1] = replace(before, negated=True)
    return marked


def _may_be_excluded(finding: Finding) -> bool:
    return not finding.is_final and finding.slot in Constraints.model_fields


def _ends_the_clause(gap: str, text: str, excluded: Finding, finding: Finding) -> bool:
    """Whether a comma ends a clause: "not interested in sales, nursing in Dublin", but "no sales, nursing or IT"."""
    is_bare = "," in gap and not re.search(r"[a-z]", gap, re.IGNORECASE)
    has_clause = _CLAUSE.search(text, max(0, excluded.start - _REACH), excluded.start) is not None
    return is_bare and has_clause and _LIST_ENDS.match(text, finding.end) is None


_CLAUSE = re.compile(
    r"\b(?:not|(?:do|does|did|wo|would|ca)n't|cannot|never|hates?|dislikes?"
    r"|(?:sick|tired|fed\s+up)\s+(?:of|with)|done\s+with|refuse\s+to|allergic)\b[^.;!?]*$",
    re.IGNORECASE,
)
_LIST_ENDS = re.compile(r"[^.;!?]{0,30}\b(?:and|or|nor)\b", re.IGNORECASE)


@cache
def _negations() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What excludes the next words, up to the end of the searched text, and in two ways those before it."""
    listed = read_yaml(resources.files("jobsearch_dagster.search.recognizers") / "negation.yaml")
    before, between, after, back = ("|".join(listed[part]) for part in ("before", "between", "after", "pointing_back"))
    return (
        re.compile(rf"\b(?:{before})(?:[\s,-]+(?:{between}))*[\s:,-]*$", re.IGNORECASE),
        re.compile(rf"(?:{after})", re.IGNORECASE),
        re.compile(rf"(?:{back})", re.IGNORECASE),
    )


def is_excluded(text: str, start: int) -> bool:
    """Whether what starts there stands behind a negation."""
    return _negations()[0].search(text, max(0, start - _REACH), start) is not None


def excludes_before(text: str, end: int) -> bool:
    """Whether what stands there excludes the words before it: "hospitals are out"."""
    return _negations()[1].match(text, end) is not None


def is_pointed_at(text: str, end: int) -> bool:
    """Whether the end of the clause behind excludes what ends there: "Java I have seen enough of, so not that"."""
    return _negations()[2].match(text, end) is not None


def _is_negated(finding: Finding, text: str) -> bool:
    """By what stands before it ("no Java") or after it ("Java: no")."""
    if is_excluded(text, finding.start) or excludes_before(text, finding.end):
        return True
    return finding.slot not in ("titles", "locations") and is_pointed_at(text, finding.end)
