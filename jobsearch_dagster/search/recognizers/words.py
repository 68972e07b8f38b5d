"""English words that a question about jobs is built of, and that by themselves ask for nothing.

Belongs here: the word lists of `words.yaml`, and what is left of a question once all else is read: its keywords.
"""

import re
from functools import cache
from importlib import resources
from typing import Literal

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.english import RARE, english_frequency
from jobsearch_dagster.search.recognizers.spans import USED, Finding, blank, excludes_before, is_excluded, is_pointed_at

WordList = Literal[
    "job",
    "asked",
    "function",
    "common",
    "plain",
    "occupation",
    "title_modifier",
    "office_field",
    "in_no_place",
    "industry",
    "workplace",
    "workplace_head",
    "plain_kind",
    "glue",
]
_INCLUDES: dict[WordList, tuple[WordList, ...]] = {
    "function": ("job", "asked", "common"),
    "plain": ("job", "asked", "function", "common"),
}


@cache
def _lists() -> dict[str, str]:
    return read_yaml(resources.files("jobsearch_dagster.search.recognizers") / "words.yaml")


@cache
def words(name: WordList) -> frozenset[str]:
    """A list of `words.yaml`; words of jobs, of questions and frequent ones are function words, and all are plain."""
    lists = _lists()
    if name == "workplace":
        return frozenset(line.strip() for line in lists[name].splitlines())
    return frozenset(word for part in (name, *_INCLUDES.get(name, ())) for word in lists[part].split())


