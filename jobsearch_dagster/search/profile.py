"""What a resume says of the person who looks for a job.

Belongs here: the profile and how it is read from a resume's text. Reading the file is in `ingestion/resumes.py`, how
well a posting fits in `fit.py`, what people tell of themselves in a conversation in `remembered.py`. The text itself is
kept nowhere: a profile holds words of the product's vocabularies, a place and a job title.
"""

import re
from datetime import date

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from jobsearch_dagster.preparation.education import find_degrees
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.privacy import redact
from jobsearch_dagster.preparation.skills import find_skills
from jobsearch_dagster.preparation.text import LONGEST_TEXT, repair
from jobsearch_dagster.preparation.titles import split_title
from jobsearch_dagster.preparation.vocabulary import EDUCATIONS, Education, Seniority
from jobsearch_dagster.search.filter import Usd, Word, Words, Years
from jobsearch_dagster.search.recognizers.places import find_named_places
from jobsearch_dagster.search.recognizers.spans import Finding
from jobsearch_dagster.search.recognizers.titles import find_titles
from jobsearch_dagster.search.work_history import years_of_work


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Profile:
    """A job seeker; None where nothing is known. Values are validated, so that one can come from a file.

    Attributes:
        title: The job title the resume begins with, in standard form and without seniority.
        seniority: That of the title.
        skills: Names from the lexicon, in the order of their first mention.
        years: Years of experience.
        education: The highest degree.
        place: Where the person lives, normalized: "austin, tx, united states".
        pay: The least pay wanted, USD a year; no resume says it.
    """

    title: Word | None = None
    seniority: Seniority | None = None
    skills: Words = ()
    years: Years | None = None
    education: Education | None = None
    place: Word | None = None
    pay: Usd | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the text said nothing of a person's work, as no resume does."""
        return not (self.title or self.skills or self.years)


_HEAD_LINES = 12
"""Lines of a resume that say who and where its owner is."""
_LONGEST_HEAD_LINE = 200
_PRAISE = frozenset(
    (
        *("dynamic", "innovative", "experienced", "ambitious", "passionate", "motivated", "dedicated", "skilled"),
        *("creative", "versatile", "reliable", "professional", "patient", "practical", "seasoned", "accomplished"),
        *("enthusiastic", "driven", "talented", "certified", "proficient", "detail-oriented", "results-driven"),
    )
)
"""Words before a title that praise its holder."""
_NOT_YET = re.compile(
    r"\b(?:pursuing|enrolled|working\s+towards?|expected|studying|(?:ph\.?d\.?|doctoral|degree)\s+candidate)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[a-z)][.!?]) +")


def read_profile(text: str, today: date | None = None) -> Profile:
    """Read a resume.

    Args:
        text: The text of a resume, with its lines and in its own case (`Go`, `R`).
        today: Until when posts that last "to the present" count; None is the day of the call.
    """
    text = redact(repair(text[:LONGEST_TEXT]))
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    head = [line[:_LONGEST_HEAD_LINE] for line in lines[:_HEAD_LINES]]
    title, seniority = _title(head)
    sentences = (sentence for line in lines for sentence in _SENTENCE_END.split(line))
    degrees = [degree for sentence in sentences if not _NOT_YET.search(sentence) for degree in find_degrees(sentence)]
    return Profile(
        title=title,
        seniority=seniority,
        skills=find_skills(text),
        years=years_of_work(text, today or date.today()),  # noqa: DTZ011 (a month more or less changes nothing)
        education=max(degrees, key=EDUCATIONS.index, default=None),
        place=_place(head),
    )


def _title(head: list[str]) -> tuple[str | None, Seniority | None]:
    """The first title of the head, less the praise before it.

    A name in the first line that ends with a trade ("Anna Smith") gives way to a title in another.
    """
    titles = [(line, sorted(find_titles(line), key=lambda finding: finding.start)) for line in head]
    if titles and _is_name(*titles[0]) and any(found for _, found in titles[1:]):
        del titles[0]
    for line, found in titles:
        if found:
            words = str(found[0].value).split()
            while len(words) > 2 and words[0] in _PRAISE:
                del words[0]
            # The level may stand before what the finding takes: "Senior" of "Senior Data Engineer".
            return split_title(" ".join(words))[0], split_title(line[: found[0].end])[1]
    return None, None


def _is_name(line: str, titles: list[Finding]) -> bool:
    """Whether a line is two or three words, and only the last of them is a title."""
    words = line.split()
    return len(words) in (2, 3) and [title.start for title in titles] == [len(line) - len(words[-1])]


def _place(head: list[str]) -> str | None:
    """The first place that the head names, each part of a line between bars and dots for itself."""
    parts = (part for line in head for part in re.split(r"\s*[|•·]\s*|\t", line))
    named = (str(place.value) for part in parts for place in find_named_places(part.strip()))
    return next((normalize_place(parse_location(name)) or name for name in named), None)
