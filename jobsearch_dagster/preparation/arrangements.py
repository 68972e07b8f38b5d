"""Where and on what terms the work is done: work mode and employment type.

Belongs here: the wordings of descriptions and titles. Location cells say the work mode more plainly (`locations.py`).
"""

import re

from jobsearch_dagster.preparation.vocabulary import EmploymentType, WorkMode


def _any_of(*wordings: str) -> re.Pattern[str]:
    return re.compile("|".join(wordings), re.IGNORECASE | re.MULTILINE)


_NO_REMOTE_WORK = _any_of(
    r"\bremote(?:ly)?(?: work(?:ing)?)? (?:is |are )?not (?:possible|available|an option|offered)",
    r"\b(?:no|not|not a) remote\b",
    r"\brather than remotely",
    r"\bnot be (?:done|performed) remotely",
    r"\b(?:fully |100% )on[- ]?site",
    r"\bon[- ]?site only",
)
_HYBRID = _any_of(
    r"\bhybrid (?:work|model|position|role|job|opportunit|schedule|office|way|arrangement|basis|remote|set-?up|policy)",
    r"\b(?:position|role|job|work|mode|arrangement|type|location)\b\W+(?:is )?hybrid\b",
    r"#li-hybrid",
    r"^[^\w\n]*hybrid[^\w\n]*$",
    r"\(hybrid\)",
    r"\bdays? (?:a|per|each) week (?:in|at) (?:the|our) \w*\s?office",
    r"\bdays? in (?:the|our) (?:[\w-]+ )?office",
    r"\bwork from home (?:options?|days?|flexibility)",
)
_REMOTE = _any_of(
    r"\b(?:fully|100%|completely|entirely) remote",
    r"\bremote[- ](?:first|position|role|job|work|company|opportunit|friendly|based|only)",
    r"\bremote\b[^.\n]{0,40}\bwork environment",
    r"\bwork(?:s|ing)? (?:fully |100% )?remotely",
    r"\bwork(?:s|ing)? from (?:home|anywhere)\b",
    r"#li-remote",
    r"\b(?:location|mode|type|workplace)\b\W+(?:\w+ ?[,/-] ?)?remote\b",
    r"^[^\w\n]*remote[^\w\n]*$",
    r"\((?:[\w, ]*\W)?remote\b[^)]*\)",
    r"\bwfh\b",
    r"\btelecommut",
    r"\bhome[- ]based",
)
_ONSITE = _any_of(
    r"\bon[- ]?site (?:position|role|job|work\b|in\b|at\b)",
    r"\b(?:work(?:s|ed|ing)?|done) on[- ]?site",
    r"\b(?:work|mode)\W+on[- ]?site",
    r"\(on[- ]?site\)",
    r"\bin[- ](?:office|person) (?:position|role|job|work)",
    r"\boffice[- ]based",
    r"\bfrom (?:the|our) office",
    r"\bbased (?:at|in) our\b[^.\n]{0,30}\boffice",
)
_WORK_MODES: tuple[tuple[WorkMode, re.Pattern[str]], ...] = (
    ("onsite", _NO_REMOTE_WORK),
    ("hybrid", _HYBRID),
    ("remote", _REMOTE),
    ("onsite", _ONSITE),
)
"""The first that matches counts: a text that rules remote work out names it too, and so does a hybrid one."""

_TYPE = r"\b(?:employment|job|contract|position) type\W+"
_EMPLOYMENT_TYPES: tuple[tuple[EmploymentType, re.Pattern[str]], ...] = (
    (
        "internship",
        _any_of(
            rf"{_TYPE}internship",
            r"\binternship (?:of|position|program|role)",
            r"\bthis is an? (?:[\w-]+ )?internship",
            r"\(internship\)",
        ),
    ),
    (
        "freelance",
        _any_of(
            rf"{_TYPE}freelance",
            r"\bfreelancer? (?:basis|position|role|contract|assignment|opportunity)",
            r"\bas a freelancer",
            r"\(freelance\)",
        ),
    ),
    (
        "contract",
        _any_of(
            rf"{_TYPE}contract\b",
            r"\bcontract (?:position|role|job|basis|assignment|opportunity)",
            r"\b\w+[- ]months? (?:[\w-]+ )?contract\b",
            r"\bfixed[- ]term",
            r"\bcontract[- ]to[- ]hire",
            r"\bindependent contractor",
            r"\bcontractor position",
            r"\(contract(?:or)?\)",
        ),
    ),
    (
        "temporary",
        _any_of(
            rf"{_TYPE}temp",
            r"\btemporary (?:position|role|job|basis|contract|assignment|post)",
            r"\bseasonal (?:position|role|job|work)",
            r"\b(?:maternity|parental leave) cover",
            r"\btemp[- ]to[- ]perm",
            r"\(temp(?:orary)?\)",
        ),
    ),
)
_HOURS = re.compile(
    r"\b(?:(?P<full>full[- ]?time|permanent (?:position|role|job|contract|employment)|type\W+perm)|part[- ]?time)\b",
    re.IGNORECASE,
)


def find_work_mode(text: str) -> WorkMode | None:
    """Where the work is done, as a title or description says it; None where it does not."""
    return next((mode for mode, pattern in _WORK_MODES if pattern.search(text)), None)


def find_employment_type(text: str) -> EmploymentType | None:
    """The kind of employment that a posting states; None where it states none.

    A full-time contract is a contract; of full and part time the one that is named first counts.
    """
    kind = next((kind for kind, pattern in _EMPLOYMENT_TYPES if pattern.search(text)), None)
    if kind is None and (hours := _HOURS.search(text)):
        return "full-time" if hours["full"] else "part-time"
    return kind
