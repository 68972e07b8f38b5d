"""Synthetic questions, answers and contexts with their labels: what the judges learn from.

Belongs here: how a posting of the train split is turned into positives and hard negatives, one kind after the other.
An example is edited first and labelled then, by the same rules as real answers (`gold.py`): an edit that by chance
leaves a negative true, or makes a positive false, is left out.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from jobsearch_dagster.evaluation.gold import (
    Criterion,
    answer_is_faithful,
    answer_is_relevant,
    context_is_relevant,
    said_of,
)
from jobsearch_dagster.evaluation.truth import Asked, NamedJob, Postings
from jobsearch_dagster.pairs.query_pairs import REMOTE
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.entities import Span, extract_entities, posting_text
from jobsearch_dagster.preparation.text import split_sentences

TRIES = 5
"""Other postings that are tried until one gives an example of the kind that it should be."""
QUESTIONS = 2
"""Questions that are taken of each posting; each costs about seven examples for context and as many for relevance."""
MOST_YEARS_MORE = 8
"""By which years of experience are raised."""
AS_IT_IS, UNASKED_SWAPPED, TRUNCATED = "as it is", "another field swapped", "truncated"
OFF_TOPIC, SAME_TITLE = "off topic", "same title"
_PAY = re.compile(r"[$€£₹]|\b(?:usd|eur|gbp|inr|cad|aud)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A posting that examples are made from.

    Attributes:
        posting_id: Its id.
        job: The posting with its whole description.
        answer: What the constructed answer says of it.
        questions: By query type, what is asked and what that means.
    """

    posting_id: str
    job: NamedJob
    answer: NamedJob
    questions: Mapping[str, tuple[str, Asked]]


class Example(NamedTuple):
    """One example for the judge of a criterion.

    Attributes:
        criterion: Which judge.
        kind: How it was made.
        posting_id: The posting it was made from.
        question: What is asked.
        answer: What is answered; empty for context relevance.
        context: What the answer is to be taken from.
        label: Whether the criterion holds.
    """

    criterion: Criterion
    kind: str
    posting_id: str
    question: str
    answer: str
    context: str
    label: bool


Edit = Callable[[NamedJob, Source, random.Random], NamedJob]
"""From a job, another posting and luck to the job said otherwise, or the same where there is nothing to edit."""


@dataclass(frozen=True)
class _Neighbourhood:
    """A posting, the others in a drawn order, those of them with its title, and luck."""

    source: Source
    others: Sequence[Source]
    alike: Sequence[Source]
    luck: random.Random

    def donors(self, kind: str) -> Sequence[Source]:
        """The postings that an edit may take something from."""
        return (self.alike if kind == SAME_TITLE else self.others)[:TRIES]

    def unasked(self, query_type: str) -> Edit:
        """An edit of something that a question of this type does not ask for."""
        return SWAPS[self.luck.choice([name for name in SWAPS if name != query_type])]


def make_examples(sources: Sequence[Source], seed: int) -> list[Example]:
    """All examples for all judges, the same for the same sources in any order.

    Args:
        sources: Postings of the train split.
        seed: Of all draws.
    """
    ordered = sorted(sources, key=lambda source: source.posting_id)
    return [example for source in ordered for example in _examples_of(_neighbourhood(source, ordered, seed))]


def _neighbourhood(source: Source, sources: Sequence[Source], seed: int) -> _Neighbourhood:
    luck = random.Random(f"{seed} {source.posting_id}")  # noqa: S311 - a draw, not a secret
    others = [other for other in luck.sample(sources, len(sources)) if other.posting_id != source.posting_id]
    return _Neighbourhood(source, others, [other for other in others if _role(other) == _role(source)], luck)


def _role(source: Source) -> str:
    """The last word of a title: `developer` of a senior frontend developer."""
    return source.job.title.rpartition(" ")[2]


def _examples_of(near: _Neighbourhood) -> Iterator[Example]:
    questions = list(near.source.questions.values())
    for question, asked in near.luck.sample(questions, min(QUESTIONS, len(questions))):
        yield from _of_context(near, question, asked)
        yield from _of_relevance(near, question, asked)
    yield from _of_faithfulness(near, near.luck.choice(questions)[0])


def _of_context(near: _Neighbourhood, question: str, asked: Asked) -> Iterator[Example]:
    """The posting that was asked about, edited or not, and other postings."""
    kinds: list[tuple[str, Edit, bool]] = [
        (AS_IT_IS, _same, True),
        (UNASKED_SWAPPED, near.unasked(asked.query_type), True),
        (f"{asked.query_type} swapped", SWAPS[asked.query_type], False),
        (TRUNCATED, _without_description, False),
        (OFF_TOPIC, _other_job, False),
        (SAME_TITLE, _other_job, False),
    ]
    for kind, edit, label in kinds:
        for donor in near.donors(kind):
            job = edit(near.source.job, donor, near.luck)
            if context_is_relevant(asked, [said_of(job)]) is label:
                yield Example("context_relevance", kind, near.source.posting_id, question, "", written(job), label)
                break


