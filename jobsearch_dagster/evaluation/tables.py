"""The tables of evaluation: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema


def _question(name: str, type_: str, description: str, source: str) -> Column:
    return Column(name, type_, description, (f"test_set.{source}", f"training_set.{source}"), required=True)


ANSWERS = TableSchema(
    (
        _question("question_id", "VARCHAR", "the pair's id", "pair_id"),
        _question(
            "slice", "VARCHAR", "`seen` when the posting occurs in the training set, else `unseen`", "posting_id"
        ),
        _question("query_type", "VARCHAR", "skills, location, salary or experience", "query_type"),
        _question("posting_id", "VARCHAR", "posting the pair was made from", "posting_id"),
        _question("question", "VARCHAR", "what is asked", "question"),
        _question("reference", "VARCHAR", "the constructed answer", "answer"),
        Column("answer", "VARCHAR", "what the contender says, without the question", required=True),
        Column("tokens", "BIGINT", "generated tokens; 0 where nothing is generated", required=True),
        Column("stopped", "BOOLEAN", "whether the answer ended by itself", required=True),
        Column("posting_ids", "VARCHAR[]", "postings the answer was taken from", required=True),
        Column("seconds", "DOUBLE", "time for the answer; in a batch, its share", required=True, volatile=True),
    ),
    primary_key=("question_id",),
)

CONTENDERS = ("analytics", "base", "lora", "rag")
"""Who answers; each has a table `<contender>_answers`."""


def _of_answers(column: str) -> tuple[str, ...]:
    return tuple(f"{contender}_answers.{column}" for contender in CONTENDERS)


ANSWER_SCORES = TableSchema(
    (
        Column("contender", "VARCHAR", " or ".join([", ".join(CONTENDERS[:-1]), CONTENDERS[-1]])),
        Column("slice", "VARCHAR", "`seen` or `unseen` in training", _of_answers("slice"), required=True),
        Column("query_type", "VARCHAR", "what is asked for", _of_answers("query_type"), required=True),
        Column("metric", "VARCHAR", "rouge1, rouge2, rougeL, bleu, grounded, right, empty; each 0 to 1"),
        Column("question_id", "VARCHAR", "the question", _of_answers("question_id")),
        Column("posting_id", "VARCHAR", "its posting", _of_answers("posting_id"), required=True),
        Column("value", "DOUBLE", "the score", (*_of_answers("answer"), *_of_answers("reference")), required=True),
    ),
    primary_key=("contender", "metric", "question_id"),
)

_SCORED = ANSWER_SCORES.carried("answer_scores", without=("question_id", "posting_id", "value"))
_ESTIMATED = (
    Column("n", "BIGINT", "questions", required=True),
    Column("postings", "BIGINT", "postings they are about", required=True),
)
_INTERVAL = (
    Column(
        "low",
        "DOUBLE",
        "lower end of the 95 % interval; null with fewer than two postings or equal values",
        ("answer_scores.value",),
    ),
    Column("high", "DOUBLE", "upper end", ("answer_scores.value",)),
)
_SCORES = ("answer_scores.value",)

METRIC_SUMMARY = TableSchema(
    (
        *_SCORED,
        *_ESTIMATED,
        Column("mean", "DOUBLE", "mean over questions", _SCORES, required=True),
        *_INTERVAL,
    ),
    primary_key=("contender", "slice", "query_type", "metric"),
)

CONTENDER_COMPARISON = TableSchema(
    (
        *_SCORED,
        *_ESTIMATED,
        Column("difference", "DOUBLE", "mean paired difference to base", _SCORES, required=True),
        *_INTERVAL,
        Column("p", "DOUBLE", "two-sided p of no difference, by sign flips of postings", _SCORES, required=True),
    ),
    primary_key=("contender", "slice", "query_type", "metric"),
)
