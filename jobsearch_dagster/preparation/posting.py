"""A posting laid out for its readers: one text, its sentences and what the heading above each of them says.

Belongs here: positions, sentences and sections. Does not belong here: what a sentence says (`skills.py`,
`experience.py`, `education.py`, `arrangements.py`, `seniority.py`). `sections.yaml` beside this module holds the
wordings of headings.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.text import repair

Section = Literal["job", "waived", "preferred", "company", "benefits", "process", "boilerplate"]
"""What a sentence is about; `job` where no heading says otherwise, `boilerplate` for the small print of the law."""


class Reading(NamedTuple):
    """A value and the words it was read from, by their place in the text."""

    value: Any
    start: int
    end: int


class Sentence(NamedTuple):
    """A sentence, its place in `Posting.text` and its section."""

    text: str
    start: int
    section: Section


def posting_text(title: str, description: str) -> str:
    """The text that spans point into: the repaired title, a line break, the repaired description.

    Repaired means readable (`text.repair`: mojibake, HTML, invisible characters), with the case and spaces of the cell.
    """
    return f"{repair(title)}\n{repair(description)}"


_SPACE = re.compile(r"\s{2,}|[^\S \n]")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+|\b[\w.+%-]{1,64}@[\w.-]+", re.IGNORECASE)
_WRAPPED = re.compile(r"(?<=[^\n]{60})\n(?=[a-z])")
_INLINE_BULLET = re.compile(r" (?=[•▪●◦‣■✓✔➢►▸] )")
_OTHER_JOBS = re.compile(
    r"^(?![-*•·–—])(?![^:\n]{0,60}\b(?:responsib|requirement|dut(?:y|ies)|description|experience|leadership|about)\w*)"
    r"[^\w\n]*(?:"
    r"(?=[^:.\n]{0,60}\b(?:jobs?|roles?|vacanc(?:y|ies)|openings?|positions?|hiring|recruiting|opportunities"
    r"|viewed|wanted|seeking)\b)"
    r"(?=[^:.\n]{0,60}\b(?:other|also|as well|similar|related|more|further|near(?:by| you)|elsewhere|else"
    r"|recommended|explore|browse|next to)\b)"
    r"[^:.\n]{3,60}(?::|$(?=\n[^\n]))|"
    r"(?:similar|related|other|further|more|also|additional|recommended|we(?: a|')re also)\b[^.:\n]{0,30}"
    r"\b(?:jobs?|openings?|vacanc(?:y|ies)|positions?|roles|opportunities|postings|recruiting|hiring)\b"
    r"(?:[^.:\n]{0,25}(?::|$)| [^.\n]{0,25}:)"
    r"|jobs? (?:like this|you (?:may|might))|you (?:may|might) also|people also (?:viewed|searched)"
    r")",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a page goes on to other postings."""


_TITLE_NOUN = (
    r"\b(?:Engineer|Developer|Manager|Analyst|Nurse|Technician|Assistant|Consultant|Administrator|Architect"
    r"|Driver|Teacher"
    r"|Specialist|Designer|Scientist|Tester|Coordinator|Representative|Officer|Programmer|Operator|Clerk"
    r"|Accountant|Supervisor"
    r"|Mechanic|Electrician|Plumber|Chef|Cook|Therapist|Advisor|Adviser|Executive|Director|Lead|Trainee|Intern"
    r"|Worker|Tutor)s?\b"
)
_LIST_OF_JOBS = re.compile(
    rf"^[^\n]{{0,120}}{_TITLE_NOUN}[^\n]{{0,80}}[|·•/;,][^\n]{{0,120}}{_TITLE_NOUN}[^.!?\n]*$", re.MULTILINE
)
"""A line near the end that lists two titles or more is a footer of other postings, whatever it is called."""
_NEAR_THE_END = 0.75


@dataclass(frozen=True)
class Posting:
    """A text with its addresses blanked and its footer of other postings cut, each run of spaces a single one.

    Attributes:
        text: What the readers read.
        title_end: Where the title ends in it.
    """

    text: str
    title_end: int
    _shifts: tuple[list[int], list[int]]
    """From which position on, by how much a position in the original text is greater."""

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences in their order; a line break ends one, a semicolon does not."""
        return tuple(_sentences(self.text, self.title_end))

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    @cached_property
    def _lowered(self) -> str:
        lowered = self.text.lower()
        return lowered if len(lowered) == len(self.text) else self.text

    def sentences_with(self, words: Iterable[str]) -> list[Sentence]:
        """The sentences that hold one of some lower-case words: finding each beats a pattern on each sentence."""
        return self.sentences_at(at for word in words for at in _places(self._lowered, word))

    def sentences_at(self, positions: Iterable[int]) -> list[Sentence]:
        """The sentences that hold some positions, each once, in their order."""
        numbers = {max(0, bisect_right(self._starts, at) - 1) for at in positions}
        return [self.sentences[number] for number in sorted(numbers)]

    def sentence_at(self, position: int) -> Sentence:
        """The sentence that holds a position of a word."""
        return self.sentences[max(0, bisect_right(self._starts, position) - 1)]

    def line_at(self, position: int) -> tuple[int, int]:
        """Where the line that holds a position starts and ends."""
        end = self.text.find("\n", position)
        return self.text.rfind("\n", 0, position) + 1, len(self.text) if end < 0 else end

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A place in `text` as a place in the text that was laid out."""
        positions, shifts = self._shifts
        last = end - 1
        return start + shifts[bisect_right(positions, start) - 1], end + shifts[bisect_right(positions, last) - 1]


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def lay_out(text: str, title_end: int = 0) -> Posting:
    """Lay out a repaired text whose first `title_end` characters are a title."""
    if "@" in text or "www." in text or "://" in text:
        text = _ADDRESS.sub(lambda address: " " * len(address[0]), text)
    pieces, positions, shifts = [], [0], [0]
    done = length = 0
    for space in _SPACE.finditer(text):
        kept = "\n" * min(2, space[0].count("\n")) or " "
        pieces += [text[done : space.start()], kept]
        length += space.start() - done + len(kept)
        done = space.end()
        positions.append(length)
        shifts.append(done - length)
    flat = "".join([*pieces, text[done:]])
    title_end -= shifts[bisect_right([p + s for p, s in zip(positions, shifts, strict=True)], title_end) - 1]
    flat = _INLINE_BULLET.sub("\n", _WRAPPED.sub(" ", flat))
    return Posting(flat[: _footer_start(flat, title_end)], title_end, (positions, shifts))


