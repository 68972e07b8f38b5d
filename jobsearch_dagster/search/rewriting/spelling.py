"""Slips of the keyboard: `acountant in torronto` is `accountant in toronto`.

Belongs here: which words are misspelt and what they should be. A word is put right only where English, the lexicons
and the gazetteer do not know it, its first letter is right, and one letter of it is wrong, missing, extra or swapped
with the next, in long words two (optimal string alignment distance, rapidfuzz). English is pyspellchecker's list of
160,000 words.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from jobsearch_dagster.preparation.entities import known_skills
from jobsearch_dagster.preparation.gazetteer import countries, large_city_keys, regions
from jobsearch_dagster.preparation.skills import skill_spellings
from jobsearch_dagster.search.english import RARE, english_frequency
from jobsearch_dagster.search.recognizers.occupations import is_nickname
from jobsearch_dagster.search.recognizers.place_phrases import is_clear_place
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.recognizers.words import words
from jobsearch_dagster.search.rewriting.edits import Edit

LEAST_LETTERS = 4
"""Shorter words are too near each other to guess at a slip; one letter may be missing of four."""
LONG = 8
"""Letters of a word in which two may be wrong; in one of 7 only behind 5 that are right."""
LARGE_CITY = 300_000
"""Inhabitants of a city whose name people misspell in a question: about 1,900 cities."""
_WORD = re.compile(r"(?<![\w.@/#+'])[^\W\d_]+(?:'[^\W\d_]+)?(?![\w@/#+']|\.\w)")
_SWAPPED = {
    "form home": "from home",
    "form hom": "from home",
    "resturant": "restaurant",
    "restraunt": "restaurant",
    "restaraunt": "restaurant",
    "free lance": "freelance",
    "fork lift": "forklift",
    "untied states": "united states",
    "at leest": "at least",
}
"""A slip that is a word of its own, or that has little left of the word."""
_PHRASE = re.compile("|".join(rf"\b{phrase}\b" for phrase in _SWAPPED), re.IGNORECASE)


def spelling_edits(text: str) -> list[Edit]:
    """The right spelling for every misspelt word."""
    found = [Edit(*match.span(), _SWAPPED[match[0].lower()]) for match in _PHRASE.finditer(text)]
    swapped = [(edit.start, edit.end) for edit in found]
    for match in _WORD.finditer(text):
        if any(start <= match.start() < end for start, end in swapped):
            continue
        is_placed = _IN.search(text, max(0, match.start() - _REACH), match.start()) is not None
        where: _Where = "place" if is_placed else "title" if _is_modifier(match, text) else ""
        right = _corrected(match[0], where)
        if right and not _is_name(match, right):
            found.append(Edit(*match.span(), right))
    return sorted(found, key=lambda edit: edit.start)


def _is_name(match: re.Match[str], right: str) -> bool:
    """Whether a capitalized word is rather a name that no list has than a slip: Infosys is no infosec."""
    if not match[0].istitle():
        return False
    if is_skill(right):
        return OSA.distance(match[0].lower(), right) > 1
    return match.start() > 0 and right not in _places()


_Where = Literal["place", "title", ""]
"""Where a word stands: behind "in" and its like, before an occupation, or anywhere else."""
_IN = re.compile(r"\b(?:in|near|around|from|to|new|san|los|las|cape|hong|saint|fort|port)\s+$", re.IGNORECASE)
_REACH = 10
"""Characters before a word in which "in" and its like stand; looking at all of them made long questions slow."""


def _is_modifier(match: re.Match[str], text: str) -> bool:
    """Whether an occupation stands behind a word so short that else only words of questions are put right."""
    behind = _WORD.match(text, match.end() + 1)
    if behind is None or len(match[0]) > LEAST_LETTERS or not match[0].islower() or text[match.end()] != " ":
        return False
    word = behind[0].lower()
    return word.removesuffix("s") in words("occupation") or _nearest(word, _occupations()) is not None


@lru_cache(maxsize=20_000)
def _corrected(written: str, where: _Where) -> str | None:
    """What a word should be; None where it is right, or like nothing that a question asks for."""
    word = written.lower()
    if len(word) < LEAST_LETTERS - 1 or not word.isascii():
        return None
    if where != "place" and written.islower() and (trade := _trade_like_a_place(word)):
        return trade
    if _is_right(word):
        return None
    if (joined := _taken_apart(word)) is not None:
        return joined
    if written.isupper() and len(word) <= LEAST_LETTERS:  # an abbreviation that is not known
        return None
    return _with_letters_swapped(word) or _like_sounding(word) or _nearest_known(word, where)


def _like_sounding(word: str) -> str | None:
    """What a word that English does not have sounds like."""
    alike = () if english_frequency(word) else _sounds().get(_sound(word), ())
    return min(alike, key=lambda name: (name[0] != word[0], OSA.distance(word, name)), default=None)


def _nearest_known(word: str, where: _Where) -> str | None:
    """The nearest of the words that may stand there, the likeliest kind first."""
    known = _vocabularies()
    is_rare = english_frequency(word) > 0
    if where == "place" and (place := _nearest(word, known[-1], is_rare=is_rare)):
        return _nearest(word, (place, *known[0], *known[1]), is_rare=is_rare)
    if len(word) <= LEAST_LETTERS:
        known = known[: 2 if where == "title" else 1]  # skills of four letters are too near each other
    elif is_rare:
        known = known[:2]
    near = (_nearest(word, names, is_rare=is_rare) for names in known)
    return min(filter(None, near), key=lambda name: OSA.distance(word, name), default=None)


def _with_letters_swapped(word: str) -> str | None:
    """The word of a question that has the same letters but for two neighbours: `jbos`, `hoem`."""
    pairs = (word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in (*range(1, len(word) - 1), 0))
    return next((name for name in pairs if name in _asked_words() and name != word), None)


def _trade_like_a_place(word: str) -> str | None:
    """The occupation that a rare word is a letter away from though a small place has its name: `gard` is a guard."""
    if word in words("plain") or word in words("occupation") or english_frequency(word) > RARE:
        return None
    if word in large_city_keys(LARGE_CITY) or not (is_clear_place(word) or word in _proper_names()):
        return None
    return _nearest(word, _occupations(), is_rare=True)


def _is_right(word: str) -> bool:
    return (
        word in _asked_words()
        or word in words("plain")
        or not _occupation_words().isdisjoint((word, word.removesuffix("s")))
        or is_nickname(word)
        or is_skill(word)
        or is_clear_place(word)
        or word in _proper_names()
        or english_frequency(word) > RARE
    )  # the cheap ones first: loading English takes 0.4 s


def _taken_apart(word: str) -> str | None:
    """Two words of a question that were written as one: "atleast", "fulltime"."""
    asked = _asked_words()
    parts = ((word[:n], word[n:]) for n in range(2, len(word) - 1))
    apart = (f"{first} {second}" for first, second in parts if first in asked and second in asked)
    return next(apart, _squeezed_cities().get(word))


def _nearest(word: str, known: tuple[str, ...], *, is_rare: bool = False) -> str | None:
    slips = 1 if len(word) < LONG - 1 or is_rare else 2
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=slips, limit=20)
    near = ((distance, name) for name, distance, _ in found if _may_be_meant(word, name))
    candidates = [
        (n, name)
        for n, name in near
        if n < slips
        or len(word) >= LONG
        or _alike(word, name) >= LONG - 3
        or slips == 1
        or sorted(word) == sorted(name)  # chigaco
    ]
    if not candidates:
        return None
    return min(candidates, key=lambda pair: (pair[0], _likelihood(word, pair[1])))[1]


def _likelihood(word: str, name: str) -> tuple[bool, bool, int, bool]:
    """Smaller for the likelier slip: letters swapped, then letters missing or doubled, then a wrong one late."""
    swapped = sorted(name) == sorted(word)
    missing = len(name) != len(word)
    return not swapped, not missing, -_alike(word, name), len(name) < len(word)


def _alike(word: str, name: str) -> int:
    """Letters at the beginning that are the same."""
    return next((n for n, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))


def _may_be_meant(word: str, name: str) -> bool:
    """The first letter is right, or it and the second are swapped; a word of three letters lacks one of four."""
    if len(word) < LEAST_LETTERS and len(name) <= len(word) and sorted(name) != sorted(word):
        return False
    return name[0] == word[0] or name[:2] == word[1::-1]


_SPELLINGS = (
    ("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "kw"), ("x", "ks"), ("sch", "sh"), ("c(?=[eiy])", "s"),
    ("c(?!h)", "k"), ("z", "s"), ("v", "w"), ("y", "i"), (r"(.)\1+", r"\1"), ("(?<=...)e$", ""),
)  # fmt: skip
"""Letters that sound alike, put in one form from left to right."""


def _sound(word: str) -> str:
    """A word as it sounds: `grafic` is `graphic`, `varsaw` `warsaw`."""
    for written, spoken in _SPELLINGS:
        word = re.sub(written, spoken, word)
    return word


@cache
def _sounds() -> dict[str, list[str]]:
    """Sound -> what a question may ask for, the likeliest first."""
    alike: dict[str, list[str]] = {}
    for name in chain.from_iterable(_vocabularies()):
        if len(name) > LEAST_LETTERS:
            alike.setdefault(_sound(name), []).append(name)
    return alike


@cache
def _vocabularies() -> tuple[tuple[str, ...], ...]:
    """What a question may ask for, the likeliest first: of two words equally near, the earlier list has the right."""
    return tuple(tuple(_long_enough(part)) for part in (sorted(_asked_words()), _trades(), _skills(), _places()))


def _long_enough(known: Iterable[str]) -> Iterator[str]:
    return (name for name in known if len(name) >= LEAST_LETTERS - 1 and name.isascii())


def _trades() -> list[str]:
    occupations = sorted(words("occupation"))
    plurals = [f"{name}s" for name in occupations]
    return [*occupations, *plurals, *sorted(words("title_modifier")), *sorted(words("industry"))]


def _skills() -> list[str]:
    return [name for name in sorted(skill_spellings()) if name.isalpha()]


@cache
def _places() -> list[str]:
    names = [*large_city_keys(LARGE_CITY), *sorted(countries()), *sorted(key for _, key in regions())]
    return [
        part for part in dict.fromkeys(part for name in names for part in name.split()) if len(part) >= LEAST_LETTERS
    ]


@cache
def _proper_names() -> frozenset[str]:
    """Words of names of places and skills, right in any sentence ("las" of Las Vegas)."""
    names = [
        *large_city_keys(LARGE_CITY),
        *countries(),
        *(key for _, key in regions()),
        *map(str.lower, known_skills()),
    ]
    return frozenset(part for name in names for part in re.split(r"[\s/-]", name))


@cache
def _squeezed_cities() -> dict[str, str]:
    """Cities of several words, by their name without blanks: "capetown"."""
    return {key.replace(" ", ""): key for key in reversed(large_city_keys(LARGE_CITY)) if " " in key}


@cache
def _occupations() -> tuple[str, ...]:
    return tuple(sorted(words("occupation")))


@cache
def _asked_words() -> frozenset[str]:
    """Words that the recognizers look for, and those that hold a question together."""
    return words("asked")


@cache
def _occupation_words() -> frozenset[str]:
    return words("occupation") | words("title_modifier") | words("industry")
