"""Job titles in a question: an occupation word and the words before it that belong to it.

Belongs here: spotting a title inside a sentence, in singular and plural. Writing a title
in standard form is for `preparation.titles`.
"""

import re
from functools import lru_cache

from jobsearch_dagster.preparation.skills import skill_fields
from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.search.english import english_frequency
from jobsearch_dagster.search.recognizers.places import is_place, is_well_known_place
from jobsearch_dagster.search.recognizers.skills import find_skill_mentions, is_skill
from jobsearch_dagster.search.recognizers.spans import Finding
from jobsearch_dagster.search.recognizers.words import words

_WORD = re.compile(r"[^\W\d_][\w+#.'-]*[\w+#]|[^\W\d_]")
_MOST_WORDS = 4
"""Words of a title; a fifth is more likely a part of the sentence."""
_ANYONE = frozenset(("specialist", "associate", "worker", "expert", "professional", "staff", "person", "people"))
"""Occupations that after a skill say no more than the skill ("React specialist")."""
_TOOLS = frozenset(("software", "business software", "data", "cloud and devops", "testing", "languages", "design"))
"""Fields of skills that stand beside a title rather than in it: "python developer", but "payroll clerk"."""
_SUFFIX = re.compile(
    r"[a-z]{3,}(?:ologist|ographer|ician|otherapist|smith|wright|keeper|maker|herder|handler|tender|monger|guard|(?<!s)ist)"
)
"""Ends of words that name an occupation, known or not."""
_AGENT = re.compile(r"[a-z]{4,}(?:er|or)s?")
"""Ends of words of which the rare ones, in the place of a title, do."""
_COMMON_AGENT = 3000
"""How often pyspellchecker's corpus has the rarest "-er" that is hardly ever an occupation (weather, ladder)."""
_PHRASES = {
    "au pair": "au pair",
    "au pairs": "au pair",
    "school principal": "school principal",
    "school principals": "school principal",
    "bean counter": "accountant",
    "bean counters": "accountant",
    "business partner": "business partner",
    "cabin crew": "cabin crew",
    "chief of staff": "chief of staff",
    "general counsel": "general counsel",
    "hr business partner": "human resources business partner",
    "scrum master": "scrum master",
    "scrum masters": "scrum master",
    "flight crew": "flight crew",
}
"""Titles that do not end with an occupation."""
_ANY_PHRASE = "|".join(rf"\b{phrase}\b" for phrase in sorted(_PHRASES, key=len, reverse=True))
_SLANG = {
    "adviser": "advisor",
    "anaesthetist": "anesthetist",
    "barkeep": "bartender",
    "binman": "refuse collector",
    "brickie": "bricklayer",
    "cabbie": "taxi driver",
    "chippy": "carpenter",
    "dietician": "dietitian",
    "doc": "doctor",
    "pentester": "penetration tester",
    "physio": "physiotherapist",
    "postie": "mail carrier",
    "sparky": "electrician",
    "trucker": "truck driver",
    "vet": "veterinarian",
}
"""What people call an occupation -> its name."""
_NO_MODIFIER = re.compile(r"[a-z]+ly|[a-z]+n't|.")
_LISTED = 5
"""Most characters between two items of a list: ", or "."""
_NEVER_A_TITLE = frozenset(
    (
        "crew",
        "tech",
        "temp",
        "groom",
        "fellow",
        "host",
        "judge",
        "model",
        "server",
        "setter",
        "killer",
        "founder",
        "owner",
        "loader",
    )
)
"""Occupations that are something else where nothing stands before them."""


