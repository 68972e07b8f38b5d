"""Closed vocabularies in a question: work mode, seniority, education, employment type.

Belongs here: the wordings of each value. What postings say is read in `preparation`.
"""

import re

from jobsearch_dagster.search.recognizers.skills import find_skill_mentions
from jobsearch_dagster.search.recognizers.spans import Finding

_WORK_MODE = {
    "remote": r"(?:fully\s+|100%\s+)?remote(?:ly)?(?:\s+work)?|work(?:ing)?[\s-]from[\s-](?:home|anywhere)|from\s+home"
    r"|wfh|home[\s-](?:office|based)|tele(?:commut\w+|work\w*)|distributed",
    "hybrid": r"hybrid|partly\s+remote|partially\s+remote",
    "onsite": r"on[\s-]?site|in[\s-](?:the[\s-])?office|office[\s-]based|in[\s-]person|on[\s-]premises?",
}
_SENIORITY = {
    "intern": r"interns?|trainees?|apprentices?",
    "entry": r"entry[\s-]level|entry(?=\s+(?:jobs?|roles?|positions?)\b)|(?:new|fresh|recent)\s+(?:grad(?:uate)?s?)"
    r"|freshers?|beginners?",
    "junior": r"junior(?:[\s-]level)?|jr\.?",
    "mid": r"mid(?:[\s-]?(?:level|senior|career))?|intermediate(?:[\s-]level)?|medior",
    "senior": r"senior(?:[\s-]level)?|sr\.?",
    "lead": r"(?:(?:team|tech|technical)\s+)?leads?(?!\s+generation)|lead[\s-]level",
    # "staff nurse" is a nurse among others
    "staff": r"staff[\s-]level|staff(?=\s+(?:\w+\s+)?(?:engineer|developer|scientist|designer|role|job|position)s?\b)",
    "principal": r"principal(?:[\s-]level)?",
    "manager": r"manager(?:ial)?[\s-]level|managerial|management(?=\s+(?:level|job|role|position)s?\b)",
    "executive": r"executive[\s-]level|c-level|directors?|vice[\s-]presidents?|vps?|heads?\s+of",
}
_EMPLOYMENT_TYPE = {
    "full-time": r"full[\s-]?time|permanent",
    "part-time": r"part[\s-]?time",
    "contract": r"contract(?:or|ors|ing|s)?(?!\s+(?:type|drafting|negotiation))|fixed[\s-]term",
    "temporary": r"temp(?:orary)?|seasonal",
    "internship": r"internships?",
    "freelance": r"freelanc(?:e|er|ers|ing)",
}
_EDUCATION = {
    "high school": r"high[\s-]school(?:\s+(?:diploma|degree))?|secondary\s+school|ged",
    "bachelor": r"bachelor(?:'?s)?(?:\s+degree)?|b\.?sc\.?|undergraduate\s+degree|college\s+degree|b\.?tech",
    "master": r"master'?s(?:\s+degree)?|master\s+degree|m\.?sc\.?|mba|m\.?tech|graduate\s+degree",
    "phd": r"ph\.?\s?d\.?s?|doctora(?:te|l)(?:\s+degree)?",
}
DEGREES = ("bachelor", "master", "phd")
_NO_DEGREE = re.compile(
    r"""
    \b(?: without | no | (?:not|don'?t|doesn'?t)\s+(?:need|require|have) ) \s+ (?:needing\s+|requiring\s+)?
      (?:an?\s+|any\s+)? (?:(?:college|university|formal|academic)\s+)? (?:degrees?|diploma|education)\b
      (?: \s+ (?:required|needed|necessary) )?
    | \b(?:degree|education) \s+ (?:is\s+)? not \s+ (?:required|needed|necessary)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ANY_DEGREE = re.compile(r"\b(?:a\s+|any\s+)?(?:(?:college|university|academic)\s+)?degrees?\b", re.IGNORECASE)
_HOLDER = re.compile(
    r"\b(?:i\s+(?:only\s+)?(?:have|hold|got|finished)|i've|my|only\s+have|(?:someone|candidates?|people)\s+with)\b[^,.;|]*$",
    re.IGNORECASE,
)


def find_work_mode(text: str) -> list[Finding]:
    """`work_mode`."""
    return _find("work_mode", _WORK_MODE, text)


def find_seniority(text: str) -> list[Finding]:
    """`seniority`."""
    return _find("seniority", _SENIORITY, text)


def find_employment_type(text: str) -> list[Finding]:
    """`employment_type`."""
    return _find("employment_type", _EMPLOYMENT_TYPE, text)


def find_education(text: str) -> list[Finding]:
    """`education`: what the job asks for.

    Someone who holds a degree can take every job but those that ask for a higher one, stated or not; so "I have a
    bachelor's" and "without a degree" exclude the degrees above.
    """
    match = _NO_DEGREE.search(text)
    if match:
        return [Finding("education", degree, *match.span(), negated=True) for degree in DEGREES]
    found = _find("education", _EDUCATION, text)
    if not found:
        return [
            Finding("education", degree, *match.span()) for match in _ANY_DEGREE.finditer(text) for degree in DEGREES
        ]
    return [reading for finding in found for reading in _for_holder(finding, text)]


def _for_holder(finding: Finding, text: str) -> list[Finding]:
    levels = ("high school", *DEGREES)
    higher = levels[levels.index(finding.value) + 1 :]
    if not higher or not _HOLDER.search(text, 0, finding.start):
        return [finding]
    return [Finding("education", level, finding.start, finding.end, negated=True) for level in higher]


def _find(slot: str, wordings: dict[str, str], text: str) -> list[Finding]:
    found = [
        Finding(slot, value, *match.span())
        for value, wording in wordings.items()
        for match in re.finditer(rf"(?:(?<![\w-])|(?<=non-))(?:{wording})(?![\w+#])", text, re.IGNORECASE)
    ]
    skills = find_skill_mentions(text) if found else []
    return [level for level in found if not any(_is_part(level, skill) for skill in skills)]


def _is_part(level: Finding, skill: Finding) -> bool:
    """Whether a word belongs to the longer name of a skill: `distributed systems`, `contract law`."""
    return skill.start <= level.start and level.end <= skill.end and skill.end - skill.start > level.end - level.start
