"""Years of experience in a question.

Belongs here: numbers of years and who has them. "I have 3 years" bounds what a job may ask from above; "jobs that
require at least 3 years" bounds it from below. Pay is in `pay.py`.
"""

import re

from jobsearch_dagster.search.recognizers.skills import listed_skills
from jobsearch_dagster.search.recognizers.spans import Finding

_ONE_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER_WORDS = {word: number for number, word in enumerate(_ONE_TO_TWELVE, start=1)} | {"fifteen": 15, "twenty": 20}

_A_YEAR_OF_IT = (
    r"(?<![\d|]\s)(?<!thousand\s)(?<!million\s)(?<!hundred\s)a(?=\s+(?:years?|yrs?)\s+(?:of|in|experience|as|on|under))"
)
_NUMBER = rf"(?:\d{{1,2}}(?:\.\d+)?|{'|'.join(NUMBER_WORDS)}|{_A_YEAR_OF_IT})"
_YEARS = re.compile(
    rf"""
    (?P<before> (?: \b(?: at\ least | no[t]?\ less\ than | no\ fewer\ than | more\ than | over | min(?:imum)?(?:\ of)?
        | beyond | above | less\ than | fewer\ than | under | without
        | below | up\ to | at\ most | max(?:imum)?(?:\ of)? | not?\ more\ than | between | from )\s+ )? )
    (?<![\w.$€£₹]) (?P<low>{_NUMBER}) (?:\s*\+|\s+or\s+more|\s+plus)?
    (?: \s*(?:-|to|and|but\ (?:no\ more\ than|not\ more\ than|at\ most|less\ than|under))\s*
      (?P<high>{_NUMBER}) \s*\+? )?
    [\s-]* (?:years?|yrs?)\b (?:'|\b)
    (?: \s*(?:or\ more|minimum|plus|and\ up(?:wards?)?|upwards?|up|or\ so) \b )?
    (?P<most> \s+(?:(?:asked|required|needed|wanted)\ )?
      (?:or\ (?:less|fewer|under)|at\ (?:the\ )?most|max(?:imum)?|tops) \b )?
    (?: \s*(?:of\s+)? (?:(?:work|working|professional|relevant|industry|job)\s+)* (?:experience|exp\b|expertise
        |practice) )?
    (?: \s+ in\ (?:the|this|my)\ (?:trade|business|field|industry|game|profession|job|sector)\b )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NONE_ASKED = re.compile(
    r"""
    \b(?:no|without|zero|0|little|not\s+(?:much|any)|don't\s+have(?:\s+any)?|have\s+no|haven't\s+(?:got\s+)?(?:any
        |much)) \s+
      (?: (?:any|prior|previous|work|working|job|relevant|professional|real|practical|or\s+no|years?\s+of|of) \s+ )*
          experience\b
      (?: \s+ (?:is\s+)? (?:required|needed|necessary|asked(?:\s+for)?|wanted) )?
    | \b(?:don't|doesn't|do\s+not|does\s+not|not)\s+(?:require|requiring|need|needing|ask\s+for|want|expect|demand)\s+
      (?:any\s+|prior\s+|previous\s+|work\s+)* experience\b
    | \bexperience \s+ (?:is\s+|are\s+)? (?:not|n't|isn't) \s+ (?:\w+\s+)? (?:required|needed|necessary|asked|wanted
        |a\s+must)\b
    | \bexperience \s+ (?:is\s+)? (?:optional|unnecessary)\b
    | \bunknown\s+years?\s+of\s+experience\b
    | \b(?:no|without|zero)\s+(?:(?!years?\b)[a-z]+\s+){1,2}experience\b
        (?!\s+(?:required|needed|necessary|asked|wanted))
    | \b(?:no|without)\s+(?:an?\s+|any\s+)?(?:work\s+history|track\s+record|employment\s+history|previous\s+jobs?)\b
    | \b(?:nobody|no\s+one|who\s+(?:do\s+not|don't)|never|not)\s+(?:asks?|asking|care|cares|bothers?|worr(?:y|ies))\s+
      (?:about|for)\s+(?:\w+\s+)?experience\b
    | \b(?:never|haven't|have\s+not)\s+(?:yet\s+)?(?:held|had|done)\s+
      (?:an?\s+|any\s+)?(?:real\s+|paid\s+)?(?:jobs?|work)\b
    | \binexperienced\b | \bunexperienced\b
    | \b(?:no|without)\s+an?\s+single\s+(?:day|hour)\s+
      (?:of\s+(?:experience|training|work)|in\s+(?:the|this)\s+(?:field|job|trade|business|industry))\b
    | \b(?:no|zero|without)\s+(?:any\s+)?background(?=\s*(?:[.,;!?]|$|(?:at\s+all|whatsoever|needed|required)\b))
    | \bnever\s+(?!work)(?:\w+\s+){1,4}for\s+(?:a\s+living|pay|money|wages)\b(?!\s+(?:under|below|less))
    | \b(?:complete|total|absolute)?\s*(?:newcomers?|newbies?|novices?|rookies?)\b | \bnew\s+to\s+(?:the\s+)?(?:field
        |job|trade|industry|profession|business|game|workforce|this)\b
    | \bfirst[\s-](?:ever\s+)?(?:job|time\s+job|timer)s?\b | \bnever\s+(?:had\s+a\s+job|worked|been\s+employed
        |done\s+(?:this|it|that))(?:\s+(?:before|in\s+my\s+life))?\b
    | \b(?:start(?:ing)?|learn(?:ing)?)\s+from\s+(?:scratch|zero|nothing)\b
    | \b(?:just|newly|freshly|recently)\s+(?:qualified|licensed|trained|certified)\b
    | \b(?:on[\s-]the[\s-]job|full)?\s*training\s+(?:is\s+)?(?:provided|given|included)\b | \bwill\s+train\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_JOB_ASKS = re.compile(
    r"\b(?:requir\w*|ask(?:s|ing)?|need(?:s|ing)?|want(?:s|ing)?|demand\w*|that take|expect\w*|insist\w*"
    r"|call(?:s|ing)?\s+for"
    r"|look(?:s|ing)?\s+for|specif\w+)\b[^;.|]*$",
    re.IGNORECASE,
)
_ASKED_AFTER = re.compile(
    r"\s*(?:(?:is|are|or\s+more|at\s+least|minimum|of\s+\w+|in\s+\w+)\s+)*"
    r"(?:required|needed|asked(?:\s+for)?|wanted|expected|necessary|demanded|mandatory|a\s+must|requirement|minimum|min)\b",
    re.IGNORECASE,
)
_PERSON_SPEAKS = re.compile(
    r"\b(?:i|i'm|i've|i'd|my|me|someone|somebody|candidates?|people|person|anyone|we)\b(?!\s+(?:want|need|am\s+looking|search|look))",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    r"""
    \b (?: (?:jobs?|roles?|posts|positions?|postings?|openings?|ads?) \s+ (?:with|for|at|of) \s+ (?:a\s+)?
        | (?:they|jobs?|roles?|posts|positions?|postings?|openings?|employers?|compan(?:y|ies)|that|which|who|ones) \s+
            (?:(?:should|must|would|will|really|only|do|all)\s+)*
          (?:require|ask|need|want|demand|expect|insist|call|look)(?:s|ing)? \b [^;.|?]*? )
    (?:minimum\s+(?:of\s+)?)? $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OLD = re.compile(
    r"\s*(?:of\s+age|olds?|ago|later|from\s+now|(?:at\s+home|off|away|raising|with)\b[^.;|]{0,20}\b(?:kids|children|baby|family|son|daughter)"
    r"|off\b|out\s+of\s+work)\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"(?:[|]\s+for|\b(?:home|children|kids|baby|family)\b[^.;|]{0,20}\bfor|out\s+of\s+work(?:\s+for)?|\b(?:aged?|for\s+the\s+(?:last|next)|every|half|thousand|million|hundred|term\s+for|contract\s+for|within|salary\s+of\s+\w+"
    r"|next|euros?|pounds?|dollars?|bucks|k|quid|rupees|grand))\s*$",
    re.IGNORECASE,
)
"""What makes the years behind it an age, a period of pay, or how long something lasts."""
_CONTRACT = re.compile(
    r"\s*(?:contract|fixed|ftc|assignment|project(?!\s+\w*manager|\s+\w*lead)|visa|plan)", re.IGNORECASE
)
_OWN_BEFORE = re.compile(r"\b(?:with|after|got|have|has)\s+$", re.IGNORECASE)
_AS_A = re.compile(r"\s*as\s+an?\b", re.IGNORECASE)
"""What makes a range of years somebody's own."""
_BUT_LESS = re.compile(
    rf"\s*,?\s*(?:but|and)\s+(?:less\s+than|fewer\s+than|under|below|at\s+most|no(?:t)?\s+more\s+than|up\s+to)\s+(?P<high>{_NUMBER})\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\+|more|minimum|\bup\b|plus", re.IGNORECASE)
_STRICTLY = re.compile(r"less|fewer|under|below", re.IGNORECASE)
_WAS = re.compile(
    r"\b(?:i|we)\s+(?:was|were|worked|have\s+(?:been|worked))\s+(?!in\b|at\b)[^.;?!]*[|]\s+for\s*$", re.IGNORECASE
)
_BUT = re.compile(r"\d\s+but\s+(?P<strictly>less|under)?", re.IGNORECASE)
_EXACTLY = re.compile(r"\bexact(?:ly)?\s*$", re.IGNORECASE)
_UP = re.compile(r"\bup(?:wards?)?$", re.IGNORECASE)
_NEITHER = re.compile(
    r"\bno(?:t)?\s+more\b[^.;]{0,12}\bno(?:t)?\s+less\b|\bno(?:t)?\s+less\b[^.;]{0,12}\bno(?:t)?\s+more\b"
)
_AT_MOST = ("up to", "at most", "max", "no more", "not more")
_AT_LEAST = ("no less", "not less", "no fewer")
_NOTHING = re.compile(
    r"\b(?:nothing|(?:do|does|wo)(?:n't|\s+not)|none|no\s+(?:jobs?|roles?|postings?)|not)\b[^.,;|?!]{0,30}$",
    re.IGNORECASE,
)
_OVER = ("over", "more than", "above", "beyond")
_LESS_THAN = ("less", "fewer", "under", "below", "without")


def find_experience(text: str) -> list[Finding]:
    """`min_years` and `max_years`."""
    findings = [
        Finding("max_years", 0, *match.span(), is_final=True)
        for match in _NONE_ASKED.finditer(text)
        if not listed_skills(match[0])  # "no SAP experience" says nothing of other work
    ]
    if findings:
        return findings
    years = [match for match in _YEARS.finditer(text) if not _is_no_experience(match, text)]
    lower = [match for match in years if match["before"].lower().startswith(("at least", "min", *_OVER, *_AT_LEAST))]
    upper = [match for match in years if match["before"].lower().startswith((*_AT_MOST, *_LESS_THAN, "not more"))]
    if lower and upper:  # "at least 2 years but no more than 5"
        least = Finding("min_years", _number(lower[0]["low"]), *lower[0].span(), is_final=True)
        return [least, *(finding for finding in _bounds(upper[0], text) if finding.slot == "max_years")]
    bounds = [(match, finding) for match in years for finding in _bounds(match, text)]
    # "5 years ... jobs that ask at most 3": a bound that is said as one counts before a number alone.
    bounds.sort(key=lambda bound: not bound[0]["before"])
    first = {finding.slot: finding for _, finding in reversed(bounds)}
    return sorted(first.values(), key=lambda finding: finding.start)


def _is_no_experience(match: re.Match[str], text: str) -> bool:
    """Whether the years are somebody's age, or how long a contract lasts."""
    aged = _LASTS.search(text, 0, match.start()) and not _WAS.search(text, 0, match.start())
    return bool(aged or _OLD.match(text, match.end()) or _CONTRACT.match(text, match.end()))


def _bounds(match: re.Match[str], text: str) -> list[Finding]:
    """The bounds that a number of years sets: by its own words, by whose they are, else as what somebody has."""
    return _between(match, text) or _below(match, text) or _above(match, text)


def _between(match: re.Match[str], text: str) -> list[Finding]:
    """Both bounds: "more than 5 but less than 10", "exactly 3", and "5 to 8 years" where they are nobody's own."""
    low, high = _ends(match)
    context, behind = text[: match.start()], _BUT_LESS.match(text, match.end())
    if _PERSON_SPEAKS.search(context):
        return []
    if behind and match["before"].lower().startswith((*_OVER, "at least")):
        below = _number(behind["high"])
        return _range(low, below - 1 if _STRICTLY.search(behind[0]) else below, match.start(), behind.end())
    if _EXACTLY.search(context):
        return _range(low, low, *match.span())
    but = _BUT.search(match[0]) if match["high"] is not None else None
    if but is not None:  # "at least 3 but no more than 7 years"
        return _range(low, high - 1 if but["strictly"] else high, *match.span())
    is_range = match["high"] is not None and match["before"].lower().strip() in ("", "between", "from")
    is_own = _PERSON_SPEAKS.search(text) or _OWN_BEFORE.search(context) or _AS_A.match(text, match.end())
    return _range(low, high, *match.span()) if is_range and not is_own else []


def _below(match: re.Match[str], text: str) -> list[Finding]:
    """The upper bound where it is said as one: "less than 5", "5 at most", "nothing that wants over 5"."""
    _, high = _ends(match)
    before = match["before"].lower()
    nothing_over = before.startswith(_OVER) and _NOTHING.search(text[: match.start()])
    if before.startswith(_LESS_THAN):
        high = max(high - 1, 0)
    elif not (match["most"] or before.startswith(_AT_MOST) or nothing_over):
        return []
    return [Finding("max_years", high, *match.span(), is_final=True)]


def _above(match: re.Match[str], text: str) -> list[Finding]:
    """The lower bound where one is said or a posting asks for the years; else the upper one, of what somebody has."""
    low, high = _ends(match)
    before, context = match["before"].lower(), text[: match.start()]
    nobody_speaks = _PERSON_SPEAKS.search(context) is None
    opens = match["high"] is None and (before.startswith("from") or _UP.search(match[0]) is not None)
    is_least = before.startswith(_AT_LEAST) or (nobody_speaks and (opens or before.startswith(("at least", "minimum"))))
    job_asks = (
        _ASKED_AFTER.match(text, match.end()) is not None
        or _THEIRS.search(context) is not None
        or (_JOB_ASKS.search(context) is not None and nobody_speaks)
    )
    if not (is_least or job_asks):
        return [Finding("max_years", high, *match.span(), is_final=True)]
    is_exact = not is_least and (_EXACTLY.search(context) or _NEITHER.search(text, match.end()))
    is_closed = match["high"] is not None and not is_least and _OPEN.search(match[0]) is None
    if is_exact or (is_closed and before.strip() in ("", "between", "from")):
        return _range(low, high, *match.span())
    return [Finding("min_years", low, *match.span(), is_final=True)]


def _ends(match: re.Match[str]) -> tuple[int, int]:
    low, high = sorted((_number(match["low"]), _number(match["high"] or match["low"])))
    return low, high


def _range(low: int, high: int, start: int, end: int) -> list[Finding]:
    both = (("min_years", low), ("max_years", high))
    return [Finding(slot, value, start, end, is_final=True) for slot, value in both]


def _number(text: str) -> int:
    """Whole years; parts of a year do not count."""
    word = text.lower()
    return 1 if word == "a" else NUMBER_WORDS.get(word) or int(float(word))
