"""In which order jobs are wanted, and how many.

Belongs here: sorting and limits. Figures about jobs are in `figures.py`.
"""

import re

from jobsearch_dagster.search.recognizers.columns import FLAGS, MONEY
from jobsearch_dagster.search.recognizers.spans import Finding

_BY_PAY = rf"\bby\s+(?:the\s+)?(?:{MONEY}|money)(?!\s+(?:range|bucket|band))"
_UP = (
    r"(?:asc\w*|going\s+up|upwards?|(?:from\s+)?low(?:est)?\s+to\s+high(?:est)?|increasing|rising|lowest\s+first"
    r"|small(?:est)?\s+first)"
)
_DOWN = (
    r"(?:desc\w*|going\s+down|downwards?|(?:from\s+)?high(?:est)?\s+to\s+low(?:est)?|decreasing|falling|highest\s+first"
    r"|best\s+first)"
)
_REWARD = rf"(?:{MONEY}|packages?|rates?|money|offers?|pay\s?checks?|sums?|figures?|numbers?)"
_LARGE = r"(?:highest|biggest|best|largest|top|big|large|high|fattest)"
_FROM_TO = {
    "salary_desc": r"(?:best|highest|most|high)\b [^.,;|?!]{0,20} \bto \s+ (?:the\s+)? (?:lowest|worst|least|low)\b",
    "salary_asc": r"(?:worst|lowest|least|low)\b [^.,;|?!]{0,20} \bto \s+ (?:the\s+)? (?:highest|best|most|high)\b",
}
"""Orders that name both ends."""
_ORDER_VERB = re.compile(r"\b(?:sort|order|rank|arrange)(?:ed|ing)?\b", re.IGNORECASE)
_SORT = {
    "salary_asc": rf"""
        bottom (?=\s+[\d|]) | {_BY_PAY} [^.;|?!]{{0,20}} \b(?:lowest|smallest|worst|least)\s+(?:at\s+the\s+top
            |on\s+top|first) | (?:from\s+)?low\s+to\s+high | {MONEY}\s+going\s+{_UP} |
        (?:lowest|worst|least|low|poorly|badly|less\s+well|lower)[\s-](?:paid|paying)(?:\s+\w+)?(?:\s+first)\b
        | (?:lowest|worst|least|low|poorly|badly|less\s+well|lower)[\s-](?:paid|paying)
            (?:\s+to\s+(?:the\s+)?(?:best|highest)(?:[\s-](?:paid|paying))?)?
        | (?:in\s+)?(?:asc|ascending|rising|increasing)\s+(?:order\s+)?(?:by|of)\s+(?:the\s+)?{MONEY}
        | by\s+(?:ascending|rising|increasing)\s+{MONEY}
        | cheap(?:est|er) (?:\s+ones?)? (?:\s+first)? | lowest\s+first | {_BY_PAY}\s*,?\s*{_UP} |
            {MONEY}\s*,?\s*{_UP} | lowest\s+{MONEY}\s+first
        | (?:pays?|paying|paid|earn) \s+ (?:the\s+)? (?:least|worst|lowest)
        | (?:lowest|worst|smallest|low|lower) \s+ (?:[\d|]+\s+)? {MONEY} (?:\s+first)?
        | (?:lowest|smallest|least|small|low) \s+ (?:[\w-]+\s+)? {_REWARD} \s+
            (?:at\s+the\s+top|on\s+top|up\s+top|up\s*front|first|leading)
    """,
    "salary_desc": rf"""
        top (?=\s+[\d|]+\s+(?:paid|paying)) | by\s+(?:what|how\s+much)\s+they\s+(?:pay|earn) |
        (?:best|highest|top|well|better|high|higher|most)[\s-](?:paid|paying)(?:\s+\w+\s+first)? |
            (?:the\s+)?(?:best|most|biggest|good)\s+(?:money|cash|generous|bucks)(?:\s+first)?
        | (?:most\s+)?lucrative | highest\s+first |
            {MONEY}\s*,?\s*{_DOWN}
        | (?:pays?|paying|paid|earn|earning|brings?\s+in) \s+ (?:the\s+)? (?:best|most|highest|well|better)
        | (?:in\s+)?(?:desc|descending|falling|decreasing)\s+(?:order\s+)?(?:by|of)\s+(?:the\s+)?{MONEY}
        | by\s+(?:descending|falling|decreasing)\s+{MONEY} | in\s+order\s+of\s+(?:the\s+)?{MONEY}
        | top\s+earn(?:ers?|ing)
        | pays? (?= \s+ [^.,;?!]{{1,40}} \s (?:the\s+most|best)\b )
        | (?:highest|best|top|biggest|good|high|higher) \s+ (?:[\d|]+\s+)? {MONEY} (?:\s+first)?
        | {_BY_PAY} (?:\s*,?\s*{_DOWN})? | richest
        | {_LARGE} \s+ (?:[\w-]+\s+)? {_REWARD} \s+ (?:at\s+the\s+top|on\s+top|up\s+top|up\s*front|first|up|leading)
        | top\s+dollar | money-?wise | (?:most|best)\s+(?:generously|handsomely|highly|well)[\s-]+(?:paid|paying)
        | (?:descending|falling|decreasing)\s+by\s+(?:the\s+)?{_REWARD}
        | as\s+(?:much|high)\s+(?:{_REWARD}\s+)?as\s+(?:possible|they\s+come|it\s+gets)
        | (?:sort|order|rank|arrange|list)\w* (?:\s+[\w-]+){{0,3}} \s+ (?:after|on|according\s+to) \s+
            (?:the\s+)?{_REWARD}
            (?:\s*,?\s*(?:big|large|high|top)\s+ones?\s+(?:up|first|on\s+top|at\s+the\s+top))?
        | (?<![\w$])\${{2,}}(?!\w)
    """,
}
_THINGS = (
    r"(?:jobs?|roles?|positions?|openings?|postings?|vacanc(?:y|ies)|listings?|offers?|results?|hits?|rows?|matches"
    r"|examples?|suggestions?|options?|entries|ads?)"
)
_NUMBER = r"\d{1,3}(?![\d.,]*\d)(?!\s*(?:k\b|%|\+|years?|hours?|days?|weeks?|months?|-))"
_LIMIT = re.compile(
    rf"""
    \b(?:top|bottom|first|best|highest|lowest|cheapest|richest|newest|latest|worst|only|just|any|exactly|another|next
        |no\s+more\s+than|not\s+more\s+than|at\s+most|up\s+to|max(?:imum)?|shortlist\s+of|list\s+of) \s*
            (?P<after>{_NUMBER})\b
        (?!\s*(?:shifts?|nights?|mornings?|evenings?))
    |
        \b(?:say|not\s+too\s+many|(?:want|like|need)\s+(?:to\s+see|only)|to\s+see)[\s,]+(?:only\s+|just\s+|like\s+)?(?P<say>{_NUMBER})
        (?=\s*(?:[.,:;!?|]|$|of\b|{_THINGS}\b))
    | \bonly\s+the\s+(?:very\s+)?(?:top|best|first)\s+(?P<the_one>one|result|hit|job|posting|match)\b
    | \b(?:just|only)\s+(?:the\s+)?(?P<just_one>one)\s+(?:[a-z-]+\s+){{0,2}}?
        (?:job|gig|role|posting|ad|vacancy|result)\b
    | \b(?:just|only)\s+(?P<one_only>one)(?=\s*[.,;!])
    | \b(?<!either\ )(?P<one_is_enough>one)\s+(?:is|would\s+be)\s+(?:enough|plenty)\b
    | \bthe\s+(?:very\s+)?(?:top|best)\s+(?P<the_top>result|hit|match)\b
    | (?<![\w.$€£-])(?P<number_of>{_NUMBER})\s+(?:[a-z-]+\s+){{0,2}}?(?:ads?|adverts?)\b
    | \blimit(?:ed)? \s* [:=]? \s* (?:\w+\s+)?? (?:to\s+)? (?P<limit>{_NUMBER})\b
    | \b(?:give|show|list|find|bring|send|get) \s+ (?:me\s+|us\s+)? (?:the\s+|up\s+to\s+|at\s+most\s+|some\s+)?
        (?P<give>{_NUMBER})\b
    | (?<!the\ )\b(?P<of_them>{_NUMBER}) \s+ of\s+them (?!\s+(?:working|as)) \b
    | \b(?P<of>{_NUMBER}) \s+ {_THINGS}\b
    | (?<!the\ )\b(?P<enough>{_NUMBER}) \s+
      (?:will\s+do|is\s+enough|are\s+enough|would\s+do|suffices?|is\s+plenty|please
        |max(?:imum)?|tops|at\s+most) \b
    | ^\W*(?P<instead>{_NUMBER}) \s+ instead\b | \b(?P<single>single(?=\s+(?:best|highest|most|top|lowest|worst
        |(?:[a-z-]+\s+){{0,3}}(?:job|role|vacancy|posting|ad|result)\b)))\b
    | (?<!in\ )\b(?P<one>1) \s+ (?:[a-z-]+\s+){{0,3}}? (?:job|role|position|opening|posting|vacancy)\b
    | \b(?P<before>{_NUMBER}) \s+ (?:[a-z-]+\s+){{0,3}}?
      (?:jobs|roles|positions|openings|postings|vacancies|listings|best|highest|cheapest|top|most|lowest|worst)\b
    """,
    FLAGS,
)


