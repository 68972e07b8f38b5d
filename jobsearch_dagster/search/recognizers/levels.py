"""Closed vocabularies in a question: work mode, seniority, education, employment type.

Belongs here: what decides between values. The wordings of each value are in `levels.yaml`; what postings say is read in
`preparation`.
"""

import re
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.recognizers.skills import listed_skills
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding, is_part

_INDIFFERENT = re.compile(
    r"\b(?:all\s+the\s+same|(?:do(?:es)?n't|do\s+not|does\s+not)\s+(?:matter|mind|care)|either\s+(?:is|way)|whatever(?!\s+(?:says?|is|has|mentions?))|no\s+matter|any\s+is\s+fine|makes\s+no\s+difference)\b",
    re.IGNORECASE,
)
DEGREES = ("bachelor", "master", "phd")
_A_DEGREE = (
    r"(?:(?:college|university|uni|formal|academic|higher|school|any\s+kind\s+of)\s+)*"
    r"(?:degrees?|diplomas?|education|qualifications?|schooling|university|college|school)"
)
_NO_DEGREE = re.compile(
    rf"""
    \b(?: nothing\s+(?:that|which)\s+(?:needs|requires|asks\s+for|wants|demands) | without | no | lack(?:s|ing)?
      | (?:not|don'?t|doesn'?t|does\s+not|do\s+not|isn't|aren't|never|haven't|won't
        |wouldn't) \s+
        (?:need|require|requiring|have|having|ask\s+for|asking\s+for|demand|insist\s+on|want|got|finished|finish
            |went\s+to|gone\s+to|go\s+to|completed|care\s+about|expect|call\s+for|look\s+for)
      ) \s+ (?:needing\s+|requiring\s+|having\s+|going\s+to\s+)?
      (?:an?\s+|any\s+|my\s+|the\s+)? {_A_DEGREE}\b
      (?: \s+ (?:is\s+|are\s+)? (?:required|needed|necessary|asked(?:\s+for)?|wanted) )?
    | \bnever \s+ (?:finished|went\s+to|completed|attended|did|got|had|made\s+it\s+(?:to|through)) \s+
        (?:any\s+|an?\s+|my\s+)? (?:(?:high|secondary|primary)\s+)? {_A_DEGREE}\b
    | \b{_A_DEGREE} \b (?= [^.|]{{0,40}} [.,;?!|] [^.|]{{0,60}} \bwithout\s+(?:one|any|it)\b )
    | \b(?:no|without|zero) \s+ (?:\w+\s+)? (?:qualifications?|certificates?|papers|diplomas?) \b
        (?:\s+on\s+paper|\s+at\s+all|\s+whatsoever)?
    | \bdropped\s+(?:out\s+of\s+)?(?:school|college|university)\b
      | \b(?:school|college|university)\s+drop[\s-]?outs?\b |
        \bunqualified\b
    | \b{_A_DEGREE}\b (?= [^.;|]{{0,40}} [?.;,] \s* (?:\w+\s+){{0,2}} (?:ones?|those|jobs)
        \s+ (?:that|which|who)\s+ (?:do|are)(?:n't|\s+not)\b )
    | \b{_A_DEGREE} \s+ (?:is\s+|are\s+)? (?:unnecessary|optional|(?:not|n't|isn't|aren't) \s+ (?:required|needed
        |necessary|asked|wanted|a\s+must|important))\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_INDIFFERENT_DEGREE = re.compile(
    r"\b(?:degree|diploma)\s+or\s+(?:no|without|not)(?:\s+\w+)?\b|\bwith\s+or\s+without\s+(?:a\s+)?(?:degree|diploma)\b",
    re.IGNORECASE,
)
_ANY_DEGREE = re.compile(r"\b(?:a\s+|any\s+)?(?:(?:college|university|academic)\s+)?degrees?\b", re.IGNORECASE)


def find_work_mode(text: str) -> list[Finding]:
    """`work_mode`; none where somebody takes every one of them."""
    found = _find("work_mode", text)
    named = {finding.value for finding in found}
    if "hybrid" in named:  # "partly from home" is no "from home"
        wide = [finding for finding in found if finding.value == "hybrid"]
        found = [f for f in found if f in wide or not any(w.start <= f.start < w.end for w in wide)]
    if len(named) > 1 and _INDIFFERENT.search(text):
        return [Finding(NO_PREFERENCE, None, finding.start, finding.end) for finding in found]
    return found


def find_seniority(text: str) -> list[Finding]:
    """`seniority`."""
    return _find("seniority", text)


def find_employment_type(text: str) -> list[Finding]:
    """`employment_type`."""
    return _find("employment_type", text)


def find_education(text: str) -> list[Finding]:
    """`education`: the level that is named, whoever names it; `none` where no degree is needed."""
    indifferent = _INDIFFERENT_DEGREE.search(text)
    if indifferent:
        return [Finding(NO_PREFERENCE, None, *indifferent.span())]
    match = _NO_DEGREE.search(text)
    found = _find("education", text)
    if match:
        has = [level for level in found if not match.start() <= level.start < match.end()]
        own = [level for level in has if _HAS.search(text, 0, level.start)]
        return own or [Finding("education", "none", *match.span(), is_final=True)]
    if found:
        return [level for finding in found for level in _and_higher(finding, text)]
    return [Finding("education", degree, *match.span()) for match in _ANY_DEGREE.finditer(text) for degree in DEGREES]


_HAS = re.compile(r"\b(?:have|has|got|hold|with|only)\s+(?:(?:only|just|a|an|my|the)\s+)*$", re.IGNORECASE)


def _and_higher(finding: Finding, text: str) -> list[Finding]:
    """The level, and those above it where it is asked for at least."""
    if not _AT_LEAST.search(text, 0, finding.start):
        return [finding]
    levels = ("high school", *DEGREES)
    return [Finding("education", level, finding.start, finding.end) for level in levels[levels.index(finding.value) :]]


_AT_LEAST = re.compile(r"\b(?:at\s+least|minimum(?:\s+of)?|no\s+less\s+than)\s+(?:an?\s+)?$", re.IGNORECASE)


@cache
def _wordings() -> dict[str, dict[str, re.Pattern[str]]]:
    """Slot -> value -> what it is called; "non-remote" names the mode too, "remote-sensing" does not."""
    listed = read_yaml(resources.files("jobsearch_dagster.search.recognizers") / "levels.yaml")
    return {
        slot: {
            value: re.compile(
                rf"(?:(?<![\w-])|(?<=non-))(?:{'|'.join(wordings)})(?![\w+#]|-(?!time|level)\w)", re.IGNORECASE
            )
            for value, wordings in values.items()
        }
        for slot, values in listed.items()
    }


def _find(slot: str, text: str) -> list[Finding]:
    found = [
        Finding(slot, value, *match.span())
        for value, pattern in _wordings()[slot].items()
        for match in pattern.finditer(text)
    ]
    longer = [*found, *listed_skills(text)] if found else []
    return [level for level in found if not any(is_part(level, other) for other in longer)]