def find_titles(text: str) -> list[Finding]:
    """`titles`, in standard form and singular; "python developers" names the title `developer` and leaves `python`."""
    tokens = list(_WORD.finditer(text))
    tools = _tool_tokens(tokens, text)
    findings = [
        Finding("titles", _PHRASES[match[0].lower()], *match.span())
        for match in re.finditer(_ANY_PHRASE, text, re.IGNORECASE)
    ]
    taken = [(found.start, found.end) for found in findings]
    last = len(tokens) - 1
    while last >= 0:
        first = last
        occupation = None if last in tools else _occupation_at(tokens, last, text)
        if any(start <= tokens[last].start() < end for start, end in taken):
            occupation = None
        if occupation is not None:
            first = _first_token(tokens, last, text, tools)
            after_tool = first - 1 in tools and _touch(tokens, first, text)
            findings += _titles(tokens[first : last + 1], occupation, text, after_tool=after_tool)
        last = first - 1
    return findings


def _tool_tokens(tokens: list[re.Match[str]], text: str) -> set[int]:
    """Tokens of skills that no title is made of."""
    tools = [skill for skill in find_skill_mentions(text) if skill_fields().get(skill.value) in _TOOLS]
    spans = [(skill.start, skill.end) for skill in tools]
    inside = (n for n, token in enumerate(tokens) if any(s <= token.start() < e for s, e in spans))
    return {
        n for n in inside if tokens[n][0].lower() not in words("title_modifier") and not _is_trade(tokens[n], tools)
    }


def _is_trade(token: re.Match[str], tools: list[Finding]) -> bool:
    """Whether a word is an occupation and not, in a list of tools, one of them ("Photoshop, Illustrator")."""
    if _occupation(token[0].lower()) is None:
        return False
    others = (tool for tool in tools if not tool.start <= token.start() < tool.end)
    return not any(
        0 <= token.start() - tool.end <= _LISTED or 0 <= tool.start - token.end() <= _LISTED for tool in others
    )


def _titles(tokens: list[re.Match[str]], occupation: str, text: str, *, after_tool: bool) -> list[Finding]:
    if len(tokens) == 1 and ((after_tool and occupation in _ANYONE) or occupation in _NEVER_A_TITLE):
        return []
    head = _SLANG.get(occupation, occupation)
    written = text[tokens[0].start() : tokens[-1].start()].lower() + head
    title = standardize_title(written.replace("-", " ") if written in words("occupation") else written)
    return [Finding("titles", title, tokens[0].start(), tokens[-1].end())] if title else []


def _first_token(tokens: list[re.Match[str]], last: int, text: str, tools: set[int]) -> int:
    """Index of the first word of the title that ends with the last one."""
    first = last
    while first > 0 and last - first + 1 < _MOST_WORDS and _touch(tokens, first, text):
        if first - 1 in tools or not _is_modifier(tokens[first - 1][0]):
            break
        first -= 1
    return first


def _is_modifier(written: str) -> bool:
    """Whether a word may belong to the title behind it: any noun that is not another title, a place or a plain word."""
    word = written.lower()
    if word in words("title_modifier"):
        return True
    if word in words("plain") or _NO_MODIFIER.fullmatch(word) or (written.istitle() and is_place(word)):
        return False
    return not (is_well_known_place(word) or (word.endswith("s") and _occupation(word) is not None))


def _occupation_at(tokens: list[re.Match[str]], number: int, text: str) -> str | None:
    """The occupation that a token names, in the singular; rare words in "-er" only where a title stands."""
    word = tokens[number][0].lower()
    occupation = _occupation(word)
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


_TITLE_BEFORE = re.compile(r"(?:^|\b(?:an?|as|for)\s+(?:[\w-]+\s+)?)$", re.IGNORECASE)
_TITLE_ENDS = re.compile(
    r"\s*(?:[,.;:?!|]|$|-\s|\b(?:in|near|at|with|on|from|around|who|that|paying|for)\b)", re.IGNORECASE
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


@lru_cache(maxsize=20_000)
def _occupation(word: str) -> str | None:
    """The occupation word in the singular; None where the word is none."""
    singulars = (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        re.sub("ies$", "y", word),
        re.sub("men$", "man", word),
        re.sub("people$", "person", word),
    )
    for singular in singulars:
        if singular in words("occupation"):
            return singular
    return word.removesuffix("s") if _SUFFIX.fullmatch(word.removesuffix("s")) else None
