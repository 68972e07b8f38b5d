"""Where in a question something stands: findings, what they leave behind, and whether they are negated.

Belongs here: what every recognizer needs. What the words mean is in the other modules of this folder.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

USED = "|"
"""Stands for each character that a finding has used up, so that offsets stay and no pattern matches across it."""


@dataclass(frozen=True)
class Finding:
    """One thing that a question asks for.

    Attributes:
        slot: Field of `JobFilter`.
        value: A value of that field; of a list field, one item.
        start: First character in the question.
        end: One past the last.
        negated: The question excludes it.
    """

    slot: str
    value: Any
    start: int
    end: int
    negated: bool = False


Recognizer = Callable[[str], list[Finding]]
"""Reads a tidy question in which used characters are `USED`."""

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", USED: "/"})

_NEGATION = re.compile(
    r"""
    (?: \b(?: not(?!\s+(?:only|just)) | no | non | without | except | excluding | exclude | excludes | outside | avoid
        | never | neither | nor | rather\s+than | instead\s+of | other\s+than | anything\s+but | apart\s+from
        | anywhere\s+but | (?:do|does|is|are|should|must|can|wo)n't ) )
    (?: [\s-]+ (?: in | at | on | of | for | to | be | a | an | the | any | with | from | that | are | is | want | like
        | need(?:s|ing)? | requir(?:e|es|ing) | ask(?:s|ing)?\ for | know | us(?:e|es|ing) | work(?:ing)? | liv(?:e|ing)
        | based | located | jobs? | roles? | positions? ) )*
    [\s-]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REACH = 80
"""Characters before a finding that a negation and the words after it may take."""
_CONTINUES = re.compile(r"\s*(?:,|/|\bor\b|\band\b|\bnor\b)*\s*(?:in|a|an|the|at|with)?\s*", re.IGNORECASE)


def tidy(question: str) -> str:
    """The question with compatibility characters, quotes, dashes and blanks in one form."""
    return " ".join(unicodedata.normalize("NFKC", question).translate(_TYPOGRAPHY).split())


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
    return sorted(findings, key=lambda finding: finding.start), rest


def blank(text: str, start: int, end: int) -> str:
    """The text with one span used up."""
    return text[:start] + USED * (end - start) + text[end:]


def _with_polarity(found: list[Finding], text: str) -> list[Finding]:
    """Mark what follows a negation, and what goes on in the same list ("not in London or Paris")."""
    marked: list[Finding] = []
    for finding in found:
        negated = finding.negated or _NEGATION.search(text, max(0, finding.start - _REACH), finding.start) is not None
        if not negated and marked and marked[-1].negated:
            negated = _CONTINUES.fullmatch(text, marked[-1].end, finding.start) is not None
        marked.append(replace(finding, negated=negated))
    return marked
