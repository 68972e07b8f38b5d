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
        slot: Field of `JobFilter`; `no_preference` for words that ask for nothing.
        value: A value of that field; of a list field, one item.
        start: First character in the question.
        end: One past the last.
        negated: The question excludes it.
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

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", USED: "/"})

_NEGATION = re.compile(
    r"""
    (?: \b(?: not(?!\s+(?:only|just)) | no(?!\s*,) | non | without | w/o | except(?:ing|\s+for)? | excluding | exclude
        | excludes
        | outside | avoid(?:ing)? | never | neither | nor | nothing(?!\s+(?:else|but)) | none\s+of | done\s+with |
            rather\s+not | rather\s+than | instead\s+of | other\s+than
        | (?:anything|everything|anywhere|all|any\s+\w+)\s+but | apart\s+from | aside\s+from | but\s+(?:not|no) |
            minus | skip | save | strike\s+out | not\s+as | take\s+out | cross\s+out
        | hide | drop | remove | omit | ignore | bar | sans | hates? | dislikes? | refuse\s+to | allergic\s+to |
            opposed\s+to
        | nothing\s+(?:in|at|with|from|to\s+do\s+with) | (?:keep|stay|away|far)\s+(?:away\s+)?from | filter\s+out
        | leave\s+out | leaving\s+out | rule\s+out | cut\s+out | throw\s+out | get\s+rid\s+of | (?:sick|tired
            |fed\s+up)\s+(?:of|with)
        | can't\s+stand | cannot\s+stand | no\s+more | (?:do|does|is|are|should|must|ca|can|wo|would|did)n't ) )
    (?: [\s,-]+ (?: in(?:to)? | at | on | of | for | to | be | a | an | the | any | all | with | from | that | those |
        which | are | is
        | want | like | do | did | need(?:s|ing)? | requir(?:e|es|ing) | insist(?:s|ing)? | ask(?:s|ing)?(?:\s+for)? |
            know
        | us(?:e|es|ing) | work(?:ing)? | liv(?:e|ing) | based | located | jobs? | roles? | positions? | postings? |
            ones?
        | look(?:ing)? | interested | anything | something | involv(?:e|es|ing) | demand(?:s|ing)? | call(?:s|ing)? |
            hav(?:e|ing)
        | the\s+one | a\s+fan | please | really | show | see | include | including | companies | places | cities | me
            ) )*
    [\s:,-]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REACH = 80
"""Characters before a finding that a negation and the words after it may take."""
_NEGATED_AFTER = re.compile(
    r"""
    \s* (?: : \s* no\b | \s+no(?:\s+thank(?:s|\s+you))?\s*(?:[.,;!]|$) | \s(?:is
        |are)\s+(?:out(?:\s+of\s+the\s+question)?|a\s+no(?:[\s-]go)?|not\s+(?:an\s+option|for\s+me|ok|wanted))
    | \s(?:roles?\s+|jobs?\s+|ones?\s+)?(?:excluded|out|aside)\b(?!\s+of) | \s+not\s+(?:wanted|please|interested)
    | \s+(?:need|should)\s+not\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CONTINUES = re.compile(
    r"\s*(?:(?:,|/|\bor\b|\band\b|\bnor\b|\bones?\b|\bjobs?\b|\broles?\b)\s*)*(?:in|a|an|the|at|with)?\s*",
    re.IGNORECASE,
)


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
        negated = finding.negated or (not finding.is_final and _is_negated(finding, text))
        if not negated and not finding.is_final and marked and marked[-1].negated:
            gap = text[marked[-1].end : finding.start]
            negated = finding.start > marked[-1].end and _CONTINUES.fullmatch(gap) is not None
        marked.append(replace(finding, negated=negated))
    return marked


def is_excluded(text: str, start: int) -> bool:
    """Whether what starts there stands behind a negation."""
    return _NEGATION.search(text, max(0, start - _REACH), start) is not None


def _is_negated(finding: Finding, text: str) -> bool:
    """By what stands before it ("no Java") or after it ("Java: no")."""
    return is_excluded(text, finding.start) or _NEGATED_AFTER.match(text, finding.end) is not None
