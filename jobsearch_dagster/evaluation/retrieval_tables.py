"""The table of retrieval scores: columns, types, meaning."""

from jobsearch_dagster.evaluation.tables import CONTENDERS, of_answers
from jobsearch_dagster.foundation.schema import Column, TableSchema

_RANKED = (*of_answers("answer"), *of_answers("posting_ids"))
_RELEVANT = (
    "query_pairs.slot_values", "clean_jobs.place", "clean_jobs.other_places", "clean_jobs.salary_bucket",
    "clean_jobs.standard_title", "job_entities.spans", "job_entities.min_years", "job_catalog.posting_id",
)  # fmt: skip

RETRIEVAL_SCORES = TableSchema(
    (
        Column(
            "question_set",
            "VARCHAR",
            "`templates`: the questions of the `*_answers` tables; `natural`: in people's own words, judged by hand on "
            "the bundled sample and absent with other data",
        ),
        Column(
            "ranking",
            "VARCHAR",
            "`answer`: the postings that the answer names, in the order of naming; `retrieved`: those that were looked "
            "up for it",
        ),
        Column("contender", "VARCHAR", ", ".join(CONTENDERS)),
        Column("question_id", "VARCHAR", "the question", of_answers("question_id")),
        Column(
            "posting_id",
            "VARCHAR",
            "posting the question is about; a natural question is about none and has its own id here, for it is a draw "
            "of its own",
            of_answers("posting_id"),
            required=True,
        ),
        Column(
            "query_type",
            "VARCHAR",
            "what is asked for; of a natural question its kind",
            of_answers("query_type"),
            required=True,
        ),
        Column(
            "seen_in_train",
            "BOOLEAN",
            "whether the posting asked about occurs in the training set; null for a natural question",
            of_answers("slice"),
        ),
        Column("metric", "VARCHAR", "precision@k, recall@k, ndcg@k, mrr"),
        Column("value", "DOUBLE", "0 to 1, as trec_eval computes it", (*_RANKED, *_RELEVANT), required=True),
        Column(
            "by_construction",
            "BOOLEAN",
            "whether a filter chose the postings, or those that the model was shown, by the very columns that their "
            "relevance is read from: the value then says that the question was understood, and not that the postings "
            "are good",
            required=True,
        ),
        Column("signature", "VARCHAR", "what the value depends on besides ranking and grades", required=True),
    ),
    primary_key=("question_set", "ranking", "contender", "question_id", "metric"),
)