def _footer_start(text: str, title_end: int) -> int:
    named = _OTHER_JOBS.search(text, title_end + 1)
    listed = _LIST_OF_JOBS.search(text, title_end + 1 + int(_NEAR_THE_END * (len(text) - title_end)))
    return min((footer.start() for footer in (named, listed) if footer), default=len(text))


_BULLET = re.compile(r"[\s•▪●◦‣■✓✔➢►▸▪·*>–—-]+|o (?=\S)|(?:#\d{1,2}|\d{1,2}[.)]) (?=\D)")
_STOP = re.compile(r"[.!?][\"'”’)\]]*\s")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[^\W\d_]|min|max|approx|incl|inc|ltd|co|dept|est|yrs?|exp|mos|resp|ref|vs|std|sr|jr|dr|mr|mrs|ms"
    r"|st|e\.g|i\.e|ph\.d"
    r"|rs|edu|no))$",
    re.IGNORECASE,
)
_LONGEST = 1_000
"""Longer sentences are cut, which bounds the work of patterns that look around a word in its sentence."""
_BOILERPLATE = re.compile(
    r"equal[ -](?:employment )?opportunit|affirmative action|without regard to|regardless of (?:race|age|gender)"
    r"|discriminat|reasonable accommodation|protected veteran|sexual orientation|torres strait",
    re.IGNORECASE,
)
_LONGEST_HEADING = 60
_ENDS_A_SENTENCE = (".", ",", ";", "!")
_ENDS_WITH_ITS_LIST: tuple[Section, ...] = ("waived", "preferred")


def _sentences(text: str, title_end: int) -> Iterator[Sentence]:
    section: Section = "job"
    start = 0
    above_blank, had_lines = True, False
    lines = text.split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        bullet = _BULLET.match(line)
        lead = bullet.end() if bullet else 0
        words = line[lead:]
        own: Section | None = None
        if words and start >= title_end:
            is_heading = not bullet and _looks_like_heading(words, above_blank, below)
            named, is_inline = _section_named(words, is_heading)
            if is_heading:
                section, had_lines = named or "job", False
            elif named and is_inline:
                own = named
            elif above_blank and had_lines and not bullet and section in _ENDS_WITH_ITS_LIST:
                section = "job"
            else:
                had_lines = True
        for at, sentence in _split(words):
            yield Sentence(sentence, start + lead + at, "boilerplate" if is_small_print(sentence) else own or section)
        above_blank = not words or start < title_end
        start += len(line) + 1


def _looks_like_heading(line: str, above_blank: bool, below: str) -> bool:
    if len(line) > _LONGEST_HEADING or line.endswith(_ENDS_A_SENTENCE) or ";" in line:
        return False
    if line.endswith((":", "?")) or ":" in line:
        return ":" not in line[:-1]
    return line[0].isupper() and (above_blank or line.isupper() or bool(_BULLET.match(below)))


def _section_named(line: str, is_heading: bool) -> tuple[Section | None, bool]:
    """The section that a line's heading names, and whether more follows on the same line."""
    heading, colon, rest = line[: _LONGEST_HEADING + 1].partition(":")
    if not (colon or is_heading):
        return None, False
    heading = heading.rpartition(". ")[2].lower().replace("’", "'")
    return section_of_heading(heading.strip("?!*_#= ")), bool(rest.strip())


def is_small_print(sentence: str) -> bool:
    """Whether a sentence is what the law or good manners want in every posting, such as equal opportunity."""
    return _BOILERPLATE.search(sentence) is not None


@lru_cache(maxsize=20_000)
def section_of_heading(heading: str) -> Section | None:
    """The section that a heading begins, in lower case and without its colon; None where its wording says nothing."""
    return next((section for section, pattern in _headings() if pattern.fullmatch(heading)), None)


def _split(line: str) -> Iterator[tuple[int, str]]:
    start = 0
    for stop in (*_STOP.finditer(line), None):
        end = stop.end() if stop else len(line)
        if stop and _ABBREVIATED.search(line, max(start, stop.start() - 8), stop.start()):
            continue
        for at in range(start, end, _LONGEST):
            yield at, line[at : min(end, at + _LONGEST)]
        start = end


@cache
def _headings() -> tuple[tuple[Any, re.Pattern[str]], ...]:
    wordings = read_yaml(Path(__file__).with_name("sections.yaml"))
    return tuple(
        (
            "preferred" if section == "nice" else section,
            re.compile("|".join(f"(?:{line})" for line in lines.splitlines())),
        )
        for section, lines in wordings.items()
    )
