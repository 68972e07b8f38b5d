"""Job titles in a question: an occupation word and the words before it that belong to it.

Belongs here: spotting a title inside a sentence, in singular and plural. Writing a title
in standard form is for `preparation.titles`.
"""

import re
from dataclasses import replace
from functools import partial
from itertools import pairwise, takewhile

from jobsearch_dagster.preparation.skills import skill_fields
from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.search.english import english_frequency
from jobsearch_dagster.search.recognizers.occupations import (
    find_title_phrases,
    occupation_of,
    says_a_trade,
    trade_name,
)
from jobsearch_dagster.search.recognizers.place_phrases import is_place, is_well_known_place
from jobsearch_dagster.search.recognizers.skills import is_skill, listed_skills, skill_named
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding
from jobsearch_dagster.search.recognizers.words import words

_WORD = re.compile(r"\b[23][dD]\b|[^\W\d_][\w+#.'-]*[\w+#]|[^\W\d_]")
_MOST_WORDS = 4
"""Words of a title; a fifth is more likely a part of the sentence."""
_TOOLS = frozenset(("software", "business software", "data", "cloud and devops", "testing", "languages", "design"))
"""Fields of skills that stand beside a title rather than in it: "python developer", but "payroll clerk"."""
_AGENT = re.compile(r"[a-z]{3,}(?:er|or)s?|[a-z]{5,}(?:man|woman)")
"""Ends of words of which the rare ones, in the place of a title, name an occupation."""
_COMMON_AGENT = 3000
"""How often pyspellchecker's corpus has the rarest "-er" that is hardly ever an occupation (weather, ladder)."""
_NO_MODIFIER = re.compile(r"[a-z]+ly|[a-z]+n't|.")
_LISTED = 5
"""Most characters between two items of a list: ", or "."""


def find_titles(text: str) -> list[Finding]:
    """`titles`, in standard form and singular; "python developers" names the title `developer` and leaves `python`."""
    tokens = list(_WORD.finditer(text))
    tools = _tool_tokens(tokens, text)
    findings = find_title_phrases(text)
    taken = [(found.start, found.end) for found in findings]
    last = len(tokens) - 1
    while last >= 0:
        first = last
        occupation = None if last in tools else _occupation_at(tokens, last, text)
        if any(start <= tokens[last].start() < end for start, end in taken):
            occupation = None
        if occupation is not None:
            first = _first_token(tokens, last, text, tools)
            first = _with_pair(tokens, first, text)
            after_tool = first - 1 in tools and _touch(tokens, first, text)
            findings += _titles(tokens[first : last + 1], occupation, text, after_tool=after_tool)
        last = first - 1
    return _wanted([*findings, *_with_shared_heads(findings, text)], text)


def _with_shared_heads(titles: list[Finding], text: str) -> list[Finding]:
    """Titles whose end stands behind the next one only: "bus or tram driver", "primary or secondary school teacher"."""
    found = []
    for title in titles:
        kind, _, shared = title.value.partition(" ")
        before = _BEFORE_OR.search(text, 0, title.start)
        if before is None or not shared:
            continue
        run = list(takewhile(partial(_is_same_kind, kind), reversed([*_WORD.finditer(before[0])])))
        if 0 < len(run) < _MOST_WORDS:
            start, end = (before.start() + edge for edge in (run[-1].start(), run[0].end()))
            found.append(Finding("titles", title_as_said(f"{text[start:end].lower()} {shared}"), start, end))
    return found


def _is_same_kind(kind: str, word: re.Match[str]) -> bool:
    """Whether a word may stand in a title where another one does: of "French or German teacher" both are languages."""
    return word[0].lower() in words("title_modifier") or (_is_language(kind) and _is_language(word[0]))


def _is_language(word: str) -> bool:
    return skill_fields().get(skill_named(word.lower()) or "") == "languages"


_BEFORE_OR = re.compile(r"[^,.;:?!]*(?=\s+or\s+$)", re.IGNORECASE)


def _wanted(titles: list[Finding], text: str) -> list[Finding]:
    """The titles less those of somebody's boss ("assistant to the CEO") and, beside others, of somebody's past."""
    titles = sorted(titles, key=lambda title: title.start)
    bosses = {
        second.start for first, second in pairwise(titles) if first.end < second.start and _is_boss(first, second, text)
    }
    now = [
        title
        for title in titles
        if title.start not in bosses and not (_PAST.search(text, 0, title.start) or _SPEAKER.match(text, title.end))
    ]
    if not now and _LEFT_BEHIND.search(text):
        return [replace(title, slot=NO_PREFERENCE, value=None) for title in titles]
    return now or [title for title in titles if title.start not in bosses]