def _of_faithfulness(near: _Neighbourhood, question: str) -> Iterator[Example]:
    """The posting as context, and answers about it that say what it says or something else."""
    source = near.source
    context = Postings([said_of(source.job)])
    kinds: list[tuple[str, Edit, bool]] = [
        (AS_IT_IS, _same, True),
        (TRUNCATED, _without_description, True),
        ("other sentences", _other_sentences(source), True),
        *((f"{name} swapped", edit, False) for name, edit in SWAPS.items()),
        ("title swapped", _title_swapped, False),
        ("foreign description", _foreign_description, False),
        (OFF_TOPIC, _other_answer, False),
        (SAME_TITLE, _other_answer, False),
    ]
    for kind, edit, label in kinds:
        for donor in near.donors(kind):
            said = written(edit(source.answer, donor, near.luck))
            if answer_is_faithful(said, context) is label:
                yield Example(
                    "answer_faithfulness", kind, source.posting_id, question, said, written(source.job), label
                )
                break


def _of_relevance(near: _Neighbourhood, question: str, asked: Asked) -> Iterator[Example]:
    """Answers to the question, each with the posting that it is taken from as context."""
    source = near.source
    kinds: list[tuple[str, Edit, bool]] = [
        (AS_IT_IS, _same, True),
        (UNASKED_SWAPPED, near.unasked(asked.query_type), True),
        ("another posting", _other_answer, True),
        (f"{asked.query_type} swapped", SWAPS[asked.query_type], False),
        (OFF_TOPIC, _other_answer, False),
        (SAME_TITLE, _other_answer, False),
    ]
    for kind, edit, label in kinds:
        for donor in near.donors(kind):
            said = written(edit(source.answer, donor, near.luck))
            job = donor.job if edit is _other_answer else source.job
            if answer_is_relevant(said, asked, Postings([said_of(job)])) is label:
                yield Example("answer_relevance", kind, source.posting_id, question, said, written(job), label)
                break
    heading = written(source.answer).partition("\n")[0]
    for kind, said in ((TRUNCATED, heading), ("no job named", source.answer.description)):
        yield Example("answer_relevance", kind, source.posting_id, question, said, written(source.job), label=False)


def written(job: NamedJob) -> str:
    """A job in the form of the answers that are learned."""
    return load_templates().answer.fill(
        {"title": job.title, "place": job.place, "salary": job.salary, "description": job.description}
    )


def _same(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    return job


def _other_job(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    return donor.job


def _other_answer(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    return donor.answer


def _without_description(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    return replace(job, description="")


def _foreign_description(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    return replace(job, description=donor.answer.description)


def _other_sentences(source: Source) -> Edit:
    """An answer says another part of its posting."""

    def edit(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
        sentences = split_sentences(source.job.description)
        first = luck.randrange(max(1, len(sentences) - 1))
        return replace(job, description=" ".join(sentences[first : first + 2]))

    return edit


def _title_swapped(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    return replace(job, title=donor.job.title, description=job.description.replace(job.title, donor.job.title))


def _place_swapped(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    """The place, and its parts where the description names them."""
    description = job.description
    for name, other in zip(_parts(job.place), _parts(donor.job.place), strict=False):
        description = re.sub(rf"\b{re.escape(name)}\b", other.replace("\\", r"\\"), description)
    return replace(job, place=donor.job.place, description=description)


def _parts(place: str) -> list[str]:
    return [part for part in place.split(", ") if part != REMOTE]


def _pay_swapped(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    """The pay; a description that states an amount would contradict it and loses that sentence."""
    kept = [sentence for sentence in split_sentences(job.description) if not _PAY.search(sentence)]
    return replace(job, salary=donor.job.salary, description=" ".join(kept))


def _skills_swapped(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    """The first skill, and every second of the others, for skills of the other posting."""
    text, spans = _found(job.description, "skills")
    known = {span.value for span in spans}
    new = [str(span.value) for span in _found(donor.job.description, "skills")[1] if span.value not in known]
    if not new:
        return job
    for span in reversed(spans[::2]):
        text = text[: span.start] + luck.choice(new).lower() + text[span.end :]
    return replace(job, description=text.strip())


def _years_swapped(job: NamedJob, donor: Source, luck: random.Random) -> NamedJob:
    """More years of experience than the posting asks."""
    text, spans = _found(job.description, "min_years")
    for span in spans:
        years = int(span.value) + luck.randint(1, MOST_YEARS_MORE)
        text = f"{text[: span.start]}{years} years{text[span.end :]}"
    return replace(job, description=text.strip())


@lru_cache(maxsize=10_000)
def _found(description: str, field: str) -> tuple[str, tuple[Span, ...]]:
    """A description, and where in it a field is read from."""
    spans = extract_entities("", "", description).spans
    return posting_text("", description), tuple(sorted((s for s in spans if s.field == field), key=lambda s: s.start))


SWAPS: dict[str, Edit] = {
    "location": _place_swapped,
    "salary": _pay_swapped,
    "skills": _skills_swapped,
    "experience": _years_swapped,
}
"""By query type, the edit of what it asks for."""