def find_limit(text: str) -> list[Finding]:
    """`limit`."""
    match = next((match for match in _LIMIT.finditer(text) if not _is_name(match, text)), None)
    if match is None:
        return []
    word = next(group for group in match.groups() if group).lower()
    number = int(word) if word.isdigit() else 1
    start = match.start(match.lastindex or 0)
    return [Finding("limit", number, start, start + len(word))] if number else []


def _is_name(match: re.Match[str], text: str) -> bool:
    """Whether a number says which, not how many: "class 2 driver jobs", "9 to 5 jobs"."""
    before = _NUMBERED.search(text, 0, match.start(match.lastindex or 0))
    if before is None or before["from"] is None:
        return before is not None
    number = match[match.lastindex or 0]
    return number.isdigit() and int(number) < int(before["from"])  # of a range the second is larger


_NUMBERED = re.compile(
    r"(?:\b(?:class|band|level|grade|tier|step|phase|stage|type|section|category|cat|key|(?<!this\s)(?<!last\s)(?<!next\s)year)\s+"
    r"|\b(?P<from>\d{1,2})\s*(?:to|-)\s*)$",
    re.IGNORECASE,
)
_NO_NEED = re.compile(
    r"\b(?:no\s+need\s+to|needn't|don't|do\s+not|not)\s+(?:be\s+)?(?:sort|order|rank|arrange)(?:ed|ing)?\s+$",
    re.IGNORECASE,
)


def find_sort(text: str) -> list[Finding]:
    """`sort`, by what it says and by the verb, which is no part of a title behind it ("order nurses by pay")."""
    found = [
        Finding("sort", order, *match.span())
        for orders in (_FROM_TO, _SORT)
        for order, wording in orders.items()
        for match in re.finditer(rf"(?<!\w)(?:{wording})(?!\w)", text, FLAGS)
        if _NO_NEED.search(text, 0, match.start()) is None
    ][:1]
    verbs = _ORDER_VERB.finditer(text) if found else ()
    return found + [
        Finding("sort", found[0].value, *verb.span())
        for verb in verbs
        if not found[0].start <= verb.start() < found[0].end
    ]
