"""Years of experience that a posting asks for.

Belongs here: telling what the job asks from a company's age, its founders' past and what is only preferred.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from jobsearch_dagster.preparation.posting import Posting, Reading, Sentence, lay_out

_NUMBER_WORDS: dict[str, int] = {
    word: number
    for number, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen"),
        )
    )
} | {"twenty": 20, "a": 1}
_NUMBER = rf"(?:[0-9]{{1,2}}(?:[.,][0-9])?|{'|'.join(_NUMBER_WORDS)})"
_TIMES = ("year", "yr", "month", "mos")
_YEARS = re.compile(
    rf"""
    (?P<up_to> \b(?:up\ to|less\ than|under|max(?:imum|\.)?(?:\ of)?|no\ more\ than|at\ most)\s )?
    (?<![\w$€£₹.,-]) (?P<low>{_NUMBER}) (?!\w) \s? (?:\([0-9]+\+?\)\s?)? (?:\+|plus\b|or\ more\b|further\b)? \s?
    (?:(?:-|–|—|to\b|and\b|or\b) \s? (?P<high>{_NUMBER}) (?!\w) \s? (?:\([0-9]+\)\s?)? \+? \s? )?
    (?:or\ more\ |full\ |calendar\ |solid\ )? -? (?:years?|yrs?|(?P<months>months?|mos))\b \.? ['’]? (?:\s?\(s\))?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WORDS = r"\s?\+?,?\s?(?:or more |or longer |minimum )?(?:of )?(?:[\w/&,+#.'’()-]+ ){0,8}?"
