"""A few validation questions, answered before the training, at every checkpoint, and after: what the adapter learns.

Belongs here: choosing them, answering and scoring them. That is a look at the training, not an evaluation, which has
its own stage.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.finetuning.validation import uncompiled
from jobsearch_dagster.foundation.bert_score import BertScorer
from jobsearch_dagster.foundation.generation import Generated, Generator
from jobsearch_dagster.foundation.text_metrics import text_scores
from jobsearch_dagster.pairs.rendering import render_prompt, stop_ids

if TYPE_CHECKING:
    from jobsearch_dagster.finetuning.training import Job

SCORES = ("rougeL", "bleu", "meteor", "bert_score")
"""Relevance, accuracy and faithfulness as the report follows them over the epochs (its section 4a)."""


class SampleQuestion(BaseModel):
    """A question with the answer that was wanted."""

    model_config = ConfigDict(frozen=True)

    query_type: str
    system: str
    question: str
    reference: str


def choose_sample(pairs: Sequence[Pair], size: int) -> tuple[SampleQuestion, ...]:
    """The first questions of each query type in turn, of another posting each as far as there are others.

    Args:
        pairs: In a fixed order.
        size: How many.
    """
    seen: dict[str, int] = {}
    ranked = []
    for pair in pairs:
        of_type, of_posting = seen.get(pair.query_type, 0), seen.get(pair.posting_id, 0)
        ranked.append((of_posting, of_type, len(ranked), pair))
        seen[pair.query_type], seen[pair.posting_id] = of_type + 1, of_posting + 1
    chosen = sorted(ranked, key=lambda entry: entry[:3])[:size]
    return tuple(
        SampleQuestion(query_type=pair.query_type, system=pair.system, question=pair.question, reference=pair.answer)
        for *_, pair in chosen
    )


class Sample:
    """The questions of a job, answered by the model as it stands."""

    def __init__(self, job: "Job", model: Any, tokenizer: Any) -> None:
        self._job = job
        self._model = model
        self._tokenizer = tokenizer
        self._scorer: BertScorer | None = None

    def answer(self, *, step: int) -> list[dict[str, Any]]:
        """One row per question: what was asked, wanted and said, and how close that is."""
        questions = self._job.sample
        if not questions:
            return []
        said = self._generate(questions)
        if self._scorer is None:
            self._scorer = BertScorer(self._job.recipe.sample_encoder, self._job.data_dir)
        alike = self._scorer.score([answer.text for answer in said], [question.reference for question in questions])
        return [
            {
                "step": step,
                "query_type": question.query_type,
                "question": question.question,
                "reference": question.reference,
                "answer": answer.text,
                "stopped": answer.stopped,
                **_overlap(answer.text, question.reference),
                "bert_score": score.f1,
            }
            for question, answer, score in zip(questions, said, alike, strict=True)
        ]

    def _generate(self, questions: Sequence[SampleQuestion]) -> list[Generated]:
        self._model.eval()
        try:
            with uncompiled():
                return Generator.around(self._model, self._tokenizer).generate(
                    [render_prompt(self._tokenizer, question.system, question.question) for question in questions],
                    stop=stop_ids(self._tokenizer),
                    max_new_tokens=self._job.recipe.sample_tokens,
                    use_adapter=True,
                )
        finally:
            self._model.train()
            if self._job.backend == "unsloth":  # its `generate` leaves the model in a mode of its own
                self._model.for_training(use_gradient_checkpointing=self._job.recipe.gradient_checkpointing)


def _overlap(answer: str, reference: str) -> dict[str, float]:
    scores = text_scores(answer, reference)
    return {name: scores[name] for name in SCORES if name in scores}


def mean_scores(answered: Sequence[dict[str, Any]]) -> dict[int, dict[str, float]]:
    """Mean of each score over the questions, per step."""
    steps = sorted({row["step"] for row in answered})
    return {
        step: {name: sum(row[name] for row in rows) / len(rows) for name in SCORES}
        for step in steps
        if (rows := [row for row in answered if row["step"] == step])
    }
