"""The tables of pairs: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema

_ASKED = (
    "clean_jobs.standard_title",
    "clean_jobs.description_text",
    "clean_jobs.place",
    "clean_jobs.salary_bucket",
    "job_entities.skills",
    "job_entities.min_years",
)
_ANSWER = (
    "clean_jobs.standard_title",
    "clean_jobs.place",
    "clean_jobs.salary_bucket",
    "job_summaries.description_summary",
    "job_summaries.resume_summary",
)

QUERY_PAIRS = TableSchema(
    (
        Column("pair_id", "VARCHAR", "digest of job, query type and variation", ("clean_jobs.job_id",)),
        Column("split", "VARCHAR", "`train` or `test`", ("clean_jobs.split",)),
        Column("row_id", "VARCHAR", "row of clean_jobs", ("clean_jobs.row_id",), required=True),
        Column("job_id", "VARCHAR", "the job asked about", ("clean_jobs.job_id",), required=True),
        Column("posting_id", "VARCHAR", "its posting", ("clean_jobs.posting_id",), required=True),
        Column("query_type", "VARCHAR", "skills, location, salary or experience", required=True),
        Column("variation", "BIGINT", "number of the wording, from 1", required=True),
        Column("slot", "VARCHAR", "the words of the question that say what is asked for", _ASKED, required=True),
        Column(
            "slot_values",
            "VARCHAR[]",
            "what a right answer has: all skills, the place, any of the salary buckets, the years; or nothing",
            _ASKED,
            required=True,
        ),
        Column("system", "VARCHAR", "the instruction", required=True),
        Column("question", "VARCHAR", "what the job seeker asks", _ASKED, required=True),
        Column("answer", "VARCHAR", "what the model should say", _ANSWER, required=True),
    ),
    primary_key=("split", "pair_id"),
)

TRAINING_SET = TableSchema(QUERY_PAIRS.carried("query_pairs"), primary_key=("pair_id",))
VALIDATION_SET = TRAINING_SET
TEST_SET = TableSchema(
    (
        *QUERY_PAIRS.carried("query_pairs"),
        Column(
            "seen",
            "BOOLEAN",
            "whether the posting occurs in the training set",
            ("query_pairs.posting_id", "training_set.posting_id"),
            required=True,
        ),
        Column(
            "near_seen",
            "BOOLEAN",
            "whether the posting or a near duplicate of it occurs in the training set",
            ("query_pairs.posting_id", "training_set.posting_id", "near_duplicate_clusters.cluster_id"),
            required=True,
        ),
    ),
    primary_key=("pair_id",),
)

_TEXTS = ("query_pairs.question", "query_pairs.answer")

TOKEN_STATISTICS = TableSchema(
    (
        Column("split", "VARCHAR", "`train` or `test`", ("query_pairs.split",)),
        Column("pair_id", "VARCHAR", "pair of query_pairs", ("query_pairs.pair_id",)),
        Column("query_type", "VARCHAR", "skills, location, salary or experience", ("query_pairs.query_type",)),
        Column("question", "VARCHAR", "what the job seeker asks", _TEXTS[:1], required=True),
        Column("answer", "VARCHAR", "what the model should say", _TEXTS[1:], required=True),
        Column("gpt2_question_tokens", "BIGINT", "tokens of the question, GPT-2", _TEXTS[:1], required=True),
        Column("gpt2_answer_tokens", "BIGINT", "tokens of the answer, GPT-2", _TEXTS[1:], required=True),
        Column("question_tokens", "BIGINT", "tokens of the question, base model", _TEXTS[:1], required=True),
        Column("answer_tokens", "BIGINT", "tokens of the answer, base model", _TEXTS[1:], required=True),
        Column("example_tokens", "BIGINT", "tokens of the rendered example, base model", _TEXTS, required=True),
        Column("max_seq_length", "BIGINT", "tokens of the longest example that is not cut", required=True),
        Column("is_cut", "BOOLEAN", "whether the example is longer than max_seq_length", _TEXTS, required=True),
        Column("gpt2_question", "VARCHAR[]", "GPT-2 tokens of the question, for ten pairs", _TEXTS[:1]),
        Column("gpt2_answer", "VARCHAR[]", "GPT-2 tokens of the answer, for ten pairs", _TEXTS[1:]),
        Column(
            "example", "VARCHAR", "the example with [[ ]] around what loss is taken on, for one pair a type", _TEXTS
        ),
    ),
    primary_key=("split", "pair_id"),
)