_EXPERIENCE_AFTER = re.compile(
    rf"{_WORDS}(?:experience|exp|expertise|background|track record|pqe|post[- ]qualif\w+)\b", re.IGNORECASE
)
_EXPERIENCE_BEFORE = re.compile(
    r"\b(?:experience|exp|worked|working|expertise|practi[cs]ed|practi[cs]ing|qualified)\b[^.;]*$", re.IGNORECASE
)
_WORK_AFTER = re.compile(
    r"\s?\+?(?: or more| or longer)? ?(?:\([^)]{1,20}\) )?(?:(?:of|in|as|with|on|at|working|within|using"
    r"|leading|managing|building"
    r"|[a-z]+ing|post|behind|on|under|after|since)\b(?! (?:the )?(?:market|business[.,)]|growth|history"
    r"|operation|age|residence"
    r"|anything|warranty|our|excellence|tradition|hire|employment|probation|us|now|which))"
    r"|[A-Z.][\w+#.]+\b|chairside)"
)
_ASKED_BEFORE = re.compile(
    r"(?:^|\b(?:min(?:imum|\.)?(?: of)?|at least|must have|need|requires?|require|required|have|has|having|bring|with"
    r"|seeking|you've|after|ideally|about|around|roughly|approximately|not less than|typically)\b:?|[–:,(-])"
    r"\W*(?:between |about |some(?:where)? (?:between )?|a )?$",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:at least|min(?:imum|\.)?(?: of)?|n(?:o|ot) less than|more than|upwards of|a good)[: ]*$", re.IGNORECASE
)
_DONE = re.compile(
    r"\b(?:worked|spent|taught|run|done|driven|practised|practiced|managed|led|built|sold|cooked|served|held"
    r"|been)\b[^.;]*$",
    re.IGNORECASE,
)
_NOT_AT_WORK = re.compile(
    r"\b(?:be|aged?|lived|resid\w+|licen[cs]ed?|visa|commit\w*|stay|contract|licen[cs]e for|warranty|passport"
    r"|valid|records?)\b[^.;,]{0,25}$",
    re.IGNORECASE,
)
_ITEM_AFTER = re.compile(r"['’]?\s?\+? [a-z]+")
"""A line such as `2 yrs kitchen` asks for them whatever follows."""
_SHORT = 70
_STANDS_ALONE = re.compile(r"\s?(?:\+|or more|minimum|min|required)?[.)]?(?:$| (?:minimum|or more|required|plus)\b)")
_ITEM_BEFORE = re.compile(
    r"^[^:]{1,50}(?:,| [-–—]|:|\() ?(?:min(?:imum|\.)? |at least |about )?(?:of )?$", re.IGNORECASE
)
_NOT_WORK_AFTER = re.compile(
    r"['’]?(?:-| )?(?:old\b|or (?:older|over|above)\b|ago\b|of age|of history|in business\b(?! \w+(?:ing|ment"
    r"|sis|sales))|in the (?:market|business|making)|of growth|running"
    r"|standing|warrant|guarantee|contract|later|from now|from (?:hire|start|date)|in a row|probation|fixed|term\b"
    r"|grant|of (?:\w+ )?(?:residence|excellence|tradition|dividends|hire|anything)|anniversar|with us|young|track)",
    re.IGNORECASE,
)
_NOT_WORK_BEFORE = re.compile(
    r"\b(?:last|past|next|first|every|within|coming|older than|younger than|previous|recent|least once in|covers"
    r"|experience over the)(?: \w+)? ?$"
    r"|\b(?:rooms?|children|toddlers?|babies|pupils|ages?|aged) ?\W?(?:from |of |between )?$",
    re.IGNORECASE,
)
_SUBSTITUTE = re.compile(
    r"\b(?:substitut|in lieu|instead|can (?:also )?replace|count(?:s|ed)? (?:as|for|towards)|in place of)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\b(?:we|our|us|company|firm|agency|founders?|directors?|owners?|partners|business|family|practice|clinic"
    r"|school|its|he|she|doctors?"
    r"|dr|who|which|colleague|team|they)\b(?:(?!\b(?:with|to join|needs?|wants?|seeks?)\b)[^.;]){0,60}?"
    r"\b(?:ha(?:s|ve|d)|brings?|looks? back|been|built|is|are|retires?|celebrat\w+|for|share)\b[^.;]{0,40}$"
    r"|\b(?:founded|established|since|history|tradition|implies|covers)\b|^(?:with|for|over|after) (?:over "
    r"|more than |nearly |almost |some |a combined )*$",
    re.IGNORECASE,
)
_OF_THE_JOB = re.compile(
    r"\b(?:you|you've|your|must|requires?|required|requirements?|minimum|at least|candidates?|applicants?|need"
    r"|look(?:ing)? for|seek(?:s|ing)?|ideal|someone|somebody|person|who has|searching|hiring|want)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r"\b(?:combined|collective(?:ly)?|together|between (?:them|us))\b", re.IGNORECASE)
_OPTIONAL = re.compile(
    r"\b(?:preferred|preferable|nice[- ]to[- ]have|a plus|an? (?:big |strong |definite )?(?:advantage|asset|bonus)"
    r"|advantageous|desir(?:able|ed)|bonus points?|would be (?:great|ideal|nice|good)|welcome[d]?|helpful)\b",
    re.IGNORECASE,
)
_OPTIONAL_BEFORE = re.compile(r"\b(?:ideally|preferably|nice[- ]to[- ]have)\b", re.IGNORECASE)
_ASKED_ANYWAY = re.compile(r"\b(?:required|must|asked for|minimum|at least|mandatory)\b", re.IGNORECASE)
_NONE_ASKED = re.compile(
    r"\bno (?:(?!in\b|if\b|or\b|matter\b)[\w-]+ ){0,4}?experience\b(?! (?:in|with|of)\b)"
    r"|\b(?:need no|don['’]t need(?: any)?|do not need(?: any)?) (?:[\w-]+ ){0,2}?experience"
    r"|\bexperience (?:is |are )?(?:not|n['’]t) (?:required|needed|necessary|essential)"
    r"|\bexperience isn['’]t (?:required|needed|necessary|essential)"
    r"|\bwithout (?:any )?(?:prior |previous )?experience\b",
    re.IGNORECASE,
)
_NEAR = 250
"""Characters before and behind the years that say whose they are."""
_MOST_ASKED = 20
"""More years than that are a company's age."""
_READ = ("job", "boilerplate", "benefits", "company")


class Years(NamedTuple):
    """Least years, and the most where a text sets a bound."""

    low: int
    high: int | None


def find_years(text: str) -> tuple[int | None, int | None]:
    """Least and most years of experience that a text asks for; see `read_years`."""
    found = read_years(lay_out(text))
    return (found.value.low, found.value.high) if found else (None, None)


def read_years(posting: Posting) -> Reading | None:
    """The `Years` of experience that a posting asks for; (0, None) where it says that it asks for none.

    Of several requirements in a sentence the first counts, the general one ("5 to 8 years, with 3 as a lead"); of
    several sentences the highest: a posting that asks for "5 years of programming" and "2 years of Spark" cannot be
    had with less than 5. Months count as the whole years in them.
    """
    asked = [years for sentence in posting.sentences_with(_TIMES) for years in _years_of(sentence)]
    if asked:
        return max(asked, key=lambda reading: reading.value.low)
    for sentence in posting.sentences_with(("experience",)):
        if none := _NONE_ASKED.search(sentence.text):
            return Reading(Years(0, None), sentence.start + none.start(), sentence.start + none.end())
    return None


def _years_of(sentence: Sentence) -> Iterator[Reading]:
    if sentence.section not in _READ:
        return
    done = 0
    for match in _YEARS.finditer(sentence.text):
        clause_start = sentence.text.rfind(";", 0, match.start()) + 1
        if clause_start < done or not _is_asked(sentence, match, clause_start):
            continue
        done = match.end()
        years = _bounds(match)
        if years.low <= _MOST_ASKED:
            yield Reading(years, sentence.start + match.start(), sentence.start + match.end())


def _is_asked(sentence: Sentence, years: re.Match[str], clause_start: int) -> bool:
    text = sentence.text
    near = years.start() - _NEAR
    before = text[clause_start : years.start()] if near <= clause_start else "…" + text[near : years.start()]
    clause = before + text[years.start() : years.end() + _NEAR].partition(";")[0]
    if _NOT_WORK_AFTER.match(text, years.end()) or _NOT_WORK_BEFORE.search(before) or _TOGETHER.search(clause):
        return False
    if _SUBSTITUTE.search(clause) or _is_optional(clause, before):
        return False
    if _OF_OTHERS.search(before) and not _OF_THE_JOB.search(before):
        return False
    if sentence.section in ("company", "benefits") and not _OF_THE_JOB.search(clause):
        return False
    if _EXPERIENCE_AFTER.match(text, years.end()) or _EXPERIENCE_BEFORE.search(before):
        return True
    return sentence.section == "job" and _is_bare_requirement(text, years, before)


def _is_bare_requirement(text: str, years: re.Match[str], before: str) -> bool:
    """Years without the word experience: `3+ years in sales`, `COBOL, 10 years`, a line that ends with them."""
    if years["months"]:
        return False
    if _NOT_AT_WORK.search(before):
        return False
    if _WORK_AFTER.match(text, years.end()):
        return bool(_ASKED_BEFORE.search(before) or _OF_THE_JOB.search(before))
    if _LEAST.search(before) and (_OF_THE_JOB.search(before) or _DONE.search(before)):
        return True
    if not before.strip() and _ITEM_AFTER.match(text, years.end()):
        return True
    return bool(len(text) < _SHORT and _STANDS_ALONE.match(text, years.end()) and _ITEM_BEFORE.search(before))


def _is_optional(clause: str, before: str) -> bool:
    return bool(_OPTIONAL_BEFORE.search(before) or _OPTIONAL.search(clause)) and not _ASKED_ANYWAY.search(clause)


def _bounds(match: re.Match[str]) -> Years:
    low = _whole(match["low"], match["months"])
    high = _whole(match["high"], match["months"]) if match["high"] else None
    if match["up_to"]:
        low, high = 0, high or low
    return Years(low, high if high is not None and high > low else None)


def _whole(number: str, months: str | None) -> int:
    word = number.lower()
    count = _NUMBER_WORDS[word] if word in _NUMBER_WORDS else int(re.split("[.,]", word)[0])
    return count // 12 if months else count
