"""The education that a posting calls sufficient.

Belongs here: degrees and certificates that a text asks for. Does not belong here: those that a person has.
"""

import re
from collections.abc import Iterator

from jobsearch_dagster.preparation.posting import Posting, Reading, Sentence, lay_out
from jobsearch_dagster.preparation.vocabulary import EDUCATIONS, Education


def _any_of(*wordings: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile("|".join(wordings), flags)


# From the highest down: what a higher one has matched ("Master's degree") is no lower one ("degree"). Two letters such
# as MA count only in capitals and before a subject: "MA in history", not "Boston, MA".
_SUBJECT = (
    r"(?= in\b| or\b| and\b|[/,] ?(?:[BM]\.?[A-Z]|or |PhD|[Bb]ach|[Mm]ast)|[ -][Dd]egree|[ -]level| program"
    r"| required)"
)
_DEGREES: tuple[tuple[Education, re.Pattern[str]], ...] = (
    (
        "phd",
        _any_of(
            r"\bph\.?\s?d\b\.?s?",
            r"\bdoctora(?:te|l)\b(?: degree)?",
            r"\bpharm\.? ?d\b",
            r"\bj\.?d\.? degree\b",
            flags=re.I,
        ),
    ),
    (
        "master",
        _any_of(
            r"\b[Mm][Aa][Ss][Tt][Ee][Rr](?:['’]?s?['’]?)?(?:[ -]level)? (?i:degree|diploma|of (?:science|arts"
            r"|business|engineering|social|public|laws))",
            r"\b[Mm][Aa][Ss][Tt][Ee][Rr](?:['’][Ss]|[Ss])\b(?! (?:the|your|our|of ceremon))",
            r"(?<=[Bb]achelor['’]s or )[Mm]aster\b",
            r"\b[Mm]\.?[Ss][Cc]\b\.?",
            r"\bM\.?B\.?A\b\.?",
            r"\bM\.?Tech\b",
            r"\bM\.?Eng\b",
            r"\bMPhil\b|\bLL\.?M\b|\bMCA\b|\bM\.E\.?(?= ?/)|\bMPH\b|\bMSW\b|\bMSN\b",
            rf"\b(?:MA|MS|M\.A\.|M\.S\.){_SUBJECT}",
            r"(?<=/)(?:MA|MS)\b",
            r"\b(?:[Pp]ost-?graduate|[Aa]dvanced|[Gg]raduate) degree",
        ),
    ),
    (
        "bachelor",
        _any_of(
            r"\b[Bb][Aa][Cc][Hh][Ee][Ll][Oo][Rr](?:['’]?[Ss]?['’]?)?\b(?:[ -]level)?(?: [Dd]egree)?",
            r"\bBACHELOR",
            r"\b[Aa]ny [Gg]raduate\b",
            r"\b[Bb]\.?[Ss][Cc](?:[Pp]harm|N)?\b\.?",
            r"\bB\.?Tech\b",
            r"\bB\.?Eng\b",
            r"\bBSN\b|\bBCom\b|\bB\.?Com\b|\bLL\.?B\b|\bBCA\b|\bBBA\b|\bB\.E\.?(?=[ /,])|\bBE/|\bB\.?Ed\b"
            r"|\bBSW\b|\bBFA\b",
            rf"\b(?:BA|BS|B\.A\.|B\.S\.|B\.S|B\.A){_SUBJECT}",
            r"(?<=/)(?:BA|BS)\b",
            r"\b[Uu]ndergraduate degree",
            r"\b(?:[Ff]ull[- ]time |[Aa]ny )(?:[Ff]ull[- ]time )?[Gg]raduat(?:ion|e)\b",
            r"\b(?:[Uu]niversity|[Cc]ollege|UAS) (?:graduate|education|qualification)\b",
            r"\b[Cc]ompleted (?:\w+ )?stud(?:ies|y)\b",
            r"\b[Tt]ertiary qualification",
            r"(?<![Hh]igh )(?<![Ss]ome )(?<!\d )(?<![Aa]ssociate )(?<![Aa]ssociate['’]s )(?<![Aa]ssociates )(?<!\bthe )"
            r"\b[Dd](?:egree|EGREE)s?\b(?! of\b|\.?[CF]\b| days?)",
        ),
    ),
    (
        "high school",
        _any_of(
            r"\b(?:high|secondary|technical|h\.?s\.?)[ -]?school (?:\(?or ged\)? )?(?:diploma|degree|education"
            r"|cert|completion"
            r"|leaving|graduat|level)",
            r"\bhs (?:diploma|degree|grad)",
            r"\bgraduation from high school",
            r"\bhigh[ -]school (?:or|/) ?(?:equivalent|ged)",
            r"\bhigh school\b(?=[.,;]?$| required)",
            r"\bschool[- ]leaving",
            r"\bleaving cert",
            r"\bgymnasium cert",
            r"\bbaccalaur[ée]at\b",
            r"\bbachillerato\b",
            r"\babitur\b|\bmatric(?:ulation)?\b",
            r"\bgcses?\b",
            r"\b(?:an?|two|three|\d) [ao][- ]levels?\b|\ba-levels?\b(?! of\b)|\ba levels\b",
            r"\bged\b",
            r"\bncea\b",
            r"\byear 12\b(?!,)",
            r"\b(?:12th|10th)[ -](?:standard|year|grade|pass)|\b10\+2\b|\bhsc\b",
            r"\bhigher secondary",
            r"\bmbo\b",
            r"\bvocational (?:certificate|training|qualification|degree|education)",
            r"\bcompleted (?:an |a )?(?:\w+ )?apprenticeship",
            r"\bapprenticeship (?:completed|as an?)\b",
            r"\bassociate['’]?s?['’]? degree",
            flags=re.IGNORECASE,
        ),
    ),
)
_HINTS = (
    *(
        "degree",
        "bachelor",
        "master",
        "school",
        "phd",
        "ph.d",
        "ph d",
        "pharm",
        "doctora",
        "apprenticeship",
        "certificate",
    ),
    *(
        "leaving",
        "baccal",
        "bachil",
        "abitur",
        "matric",
        "gcse",
        "level",
        "ncea",
        "year 12",
        "12th",
        "10th",
        "10+2",
        "hsc",
    ),
    *(
        "secondary",
        "vocational",
        "graduat",
        "studies",
        "qualification",
        "diploma",
        "education",
        "credential",
        "hs grad",
    ),
    *("completed study", " ged", "mbo", "j.d", "b.sc", "bsc", "msc", "m.sc"),
)
_ABBREVIATION = re.compile(r"\b(?:[BM]\.? ?(?:[A-Z]|Sc|Tech|Eng|Com|Ed|Phil)|LL\.?[BM]|GED\b)")
"""One of these stands wherever a pattern above or below may match: sentences without are not read."""
_OPTIONAL = _any_of(
    *(r"\bprefer(?:red|able|ably)\b", r"\bnice[- ]to[- ]have\b", r"\ba (?:big |strong )?plus\b", r"\badvantage"),
    *(r"\bdesirable\b", r"\bbonus\b", r"\bideally\b", r"\bwelcome\b", r"\ban asset\b", r"\bhelpful\b", r"\bdesired\b"),
    *(r"\bhighly regarded\b", r"\bbeneficial\b", r"\bwould be (?:great|good|nice|ideal)\b"),
    flags=re.IGNORECASE,
)
_ASKED_ANYWAY = re.compile(r"\b(?:required|minimum|at least|must|essential)\b", re.IGNORECASE)
_INSUFFICIENT = _any_of(
    r"(?:is not|isn['’]t|are not|aren['’]t|not) (?:\w+ )?(?:sufficient|enough|needed|required|necessary|asked"
    r"|essential)",
    r"\bneither (?:required|needed|expected)",
    r"\b(?:may|can|could|will) (?:also )?be substituted",
    r"\balone (?:is not|isn['’]t|does)",
    r"\bholders\b",
    flags=re.IGNORECASE,
)
_NOT_THE_JOBS = _any_of(
    r"\b(?:enrolled|enrolment|enrollment|pursuing|studying|working towards?|currently in|students? (?:of|in))\b",
    r"\btuition\b|\breimburse|\bsponsor\b|\bfund your\b",
    r"\bnot required:",
    flags=re.IGNORECASE,
)
_PAPER_HINT = _any_of(
    "degree", "diploma", "education", "qualification", "credential", "certificate", flags=re.IGNORECASE
)
_PAPER = (
    r"(?:degrees?|diplomas?|education|educational qualifications?|academic qualifications?"
    r"|qualifications?|credentials?)"
)
_CERTIFICATE = (
    r"(?:degrees?|diplomas?|(?:formal|academic|higher|university|college) education|(?:formal"
    r"|academic|educational) qualifications?)"
)
_NO_DEGREE = _any_of(
    rf"\bno (?:(?:formal|university|college|specific|academic|particular|experience|and|or|no|diploma) )*{_PAPER}\b"
    r"(?! (?:is )?preferred)",
    rf"\b{_PAPER} (?:or \w+ )?(?:is |are |isn['’]t |aren['’]t )?(?:not )?(?:strictly )?"
    r"(?<=n['’]t |not )(?:strictly )?(?:required|needed|necessary|mandatory|essential|asked|important|a must"
    r"|expected)",
    rf"\b(?:do(?:es)?|will|need)(?: not|n['’]t) (?:need to )?(?:ask|require|need|care|look|have|insist"
    rf"|hold)(?: \w+){{0,2}}?"
    rf" (?:(?:an? |any |experience or )*)(?:university |college |formal )*{_PAPER}",
    rf"\b{_PAPER}: ?(?:none|don['’]t care|not (?:needed|required)|no\b)",
    r"\bschool[- ]leaving certificate we do not ask for",
    r"\bover (?:formal )?education\b",
    r"\bregardless of (?:your )?education",
    rf"\bwith or without (?:an? )?{_PAPER}",
    rf"(?:\b(?:no|not|never|nor|without|regardless of|irrespective of|whether|rather than|instead of"
    rf"|more than)\b|n['’]t\b)"
    rf"(?! (?:only|required|just)\b)[^.;,:()]{{0,45}}\b{_CERTIFICATE}\b(?! of (?!any|a ))",
    rf"(?<!of )\b{_CERTIFICATE}\b(?! of\b)(?:(?!prefer|desir|plus|asset|advantage|required"
    rf"|or equivalent)[^.;,:()]){{0,45}}"
    r"(?:\b(?:not|never|optional|irrelevant|unnecessary|neither|don['’]t matter)\b|n['’]t\b)(?! (?:only|just"
    r"|limited))",
    flags=re.IGNORECASE,
)


def find_education(text: str) -> Education | None:
    """The lowest education that a text calls sufficient; see `read_education`."""
    found = read_education(lay_out(text))
    return found.value if found else None


def find_degrees(text: str) -> tuple[Education, ...]:
    """Every degree that a text names, whether asked for, held or waived, in the order of the text."""
    return tuple(degree for _, _, degree in sorted(_mentions(text)))


def read_education(posting: Posting) -> Reading | None:
    """The lowest education that a posting calls sufficient.

    Returns:
        `none` where the text says that no degree is needed; None where it says nothing, or only what is preferred.
    """
    abbreviated = posting.sentences_at(match.start() for match in _ABBREVIATION.finditer(posting.text))
    sentences = sorted({*posting.sentences_with(_HINTS), *abbreviated}, key=lambda sentence: sentence.start)
    asked = [reading for sentence in sentences for reading in _asked(sentence)]
    if asked:
        return min(asked, key=lambda reading: EDUCATIONS.index(reading.value))
    return next((Reading("none", *place) for s in sentences if (place := _waived(s))), None)


def _waived(sentence: Sentence) -> tuple[int, int] | None:
    """Where a sentence says that no degree is needed."""
    none = _NO_DEGREE.search(sentence.text) if _PAPER_HINT.search(sentence.text) else None
    return (sentence.start + none.start(), sentence.start + none.end()) if none else None


def _asked(sentence: Sentence) -> Iterator[Reading]:
    text = sentence.text
    if sentence.section in ("waived", "preferred", "benefits", "process"):
        return
    if _NOT_THE_JOBS.search(text) or _waived(sentence):
        return
    mentions = sorted(_mentions(text))
    for number, (start, end, degree) in enumerate(mentions):
        following = mentions[number + 1][0] if number + 1 < len(mentions) else len(text)
        clause_start, clause_end = _clause(text, start)
        about = text[clause_start if number == 0 else start : min(following, clause_end)]
        is_optional = _OPTIONAL.search(about) and not _ASKED_ANYWAY.search(about)
        if not is_optional and not _INSUFFICIENT.search(about):
            yield Reading(degree, sentence.start + start, sentence.start + end)


def _mentions(text: str) -> Iterator[tuple[int, int, Education]]:
    rest = text
    for degree, pattern in _DEGREES:
        yield from ((*match.span(), degree) for match in pattern.finditer(rest))
        rest = pattern.sub(lambda found: "|" * len(found[0]), rest)


def _clause(text: str, position: int) -> tuple[int, int]:
    end = text.find(";", position)
    return text.rfind(";", 0, position) + 1, end if end >= 0 else len(text)