_LEFT_BEHIND = re.compile(
    r"\b(?:used\s+to\s+be|former|ex)\b[^?]*\b(?:now\s+(?:i\s+)?(?:want|look|need|would)"
    r"|(?:something|anything|work)\s+(?:else|different|new))\b(?![^?]*\bsame\b)|\bwas\b[^?.]*\bnot\s+any\s?more\b",
    re.IGNORECASE,
)
"""What says that somebody no longer looks for what they were."""


def _is_boss(first: Finding, second: Finding, text: str) -> bool:
    """Whether the second title is whom the first one works for: "assistant to the CEO", "CFO of a manufacturer"."""
    if first.value.endswith("assistant") and text[first.end : second.start] == " to ":
        return True
    return _TO_BOSS.fullmatch(text, first.end, second.start) is not None


_SPEAKER = re.compile(r"\s+(?:speaking|here)\b\s*[,:;.!-]", re.IGNORECASE)
_TO_BOSS = re.compile(
    r"\s+(?:of|at|with|for)\s+an?\s+(?:[\w-]+\s+)?|[\s,]+(?:who\s+)?(?:report(?:ing|s)?\s+)?to\s+(?:an?|the|our"
    r"|your)\s+",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?:[|]\s+as\b|\b(?:(?:i've|i\s+have|we've)\s+been|(?:i|we|he|she|and|then)\s+(?:was|were|used\s+to\s+(?:be|work\s+as)|worked\s+as|started\s+(?:out\s+)?as|trained\s+as)"
    r"|years?(?:\s+as)?|former(?:ly)?(?:\s+an?)?(?:\s+[a-z]+)?|ex|no\s+longer|(?:husband|wife|boss|father|mother|dad|mum|mom|brother|sister|son|daughter)"
    r"\s+is))[\s-]+(?:an?\s+|the\s+|once\s+|only\s+)*$",
    re.IGNORECASE,
)


def _tool_tokens(tokens: list[re.Match[str]], text: str) -> set[int]:
    """Tokens of skills that no title is made of."""
    tools = [skill for skill in listed_skills(text) if skill_fields().get(skill.value) in _TOOLS]
    spans = [(skill.start, skill.end) for skill in tools]
    inside = {n for n, token in enumerate(tokens) if any(s <= token.start() < e for s, e in spans)}
    of_titles = {n for n in inside if _is_of_titles(tokens[n], text, spans) or _is_trade(tokens[n], tools)}
    return inside - of_titles


def _is_of_titles(token: re.Match[str], text: str, tools: list[tuple[int, int]]) -> bool:
    """Whether a word of a tool's name belongs to titles: "data entry", but not "Windows Server"."""
    heads = [text[start:end].lower().split()[-1] for start, end in tools if start <= token.start() < end]
    return token[0].lower() in words("title_modifier") and all(says_a_trade(head, after_tool=False) for head in heads)


def _is_trade(token: re.Match[str], tools: list[Finding]) -> bool:
    """Whether a word is an occupation and not, in a list of tools, one of them ("Photoshop, Illustrator")."""
    occupation = occupation_of(token[0].lower())
    if occupation is None:
        return False
    others = [tool for tool in tools if not tool.start <= token.start() < tool.end]
    own = [tool for tool in tools if tool not in others and tool.start <= token.start() < tool.end]
    if not any(occupation in tool.value.lower().split() for tool in own):  # the skill of a translator is translation
        return True
    return not any(
        0 <= token.start() - tool.end <= _LISTED or 0 <= tool.start - token.end() <= _LISTED for tool in others
    )


def _titles(tokens: list[re.Match[str]], occupation: str, text: str, *, after_tool: bool) -> list[Finding]:
    if len(tokens) == 1 and not says_a_trade(occupation, after_tool=after_tool):
        return []
    written = text[tokens[0].start() : tokens[-1].start()].lower() + trade_name(occupation)
    title = title_as_said(written.replace("-", " ") if written in words("occupation") else written)
    return [Finding("titles", title, tokens[0].start(), tokens[-1].end())] if title else []


def title_as_said(written: str) -> str:
    """A title in standard form in which the short name of a field stays: "QA testers" look for a `qa tester`."""
    title = standardize_title(written)
    for short, long in _FIELDS.items():
        if re.search(rf"\b{short}\b", written):
            title = title.replace(long, short)
    return title


_FIELDS = {"hr": "human resources", "icu": "intensive care", "qa": "quality assurance", "qc": "quality control"}
"""Fields that everybody calls by their letters; whole titles in letters (RN, CFO) are written out."""


def _first_token(tokens: list[re.Match[str]], last: int, text: str, tools: set[int]) -> int:
    """Index of the first word of the title that ends with the last one."""
    first = last
    while first > 0 and last - first + 1 < _MOST_WORDS and _touch(tokens, first, text):
        if first - 1 in tools or not _is_modifier(tokens[first - 1][0]) or _is_shift(tokens, first - 1):
            break
        first -= 1
    return first


def _with_pair(tokens: list[re.Match[str]], first: int, text: str) -> int:
    """Index of the first word of the title with the field that "and" joins to it: "health and safety officer"."""
    return first - 2 if first > 1 and _PAIR.search(text, 0, tokens[first].end()) else first


_PAIR = re.compile(
    r"\b(?:(?<!mental\s)(?<!occupational\s)health\s+and\s+(?:safety|social(?=\s+care\b))|food\s+and\s+beverage|sales\s+and\s+marketing|plumbing\s+and\s+heating"
    r"|(?:research|learning)\s+and\s+development|hair\s+and\s+beauty)$",
    re.IGNORECASE,
)


def _is_shift(tokens: list[re.Match[str]], number: int) -> bool:
    """Whether a token ends "night shift", which is no part of a title as it is in "shift manager"."""
    return tokens[number][0].lower() == "shift" and number > 0 and tokens[number - 1][0].lower() in _TIMES_OF_DAY


_TIMES_OF_DAY = frozenset(
    ("night", "day", "evening", "late", "early", "morning", "swing", "second", "third", "graveyard")
)


def _is_modifier(written: str) -> bool:
    """Whether a word may belong to the title behind it: any noun that is not another title, a place or a plain word."""
    word = written.lower()
    if word in words("title_modifier"):
        return True
    if word in words("plain") or _NO_MODIFIER.fullmatch(word) or (written.istitle() and is_place(word)):
        return False
    return not (is_well_known_place(word) or (word.endswith("s") and occupation_of(word) is not None))


def _occupation_at(tokens: list[re.Match[str]], number: int, text: str) -> str | None:
    """The occupation that a token names, in the singular; rare words in "-er" only where a title stands."""
    word = tokens[number][0].lower()
    occupation = occupation_of(word)
    if occupation is not None or not _AGENT.fullmatch(word) or word in words("plain") | words("title_modifier"):
        return occupation
    if is_skill(word) or is_place(word) or english_frequency(word.removesuffix("s")) > _COMMON_AGENT:
        return None
    before = text[: tokens[number].start()]
    behind = text[tokens[number].end() :]
    is_title = (
        _TITLE_BEFORE.search(before)
        or _TITLE_BEHIND.match(behind)
        or (_TITLE_ENDS.match(behind) and _starts_with_title(before))
    )
    return word.removesuffix("s") if is_title else None


_TITLE_BEFORE = re.compile(
    r"(?:^|[,;:.]\s+[\w-]+\s+|(?<!on\s)(?<!in\s)(?<!at\s)(?<!with\s)\b(?:an?|as|for)\s+(?:[\w-]+\s+)?)$", re.IGNORECASE
)
_TITLE_ENDS = re.compile(
    r"\s*(?:[,.;:?!|]|$|-\s|\b(?:in|near|at|with|on|from|around|who|that|paying|for|will|would|wanted|needed|please)\b)",
    re.IGNORECASE,
)
_TITLE_BEHIND = re.compile(r"\s+(?:jobs?|roles?|positions?|work|openings?|vacanc\w+|postings?)\b", re.IGNORECASE)


def _starts_with_title(before: str) -> bool:
    """Whether a question starts with up to two words that may belong to a title: "shelf stacker, nights"."""
    return len(before.split()) < _MOST_WORDS - 1 and all(map(_is_modifier, before.split()))


def _touch(tokens: list[re.Match[str]], number: int, text: str) -> bool:
    """Whether only a blank, or between two trades of one job a slash ("UX/UI designer"), stands before a token."""
    if number == 0:
        return False
    before, token = tokens[number - 1], tokens[number]
    gap = text[before.end() : token.start()]
    return gap == " " or (gap == "/" and {before[0].lower(), token[0].lower()} <= words("title_modifier"))
