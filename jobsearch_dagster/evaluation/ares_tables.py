"""The table of ARES scores: columns, types, meaning."""

from jobsearch_dagster.evaluation.tables import ALL_TYPES, CONTENDERS, of_answers
from jobsearch_dagster.foundation.schema import Column, TableSchema

NOBODY = "nobody"
"""Stands for the other contender where a rate itself is estimated."""

_ANSWERS = (*of_answers("answer"), *of_answers("posting_ids"))
_LABELLED = (
    *_ANSWERS,
    "query_pairs.slot_values", "clean_jobs.place", "clean_jobs.salary_bucket", "clean_jobs.standard_title",
    "job_entities.spans", "job_entities.min_years",
)  # fmt: skip


def _number(name: str, description: str, sources: tuple[str, ...] = _LABELLED) -> Column:
    return Column(name, "DOUBLE", description, sources)


ARES_SCORES = TableSchema(
    (
        Column("criterion", "VARCHAR", "context_relevance, answer_faithfulness or answer_relevance"),
        Column(
            "contender",
            "VARCHAR",
            f"{', '.join(CONTENDERS)}; only analytics and rag look anything up, and have a context",
        ),
        Column(
            "versus",
            "VARCHAR",
            f"`{NOBODY}`: the share of items for which the criterion holds; else the contender whose share is "
            "subtracted, on the same questions",
        ),
        Column("slice", "VARCHAR", "`seen` or `unseen` in training", of_answers("slice")),
        Column("query_type", "VARCHAR", f"what is asked for; `{ALL_TYPES}` takes the types together",
               of_answers("query_type")),
        Column("n", "BIGINT", "items: questions, or pairs of answers to a question", _ANSWERS, required=True),
        Column("postings", "BIGINT", "postings they are about", of_answers("posting_id"), required=True),
        Column("labels", "BIGINT", "items with a label", _LABELLED, required=True),
        Column("label_source", "VARCHAR", "`rule`: from the structured columns; `person`: from a CSV", required=True),
        Column(
            "judge_used",
            "BOOLEAN",
            "false where the judge is no better than the majority on what it never saw, or was not trained: the "
            "estimate then is that of the labels alone",
            required=True,
        ),
        _number("judge_accuracy", "share of the labelled items that the judge judges right; null for differences, "
                "without labels and without a judge"),
        _number("weight", "how far the judge is trusted: 0 leaves the labels alone, 1 takes its mean, corrected; null "
                "without labels"),
        _number("estimate", "prediction-powered estimate; null without labels"),
        _number("low", "lower end of its 95 % interval over postings"),
        _number("high", "upper end"),
        _number("labels_estimate", "the same from the labels alone; null without labels"),
        _number("labels_low", "lower end of its 95 % interval"),
        _number("labels_high", "upper end"),
        _number("judge_mean", "mean score of the judge alone, which is biased by what it gets wrong; null without one",
                _ANSWERS),
    ),
    primary_key=("criterion", "contender", "versus", "slice", "query_type"),
)  # fmt: skip