_WORD = re.compile(r"[^\W\d_](?:[\w+#'&-]*[\w+#])?")
LEAST_LETTERS = 2
MOST_WORDS = 3
"""Of a keyword."""
_BEFORE = re.compile(
    r"""
    \b (?: in | at | about | mention(?:s|ing)? | involv(?:es|ing) | related\s+to | to\s+do\s+with | into
        | minus | save | outside(?:\s+of)? | can(?:no|')t\s+stand | hates? | dislikes? | refuse\s+to
        | (?:tired|sick)\s+of | never\s+again | other\s+than | skip | no | not | without | except | excluding | exclude
        | avoid | but | than | nothing\s+(?:in|with) )
    \s+ (?: (?: a | an | the | any | some | in | for | at ) \s+ )* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEFORE_A_NAME = re.compile(r"\b(?:for|with|of|by|or|and|what\s+(?:has|does))\s+(?:the\s+)?$", re.IGNORECASE)
_AFTER = re.compile(
    r"[\s-]+(?:jobs?|roles?|positions?|work|openings?|vacanc\w+|postings?|industry|sector|compan\w+|startups?|field|shifts?"
    r"|firms?|business(?:es)?|gigs?|careers?|stuff|things?|related)\b",
    re.IGNORECASE,
)


_IT = re.compile(
    r"\bIT\b(?!\s*['’])"
    r"|(?:^|(?<=\bin )|(?<=\bremote )|(?<=\bthe ))it(?=\s+(?:jobs?|roles?|positions?|sector|industry|support)\b)"
)


def find_industries(text: str) -> list[Finding]:
    """`keywords`: industries and workplaces, which are no titles or skills ("nursing home", "insurance company")."""
    found: list[Finding] = []
    for pattern in (_named_workplaces(), _industry_named(), _workplaces(), _IT):
        matches = [
            Finding("keywords", singular((match.groupdict().get("place") or match[0]).lower()), *match.span())
            for match in pattern.finditer(text)
        ]
        for one in matches:
            text = blank(text, one.start, one.end)
        found += matches
    return found


@cache
def _named_workplaces() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(words('workplace'), key=len, reverse=True))})\b", re.IGNORECASE)


@cache
def _industry_named() -> re.Pattern[str]:
    """An industry that is called one, though a skill has its name: "at an insurance company"."""
    return re.compile(
        rf"\b(?P<place>{'|'.join(sorted(words('industry')))})\s+(?:compan(?:y|ies)|firms?|industry|sector|business(?:es)?|brands?)\b",
        re.IGNORECASE,
    )


@cache
def _workplaces() -> re.Pattern[str]:
    """What people work in or for, with up to two words before it: "at an international school"."""
    heads, kinds = ("|".join(sorted(words(name))) for name in ("workplace_head", "plain_kind"))
    return re.compile(
        rf"\b(?:at|in|for|on|with|from)\s+(?:an?|some)\s+(?P<place>(?:(?!(?:an?|the|{kinds})\b)[a-z-]+\s+){{0,2}}"
        rf"(?:{heads})s?)\b(?!\s+(?:manager|teacher|worker|assistant|owner|nurse|driver)s?\b)",
        re.IGNORECASE,
    )


def find_keywords(text: str) -> list[Finding]:
    """`keywords`: words that nothing else has used and that stand where a condition stands.

    An industry anywhere ("fintech"), what jobs are in, at or about ("at O'Reilly"), what stands before "jobs", what is
    excluded. All other words say how a question is put, not what is asked.
    """
    findings = _segments(text)
    for found in findings:
        text = blank(text, found.start, found.end)
    position = 0
    while (match := _WORD.search(text, position)) is not None:
        end = _phrase_end(text, match)
        position = max(match.end(), end)
        if end > match.start() and is_background(text, match.start(), end):
            continue
        goes_on = bool(findings) and _LIST_GOES_ON.fullmatch(text, findings[-1].end, match.start()) is not None
        if end > match.start() and (goes_on or _is_condition(text, match.start(), end)):
            phrase = text[match.start() : end]
            name = phrase.lower() if _NAME.fullmatch(phrase) else singular(phrase.lower())
            findings.append(Finding("keywords", name, match.start(), end))
        elif end > match.end() and singular(match[0].lower()) in words("industry"):  # "for a fashion brand"
            findings.append(Finding("keywords", singular(match[0].lower()), *match.span()))
    return findings


_NAME = re.compile(r"[A-Z][\w'&-]*(?:\s[A-Z][\w'&-]*)+")
"""A proper name of several words, which has no singular: "Uber Eats"."""


def _segments(text: str) -> list[Finding]:
    """What stands between commas in a question that names something else: "tailor, bridal shop, Porto"."""
    segments = _SEGMENT.finditer(text) if USED in text else ()
    return [
        Finding("keywords", singular(segment[1].lower()), *segment.span(1))
        for segment in segments
        if _is_thing(segment[1].lower().split())
    ]


def _is_thing(said: list[str]) -> bool:
    """Whether words together name an industry, a place of work or what titles are made of."""
    nouns = words("industry") | words("workplace_head") | words("title_modifier")
    return singular(said[-1]) in nouns and not words("glue") & set(said) and any(map(has_meaning, said))


_SEGMENT = re.compile(r",\s*([^\W\d_][\w'&-]*(?:\s+[^\W\d_][\w'&-]*){0,2})(?=\s*(?:,|[.!?]*$))")


def singular(phrase: str) -> str:
    """A phrase with its last word in the singular, where that is the commoner form: "sports clubs" is "sports club"."""
    word = phrase.rsplit(" ", 1)[-1]
    one = re.sub("ie$", "y", word.removesuffix("s"))
    if word in words("industry") or not word.endswith("s") or word.endswith("ss"):
        return phrase
    is_word = one in words("industry") or english_frequency(one) > max(english_frequency(word), RARE)
    return phrase.removesuffix(word) + one if is_word else phrase


_LIST_GOES_ON = re.compile(r"\s+(?:and|or|nor)\s+(?:(?:the|any)\s+)?", re.IGNORECASE)


def find_content_words(text: str) -> list[Finding]:
    """`keywords`: every word with a meaning of its own."""
    return [
        Finding("keywords", match[0].lower(), *match.span()) for match in _WORD.finditer(text) if has_meaning(match[0])
    ]


def find_phrases(text: str) -> list[Finding]:
    """`keywords`: every run of words with a meaning of their own, for a question that names nothing else."""
    findings: list[Finding] = []
    for word in find_content_words(text):
        if findings and text[findings[-1].end : word.start] == " ":
            start = findings.pop().start
            findings.append(Finding("keywords", text[start : word.end].lower(), start, word.end))
        else:
            findings.append(word)
    return findings


def _phrase_end(text: str, match: re.Match[str]) -> int:
    """Where the run of meaningful words that starts here ends; its start where its first word means nothing."""
    end, start, count = match.start(), match.start(), 0
    while (word := _WORD.match(text, start)) is not None and has_meaning(word[0]) and count < MOST_WORDS:
        end, count = word.end(), count + 1
        if text[end : end + 1] != " ":
            break
        start = end + 1
    return end


def has_meaning(word: str) -> bool:
    """Whether a word by itself asks for something."""
    lowered = word.lower()
    return len(word) >= LEAST_LETTERS and lowered not in words("function") and not _ADVERB.fullmatch(lowered)


_ADVERB = re.compile(r"[a-z]{3,}(?:ly|wise)|[a-z]+n't|[a-z]+'(?:s|re|ve|ll|d|m)|.*[|].*")


_LEFT = re.compile(
    r"\b(?:leav(?:e|es|ing)|left|retir(?:e|ed|ing)\s+from|quit(?:ting)?|serv(?:e|ed|ing)\s+in|years\s+from|back\s+from|coming\s+out\s+of"
    r"|getting\s+out\s+of|(?:he|she|husband|wife|partner|dad|mom|mum)(?:'s|\s+is|\s+was)\s+in)\s+(?:the\s+|my\s+)?$"
    r"|\b(?:ex-?|former(?:ly)?)\s*(?:in\s+)?$",
    re.IGNORECASE,
)
_VETERAN = re.compile(
    r"\s+(?:veteran|vet|student|degree|certificate|wife|spouse|husband|life|background)\b", re.IGNORECASE
)


def is_background(text: str, start: int, end: int) -> bool:
    """Whether words say what somebody has left, not what they look for: "leaving the army", "army veteran"."""
    return _LEFT.search(text, max(0, start - _REACH), start) is not None or _VETERAN.match(text, end) is not None


_COMPASS = re.compile(r"(?:north|south|east|west)(?:[\s-]?(?:west|east))?(?:ern)?")


def _is_condition(text: str, start: int, end: int) -> bool:
    phrase = text[start:end].lower()
    if _COMPASS.fullmatch(phrase) and text[end:].lstrip().startswith(USED):  # a part of the place behind it
        return False
    return (
        singular(phrase) in words("industry")
        or _BEFORE.search(text, max(0, start - _REACH), start) is not None
        or (text[start].isupper() and _BEFORE_A_NAME.search(text, max(0, start - _REACH), start) is not None)
        or _AFTER.match(text, end) is not None
        or (is_excluded(text, start) and not _tells_what_somebody_does(text, start, end))
        or excludes_before(text, end)
        or (is_pointed_at(text, end) and not _says_something_before(text, start))
    )


def _tells_what_somebody_does(text: str, start: int, end: int) -> bool:
    """Whether an excluded word is a verb: "I can't concentrate at home", "don't flood me"."""
    return bool(_CANNOT.search(text, max(0, start - _REACH), start) or _AN_OBJECT.match(text, end))


_AN_OBJECT = re.compile(r"\s+(?:me|us)\b", re.IGNORECASE)
_CANNOT = re.compile(r"\b(?:can't|cannot|can\s+not|couldn't|could\s+not|never)\s+$", re.IGNORECASE)
"""What a verb follows that says something of the person: "I can't concentrate at home"."""


def _says_something_before(text: str, start: int) -> bool:
    """Whether a clause has said something before this: "a master's would be wasted on it, so leave those out"."""
    return USED in re.split(r"[.,;:!?]", text[max(0, start - _REACH) : start])[-1]


_REACH = 40
"""Characters before a word in which what makes it a condition stands."""
