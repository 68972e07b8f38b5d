"""Work that is described instead of named: "I drive a bus", "somebody who walks dogs", "jobs waiting tables".

Belongs here: finding a verb with what it is done to, and the title of who does that. They are listed in
`described_work.yaml`. Where a question names a title as well, that is what it asks for.
"""

import re
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.recognizers.occupations import occupation_of
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.recognizers.spans import Finding, is_excluded
from jobsearch_dagster.search.recognizers.titles import find_titles
from jobsearch_dagster.search.recognizers.words import words

_ANY, _SAME_AS = "any", "see"
_DOER = (
    r"(?:(?:\b(?:i|i've|we|have|people|someone|somebody|anyone|anybody|person|those|guys?|who|that|to|can|could|used\s+to|years?\s+of|jobs?|work"
    r"|roles?|gigs?|something|or|and|been|am|i'm|love|like|enjoy|good\s+at|experience|do|also)|[,|](?:\s+of)?)\s+|^\W*)"
)
_OBJECT = r"(?:an?\s+|the\s+|my\s+|your\s+|people's\s+|their\s+|small\s+|big\s+|city\s+)*"
_PAST = {
    "bake": ("baked",), "build": ("built",), "catch": ("caught",), "cut": ("cut",), "do": ("did", "done"),
    "draw": ("drew", "drawn"), "drive": ("drove", "driven"), "fight": ("fought",), "fly": ("flew", "flown"),
    "grow": ("grew", "grown"), "keep": ("kept",), "lay": ("laid",), "make": ("made",), "run": ("ran",),
    "sell": ("sold",), "sew": ("sewed",), "shoot": ("shot",), "take": ("took", "taken"), "teach": ("taught",),
    "write": ("wrote", "written"),
}  # fmt: skip
_HISSES = ("o", "ch", "sh", "x", "ss")
"""Ends of verbs that take "es"."""


def find_described_work(text: str) -> list[Finding]:
    """`titles` that a question describes and does not name."""
    found = [finding for match in _pattern().finditer(text) for finding in _described(match, text)]
    found += [finding for match in _compound().finditer(text) for finding in _named_by_compound(match, text)]
    if not found or not any(_is_apart(title, found) for title in find_titles(text)):
        return found
    return [finding for finding in found if _OR.search(text, 0, finding.start)]


_OR = re.compile(r"\bor\s+$", re.IGNORECASE)


def _is_apart(title: Finding, described: list[Finding]) -> bool:
    """Whether a title stands outside all descriptions: the "wheeler" of "I drive an 18 wheeler" is none."""
    return not any(work.start < title.end and title.start < work.end for work in described)


def _described(match: re.Match[str], text: str) -> list[Finding]:
    verb = _verbs()[match["verb"].lower()]
    objects = _work()[verb]
    for start, end in _runs(match["object"]):
        said = match["object"][start:end].lower()
        title = objects.get(said) or (objects.get(_ANY) if _is_subject(said) else None)
        if title is not None and not is_excluded(text, match.start("verb")):
            return [Finding("titles", title.format(said), match.start("verb"), match.start("object") + end)]
    return []


def _named_by_compound(match: re.Match[str], text: str) -> list[Finding]:
    """The title of "dog walking"; what only names a subject ("English teaching") is left to the skills."""
    title = _work()[_verbs()[match["verb"].lower()]].get(match["object"].lower())
    is_work = _WORK_BEHIND.match(text, match.end()) is not None or match[0] == text.strip(" .?!")
    if title is None or is_excluded(text, match.start()) or (is_skill(match[0]) and not is_work):
        return []
    return [Finding("titles", title.format(match["object"].lower()), *match.span())]


_WORK_BEHIND = re.compile(r"\s+(?:jobs?|gigs?|work|roles?|positions?)\b", re.IGNORECASE)


def _runs(phrase: str) -> list[tuple[int, int]]:
    """Spans of the words of an object, ever fewer of them ("maths at a" is "maths"), first without who is taught."""
    spans = [match.span() for match in re.finditer(r"\S+", phrase)]
    starts = (1, 0) if len(spans) > 1 and phrase.split()[0].lower() in _TAUGHT else (0,)
    return [(spans[first][0], spans[last][1]) for first in starts for last in range(len(spans) - 1, first - 1, -1)]


_TAUGHT = frozenset(("adults", "beginners", "children", "kids", "people", "students", "teenagers"))


def _is_subject(said: str) -> bool:
    """Whether somebody can teach or cook that: a skill, or a word that titles are made of."""
    if said in words("plain") or occupation_of(said) is not None:
        return False
    return is_skill(said) or said in words("title_modifier")


@cache
def _work() -> dict[str, dict[str, str]]:
    """Verb -> object, in singular and plural -> title."""
    listed = read_yaml(resources.files("jobsearch_dagster.search.recognizers") / "described_work.yaml")
    return {verb: _objects(listed[objects.get(_SAME_AS, verb)]) for verb, objects in listed.items()}


def _objects(listed: dict[str, str]) -> dict[str, str]:
    return {
        form: title.format(name) if name != _ANY else title
        for names, title in listed.items()
        for name in names.split("|")
        for form in (name, f"{name}s")
    }


@cache
def _verbs() -> dict[str, str]:
    """Form of a verb -> the verb."""
    forms: dict[str, str] = {}
    for verb in _work():
        first, *particle = verb.split()
        doubled = first + first[-1] if re.fullmatch(r"[a-z]+[^aeiou][aeiou][tnm]", f"x{first}") else first
        gerund = f"{doubled.removesuffix('e')}ing"
        stem = re.sub("(?<![aeo])y$", "i", doubled)
        present = f"{re.sub('(?<![aeo])y$', 'ie', first)}{'e' if first.endswith(_HISSES) else ''}s"
        for form in (first, present, gerund, *_PAST.get(first, (f"{stem.removesuffix('e')}ed",))):
            forms[" ".join([form, *particle])] = verb
    return forms


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = "|".join(sorted(_verbs(), key=len, reverse=True))
    return re.compile(
        rf"{_DOER}(?P<verb>{longest_first})\s+{_OBJECT}(?P<object>[\w'-]+(?:\s+[\w'-]+){{0,2}})", re.IGNORECASE
    )


@cache
def _compound() -> re.Pattern[str]:
    gerunds = "|".join(form for form in _verbs() if form.endswith("ing"))
    return re.compile(rf"\b(?P<object>[a-z]+)[\s-]+(?P<verb>{gerunds})\b(?!\s+[a-z]+er\b)", re.IGNORECASE)
