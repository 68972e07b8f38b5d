"""The natural questions, put to the contenders.

Belongs here: who answers how many of them. What is relevant to them is in `relevance.py`, how answers become rankings
in `rankings.py`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import Field

from jobsearch_dagster.evaluation.contenders import Analytics, LanguageModel, Rag
from jobsearch_dagster.evaluation.rankings import Ranking, answer_rankings, retrieved_rankings
from jobsearch_dagster.evaluation.relevance import NaturalQuestion
from jobsearch_dagster.evaluation.truth import Postings
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.search.rag import retrieve
from jobsearch_dagster.search.searcher import Searcher


class RetrievalRecipe(Recipe):
    """What is ranked, and how much of it by the language models."""

    cutoffs: tuple[int, ...] = Field(
        default=(1, 3),
        min_length=1,
        description="the k of the metrics; the largest is the depth of every ranking, and should be no more than the "
        "postings in answers to templates: analytics_answers.limit, rag_answers.postings",
    )
    natural_questions: int | None = Field(
        default=None,
        ge=0,
        description="natural questions that the language models answer; all where it is null. Search answers all: it "
        "takes milliseconds",
    )
    seed: int = Field(default=42, description="of the sample of natural questions")
    max_new_tokens: int = Field(default=160, ge=1, description="longest answer to a natural question, in tokens")
    batch_size: int = Field(default=32, ge=1, description="natural questions at once")

    @property
    def depth(self) -> int:
        """Postings of a ranking that count, and that analytics and rag look up: the same for every contender."""
        return max(self.cutoffs)


def looked_up(
    data_dir: Path, questions: Sequence[NaturalQuestion], postings: Postings, recipe: RetrievalRecipe
) -> Iterator[Ranking]:
    """What search finds for the questions: with words alone (analytics), and with meaning (rag).

    Args:
        data_dir: The data folder, with a catalog and its index.
        questions: All of them: no language model is asked.
        postings: Of the catalog.
        recipe: How deep the rankings go.
    """
    texts, depth = [question.text for question in questions], recipe.depth
    with Searcher(data_dir, needs_index=True) as searcher:
        answers = Analytics(searcher, limit=depth).answer(texts)
    yield from answer_rankings("analytics", questions, answers, postings)
    yield from retrieved_rankings("analytics", questions, [answer.posting_ids for answer in answers])
    with Searcher(data_dir, with_meaning=True) as searcher:
        found = [retrieve(searcher, text, depth).posting_ids for text in texts]
    yield from retrieved_rankings("rag", questions, found)


class Load(Protocol):
    """Loads the language model."""

    def __call__(self, answers: int, *, adapted: bool) -> LanguageModel:
        """The model with the adapter or without, which counts its progress towards so many answers."""
        ...


def written(
    data_dir: Path, load: Load, questions: Sequence[NaturalQuestion], postings: Postings, recipe: RetrievalRecipe
) -> Iterator[Ranking]:
    """What the language models answer to the questions; nothing is loaded where there are none.

    Args:
        data_dir: The data folder, with a catalog and its index.
        load: Gives the models, one after the other.
        questions: As many as the models are to answer.
        postings: Of the catalog.
        recipe: How many postings rag is shown.
    """
    if not questions:
        return
    texts = [question.text for question in questions]
    base = load(2 * len(texts), adapted=False)
    yield from answer_rankings("base", questions, base.answer(texts), postings)
    with Searcher(data_dir, with_meaning=True) as searcher:
        answers = Rag(searcher, base, postings=recipe.depth).answer(texts)
    yield from answer_rankings("rag", questions, answers, postings)
    del base  # two models at once may not fit into memory
    yield from answer_rankings("lora", questions, load(len(texts), adapted=True).answer(texts), postings)


def sampled(questions: Sequence[NaturalQuestion], recipe: RetrievalRecipe) -> list[NaturalQuestion]:
    """The natural questions for the language models, in the order of the file; a larger sample holds the smaller."""
    drawn = sorted(questions, key=lambda q: hashlib.sha256(f"{recipe.seed}{q.question_id}".encode()).digest())
    chosen = {question.question_id for question in drawn[: recipe.natural_questions]}
    return [question for question in questions if question.question_id in chosen]
