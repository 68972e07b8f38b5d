"""Where and on what terms the work is done: work mode and employment type.

Belongs here: the wordings of descriptions and titles. Location cells say the work mode more plainly (`locations.py`).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from jobsearch_dagster.preparation.posting import Posting, Reading, Sentence, lay_out
from jobsearch_dagster.preparation.vocabulary import EmploymentType, WorkMode


def _any_of(*wordings: str) -> re.Pattern[str]:
    return re.compile("|".join(wordings), re.IGNORECASE | re.MULTILINE)


_MODE_WORDS = (
    *(
        "remote",
        "hybrid",
        "site",
        "office",
        "home",
        "telecommut",
        "anywhere",
        "person",
        "store",
        "wfh",
        "studio",
        "télétravail",
        "présentiel",
        "premises",
        "based",
    ),
    *("in the ", "in our ", "at the ", "at our ", "on the ", "on our ", "from the ", "from our ", "days"),
)
"""A sentence without any of these says nothing of the work mode."""
_AWAY = (
    r"(?:remote(?:ly)?(?! (?:sites?|areas?|locations?|sensing|teams?|support))"
    r"|(?:work(?:ing)?[- ])?from home|home[- ]?(?:office|working)|home ?work|wfh|telecommut\w+)"
)
_NO_REMOTE_WORK = _any_of(
    rf"\b{_AWAY}\b(?: work(?:ing)?| option)?(?: or hybrid)?(?: (?:is|are|was|would be|can|will|does|do"
    rf"|days are))?(?: (?:\w+ )?(?:not|never|impossible|out of)\b|n['’]t\b)",
    rf"(?:\b(?:no|not|never|nor|neither|nothing|cannot|unable to|rather than|instead of|unsuitable|without)\b"
    rf"|n['’]t\b)"
    rf"(?! only)(?: (?!and\b|but\b)[\w'’/-]+){{0,4}}? {_AWAY}\b",
    r"\b(?:fully |100% |strictly )on[- ]?site",
    r"\bon[- ]?site only",
    r"\bkein(?:e|en)? (?:homeoffice|home-office|remote)|\bhome-?office (?:\w+ )?nicht"
    r"|\bpas de télétravail|\bprésentiel\b",
)
_NO_HYBRID = r"(?<!not )(?<!no )(?<!nor )(?<!never )"
_HYBRID = _any_of(
    rf"{_NO_HYBRID}\bhybrid(?:[- ](?:work|model|position|role|job|opportunit|schedule|office|way|arrangement"
    rf"|basis|remote|set-?up"
    r"|policy|pattern|within|in\b|with\b|from\b|after\b|or\b|and flex|team|at our|as\b|contract|environment"
    r"|possible|option)"
    r"\w*|(?=[.,:;)(/|\n–—-]|$| [-–—(|/]))(?!/? ?(?:electric|cloud|car))(?! (?:isn|is not))",
    r"\b(?:position|role|job|work|mode|arrangement|type|location|workplace)\b\W+(?:is )?hybrid\b(?! (?:car"
    r"|cloud|vehicle))",
    r"#li-hybrid",
    r"(?<!five )(?<!5 )\b(?:days?|times) (?:a|per|each|every) week (?:in|at|from) (?:the|our) [\w-]*\s?office",
    r"(?<!five )(?<!5 )\bdays? (?:in|at) (?:the|our) (?:[\w-]+ )?office",
    r"\b(?:up to )?(?:one|two|three|four|\d) days?(?: (?:a|per) week)? (?:of )?(?:at|from) home\b",
    r"\b(?:one|two|three|four|\d) days? (?:of )?(?:remote|home|mobile)(?: ?office| work)",
    r"\bpart(?:ly|ially)[- ]remote\b",
    r"\bhybrid:? \d days?\b|\bhybride[rsn]? (?:arbeit|modell)"
    r"|\b(?:\d|ein|zwei|drei|vier) tage? (?:pro woche |die woche |/ ?woche )?home-?office",
    r"\btélétravail (?:partiel|possible)|\b\d jours? (?:par semaine )?de télétravail|\btélétravail\W{1,3}\d jours?",
    r"\bremote\b[^.\n]{0,40} up to \d\d ?%",
    r"\b(?:work(?:ing)? from home|remote(?: work)?) (?:up to )?(?:one|two|three|four|[1-4]) days? (?:a|per|each) week",
    r"\bremote (?:mon|tues|wednes|thurs|fri)days?\b",
    r"\b(?:mon|tues|wednes|thurs)day (?:through|to|and) (?:tues|wednes|thurs)day in (?:the|our) (?:[\w-]+ )?office",
    r"\bwork from home (?:options?|days?|flexibility)",
)
_MAYBE_REMOTE = _any_of(
    r"(?<!no )(?<!not )(?<!truly )\bremote(?:ly)?(?=[.,;:)(/|\n]|$| [-–—(|/]| (?:within|in|from|across"
    r"|anywhere|or|but|only|first|ok"
    r"|possible|working|work|position|role|job|compan|opportunit|eligible|based|friendly|with|to|us|uk|usa|eu"
    r"|canada|europe"
    r"|worldwide|option|contract|team|set-?up|culture|environment|as|full|part|optional)\b| and async)"
    r"(?! in (?:nature|the field))",
)
_REMOTE = _any_of(
    r"\b(?:location|mode|type|workplace|position|role|job|work)\b(?: type| mode)?(?:\W{1,3}"
    r"| is )(?:\w+ ?[,/-] ?)?remote\b(?! (?:sites|areas))",
    r"^[^\w\n]*remote\b(?=[^\w\n]*$|[.,(:]| [-–—(|/]| (?:within|in|from|across|anywhere)\b)",
    r"\((?:[\w, ]*\W)?remote\b[^)]*\)",
    r"\bremote (?:position|role|job)\b",
    r"\b(?:fully|100%|completely|entirely) remote",
    r"\bremote[- ](?:first|only|friendly|based|opportunit|compan)",
    r"\bremote\b[^.\n]{0,40}\bwork environment",
    r"\bwork(?:s|ing)? (?:fully |100% )?remotely",
    r"\bwork(?:s|ing)?[ -](?:from|at)[ -](?:your )?(?:own )?(?:home|anywhere)\b",
    r"#li-remote",
    r"\bwhere: your home",
    r"\bwfh\b",
    r"\btelecommut",
    r"\bhome[- ]based",
    r"\bfrom anywhere in\b",
)
_SITE = (
    r"\bon[- ]?site\b(?! (?:gym|child|parking|canteen|cafeteria|restaurant|clinic|training|visit|interview"
    r"|support for|customer"
)
_ONSITE = _any_of(
    rf"{_SITE}|client|travel|installation|meeting|creche|crèche|day ?care|nursery|massage|doctor|medical"
    rf"|fitness|lunch|meals|free"
    r"|audit|assessment|inspection|amenit|showers|bar\b|chef|events?|coffee|facilit|laundry"
    r"|wellness))(?<!travel is onsite)",
    r"\bin[- ](?:office|person|store)\b(?! (?:interview|meeting|event|visit|training|and virtual|or))",
    r"\b(?:office|site|workshop|lab|store|shop|school|clinic|campus|studio|branch|depot|yard|kitchen|hospital"
    r"|field)[- ]based\b",
    r"\bon (?:the |our )?premises\b",
    r"\b(?:in|at) (?:the|our) (?:[\w-]+ ){0,2}(?:office|shop|studio|workshop|lab|laboratory|store|kitchen"
    r"|salon|clinic|surgery|bakery"
    r"|factory|plant|warehouse|school|bench|premises)\b,? (?:every|each|all|daily|five|5|full[- ]time|monday)\b",
    r"\b(?:job|role|work|position|shifts?|lessons|classes) (?:\w+ ){0,2}?(?:is|are|happens?"
    r"|takes? place) (?:all |entirely |fully |always |done |carried out |worked )*"
    r"(?:in|at|on) (?:the|our|site)\b",
    r"\b(?:work(?:ing)?|together) (?:from|in|at) (?:the|our) (?:[\w-]+ )?(?:office|studio|lab|shop|workshop|store)",
    r"\bfrom (?:the|our) office",
    r"\bbased (?:at|in|from|out of) our\b[^.\n]{0,30}\b(?:office|site|studio|factory|plant|store|shop|campus|clinic)",
    r"\bworked in[- ]store\b",
    r"\bin (?:the|our) studio\b",
    r"\b(?:five|5) days (?:a|per) week in (?:the|our) ",
)
_WORK_MODES: tuple[tuple[WorkMode, re.Pattern[str]], ...] = (
    ("hybrid", _HYBRID),
    ("onsite", _NO_REMOTE_WORK),
    ("remote", _REMOTE),
    ("onsite", _ONSITE),
    ("remote", _MAYBE_REMOTE),
)
"""The first that matches counts: a text that rules remote work out names it too, and so does a hybrid one."""

_TYPE_WORDS = (
    "time",
    "contract",
    "perm",
    "temp",
    "season",
    "intern",
    "freelanc",
    "cover",
    "fixed",
    "c2c",
    "corp",
    "ir35",
    "p/t",
    "f/t",
    "teilzeit",
    "vollzeit",
    "temps p",
)
_TYPE = r"\b(?:employment|job|contract|position|work|role)(?: type| status)?\W+"
_EMPLOYMENT_TYPES: tuple[tuple[EmploymentType, re.Pattern[str]], ...] = (
    (
        "internship",
        _any_of(
            rf"{_TYPE}internship",
            r"\binternship (?:of|position|program|role|pays)",
            r"\bthis is an? (?:[\w-]+ ){0,2}internship",
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
            r"\bfreelance,",
            r"\bpool of freelance",
            r"\b(?:hiring|seeking|looking for|seeks|wants?|need) (?:an? )?(?:[\w-]+ )?freelance",
        ),
    ),
    (
        "contract",
        _any_of(
            rf"{_TYPE}(?<!employment )contract\b(?!ual)",
            r"(?<!permanent )(?<!full[- ]time )(?<!part[- ]time )\bcontract (?:position|role|job|basis"
            r"|assignment|opportunity"
            r"|length|duration|term|period)",
            r"\b\w+[- ]months? (?:[\w-]+ )?(?:fixed[- ]term )?contract\b",
            r"\bcontract (?:for|of) (?:\w+ )?(?:\d+|six|nine|twelve|three)[- ]months?",
            r"\bfixed[- ]term",
            r"\bcontract[- ]to[- ]hire",
            r"\bindependent contractor",
            r"\bcontractor (?:position|needed|wanted|required|role)",
            r"\bc2c\b|\bcorp[- ]to[- ]corp\b|\b(?:inside|outside) ir35\b",
            r"\(contract(?:or)?\)",
        ),
    ),
    (
        "temporary",
        _any_of(
            rf"{_TYPE}temp",
            r"\btemporary,? (?:position|role|job|basis|contract|assignment|post\b|ongoing|full|part|staff|work\b)",
            r"\bseasonal (?:position|role|job|work|employment|basis)",
            r"\b(?:maternity|parental leave) cover",
            r"\btemp[- ]to[- ](?:perm|hire)",
            r"\(temp(?:orary)?\)",
        ),
    ),
)
_TITLE_TYPES: tuple[tuple[EmploymentType, re.Pattern[str]], ...] = (
    ("internship", _any_of(r"\bintern(?:ship)?\b(?! (?:coordinator|program|recruit))")),
    ("freelance", _any_of(r"\bfreelancer?\b")),
    ("contract", _any_of(r"[-–—|,(] ?(?:\d+[- ]months? )?contract(?:or)?\b|^contract\b(?! (?:manager|admin"
    r"|specialist|negot))", r"\bmonth contract\b")),
    ("temporary", _any_of(r"\btemp(?:orary)?\b", r"\bseasonal\b", r"\b(?:maternity|parental leave) cover")),
    ("part-time", _any_of(r"\bpart[- ]?time\b", r"\bp/t\b", r"\bteilzeit\b")),
    ("full-time", _any_of(r"\bfull[- ]?time\b", r"\bf/t\b", r"\bvollzeit\b")),
)  # fmt: skip
_HOURS = re.compile(
    r"\b(?:(?P<full>full[- ]?time\b(?! (?:graduat|student|stud|technician|staff of|course|education|degree))"
    r"|permanent (?:position|role|job|contract|employment)|type\W+perm|vollzeit|temps plein)"
    r"|part[- ]?time|teilzeit|temps partiel)\b",
    re.IGNORECASE,
)


def find_work_mode(text: str) -> WorkMode | None:
    """Where the work is done, as a title or description says it; None where it does not."""
    found = read_work_mode(lay_out(text))
    return found.value if found else None


def find_employment_type(text: str) -> EmploymentType | None:
    """The kind of employment that a text states; see `read_employment_type`."""
    found = read_employment_type(lay_out(text))
    return found.value if found else None


def read_work_mode(posting: Posting) -> Reading | None:
    """Where the work is done; what the title says goes before what the description says."""
    sentences = posting.sentences_with(_MODE_WORDS)
    title = [sentence for sentence in sentences if sentence.start < posting.title_end]
    return _first(_WORK_MODES, title) or _first(_WORK_MODES, sentences)


def _first(wordings: Iterable[tuple[Any, re.Pattern[str]]], sentences: Sequence[Sentence]) -> Reading | None:
    """The first wording that any of the sentences has."""
    for value, pattern in wordings:
        for sentence in sentences:
            if found := pattern.search(sentence.text):
                return Reading(value, sentence.start + found.start(), sentence.start + found.end())
    return None


def read_employment_type(posting: Posting) -> Reading | None:
    """The kind of employment that a posting states; None where it states none.

    A full-time contract is a contract; of full and part time the one that is named first counts.
    """
    sentences = posting.sentences_with(_TYPE_WORDS)
    title = [sentence for sentence in sentences if sentence.start < posting.title_end]
    return _first(_TITLE_TYPES, title) or _first(_EMPLOYMENT_TYPES, sentences) or _hours(sentences)


def _hours(sentences: Sequence[Sentence]) -> Reading | None:
    for sentence in sentences:
        if found := _HOURS.search(sentence.text):
            kind = "full-time" if found["full"] else "part-time"
            return Reading(kind, sentence.start + found.start(), sentence.start + found.end())
    return None
