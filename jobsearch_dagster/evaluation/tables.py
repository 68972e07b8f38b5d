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


def of_answers(column: str) -> tuple[str, ...]:
    """The column of every contender's answers."""
    return tuple(f"{contender}_answers.{column}" for contender in CONTENDERS)


ALL_TYPES = "all"
"""Stands for a query type where all of them are taken together."""
LOSS = "validation_loss"
"""Mean cross entropy per supervised token of validation pairs in nats, where it stands among metrics."""

ANSWER_SCORES = TableSchema(
    (
        Column("contender", "VARCHAR", " or ".join([", ".join(CONTENDERS[:-1]), CONTENDERS[-1]])),
        Column("question_id", "VARCHAR", "the question", of_answers("question_id")),
        Column("query_type", "VARCHAR", "what is asked for", of_answers("query_type"), required=True),
        Column("posting_id", "VARCHAR", "its posting", of_answers("posting_id"), required=True),
        Column(
            "seen_in_train",
            "BOOLEAN",
            "whether the posting occurs in the training set",
            of_answers("slice"),
            required=True,
        ),
        Column("metric", "VARCHAR", "what is measured; a metric that an answer gives no case for has no row"),
        Column(
            "value",
            "DOUBLE",
            "the score; 0 to 1 but for length_ratio (0 or more) and the rescaled ones (1 or less)",
            (*of_answers("answer"), *of_answers("reference"), *of_answers("stopped")),
            required=True,
        ),
        Column("signature", "VARCHAR", "how it is computed, exactly enough to compute it again", required=True),
        Column(
            "parts",
            "BIGINT[]",
            "what a pooled metric adds up over answers; null where a mean of values is taken",
            (*of_answers("answer"), *of_answers("reference")),
        ),
    ),
    primary_key=("contender", "metric", "question_id"),
)

_SCORES = ("answer_scores.value", "answer_scores.parts")
_CELL = (
    Column("contender", "VARCHAR", "who answered", ("answer_scores.contender",)),
    Column("slice", "VARCHAR", "`seen` or `unseen` in training", ("answer_scores.seen_in_train",)),
    Column("query_type", "VARCHAR", f"what is asked for; `{ALL_TYPES}` takes the types together",
           ("answer_scores.query_type",)),
    Column("metric", "VARCHAR", "what is measured", ("answer_scores.metric",)),
    Column("signature", "VARCHAR", "how it is computed, exactly enough to compute it again",
           ("answer_scores.signature",), required=True),
    Column("n", "BIGINT", "questions with a value", _SCORES, required=True),
    Column("postings", "BIGINT", "postings they are about", ("answer_scores.posting_id",), required=True),
)  # fmt: skip
_INTERVAL = (
    Column(
        "low",
        "DOUBLE",
        "lower end of the 95 % interval: jackknife over postings with Student's t, on the logit scale of the metric's "
        "bounds where it has some; no bootstrap, whose intervals are much too short where postings are few; null where "
        "nothing tells how sure the estimate is",
        _SCORES,
    ),
    Column("high", "DOUBLE", "upper end", _SCORES),
)
_KEY = ("contender", "slice", "query_type", "metric")

METRIC_SUMMARY = TableSchema(
    (
        *_CELL,
        Column("mean", "DOUBLE", "mean over questions; of a pooled metric its value over all", _SCORES, required=True),
        *_INTERVAL,
    ),
    primary_key=_KEY,
)

CONTENDER_COMPARISON = TableSchema(
    (
        *_CELL,
        Column("difference", "DOUBLE", "to base, on the same questions", _SCORES, required=True),
        *_INTERVAL,
        Column("p", "DOUBLE", "two-sided p of no difference, by sign flips of postings", _SCORES, required=True),
        Column(
            "family",
            "VARCHAR",
            "the cells that p_holm is corrected for: `primary`, the metrics named before the comparison, all types "
            "together; `by type`, the same metrics in single query types, to explore; `other`, all other metrics",
            required=True,
        ),
        Column("p_holm", "DOUBLE", "p after Holm's correction over slice and family", _SCORES, required=True),
    ),
    primary_key=_KEY,
)


def _asked(name: str, type_: str, description: str, source: str) -> Column:
    return Column(name, type_, description, (f"test_set.{source}",), required=True)


def _measured(name: str, description: str) -> Column:
    return Column(name, "DOUBLE", description, volatile=True)


LATENCY = TableSchema(
    (
        Column("contender", "VARCHAR", "who answers"),
        _asked("prompt_id", "VARCHAR", "ids of the pairs whose questions are asked, joined by `+`", "pair_id"),
        _asked("query_type", "VARCHAR", "of the question; `mixed` where several are asked at once", "query_type"),
        _asked("questions_at_once", "BIGINT", "1, 2 or 4", "pair_id"),
        _asked("question", "VARCHAR", "what is asked, all questions in one text", "question"),
        Column("answer", "VARCHAR", "what the contender says", required=True),
        _asked("question_tokens", "BIGINT", "length of what is asked, in the base model's tokens", "question"),
        Column("prompt_tokens", "BIGINT", "tokens that the model reads; 0 without a model", required=True),
        Column("answer_tokens", "BIGINT", "tokens that it writes; 0 without a model", required=True),
        Column(
            "right",
            "DOUBLE",
            "share of the questions for which the answer names a job that exists and satisfies them",
            ("query_pairs.slot_values", "job_entities.skills", "job_entities.min_years", "clean_jobs.salary_bucket"),
            required=True,
        ),
        _measured("first_token_seconds", "seconds from the question to the first token, or to an answer without any"),
        _measured("seconds", "seconds from the question to the end of the answer"),
        _measured("seconds_per_token", "seconds between two tokens after the first; null with fewer than two"),
        _measured("tokens_per_second", "tokens by seconds, the reading of the prompt included; null without tokens"),
        _measured("memory_mib", "most memory during the answer beyond that before it, of the card or process, MiB"),
        Column(
            "setting",
            "VARCHAR",
            "base model, device, precision, threads and library that all was timed with",
            required=True,
            volatile=True,
        ),
    ),
    primary_key=("contender", "prompt_id"),
)


_CORRELATED = ("answer_scores.value", *of_answers("question"), *of_answers("answer"))

METRIC_CORRELATIONS = TableSchema(
    (
        Column("contender", "VARCHAR", "who answered", ("answer_scores.contender",)),
        Column("slice", "VARCHAR", "`seen` or `unseen` in training", of_answers("slice")),
        Column(
            "metric_a",
            "VARCHAR",
            "a metric, or the length `question_words` or `answer_words`; the first of the two in the alphabet",
            ("answer_scores.metric",),
        ),
        Column("metric_b", "VARCHAR", "another one", ("answer_scores.metric",)),
        Column("n", "BIGINT", "questions with both values", _CORRELATED, required=True),
        Column("postings", "BIGINT", "postings they are about", of_answers("posting_id"), required=True),
        Column("r", "DOUBLE", "Spearman's rank correlation; null where one of the two does not vary", _CORRELATED),
        Column(
            "low",
            "DOUBLE",
            "lower end of the 95 % interval over postings; null where nothing tells how sure r is",
            _CORRELATED,
        ),
        Column("high", "DOUBLE", "upper end", _CORRELATED),
    ),
    primary_key=("contender", "slice", "metric_a", "metric_b"),
)


def _compared(name: str, type_: str, description: str) -> Column:
    return Column(name, type_, description, _SCORES[:1], required=True)


PROMOTED_ADAPTER = TableSchema(
    (
        Column(
            "measure", "VARCHAR", "`validation_loss`, or the metric that was named before", ("answer_scores.metric",)
        ),
        Column(
            "asked_about",
            "VARCHAR",
            "pairs of the `validation` set, or questions about `unseen` postings; about `seen` ones where no other "
            "were asked about",
            ("validation_set.pair_id", "answer_scores.seen_in_train"),
            required=True,
        ),
        Column("candidate", "VARCHAR", "digest of the new adapter", required=True),
        Column(
            "compared_with",
            "VARCHAR",
            "digest of the adapter that was served; `base` where none was: the model without an adapter",
            required=True,
        ),
        _compared("n", "BIGINT", "questions that both answered; 0 where the two belong to different base models"),
        Column("postings", "BIGINT", "postings they are about", ("answer_scores.posting_id",), required=True),
        Column("candidate_value", "DOUBLE", "mean of the new adapter; the loss in nats per token", _SCORES[:1]),
        Column("other_value", "DOUBLE", "mean of what it is compared with, on the same questions", _SCORES[:1]),
        Column("difference", "DOUBLE", "new minus other; less loss is better, of a metric more", _SCORES[:1]),
        Column("low", "DOUBLE", "lower end of its 95 % interval over postings; null where it has none", _SCORES[:1]),
        Column("high", "DOUBLE", "upper end", _SCORES[:1]),
        _compared("is_better", "BOOLEAN", "whether the interval leaves out zero on the better side"),
        _compared("decision", "VARCHAR", "`promote` where every measure is better, else `keep`"),
        _compared("reason", "VARCHAR", "the decision in words"),
    ),
    primary_key=("measure",),
)


def _trained(name: str, type_: str, description: str, source: str) -> Column:
    return Column(name, type_, description, (f"query_pairs.{source}",), required=True)


LEAKAGE_EXPERIMENT = TableSchema(
    (
        Column("metric", "VARCHAR", "`validation_loss`, or a metric of `answer_scores`"),
        Column("signature", "VARCHAR", "how it is computed, exactly enough to compute it again", required=True),
        _trained("n", "BIGINT", "questions; of the loss validation pairs", "pair_id"),
        _trained("postings", "BIGINT", "postings they are about", "posting_id"),
        _trained("by_row", "DOUBLE", "mean of the adapter that has seen other pairs of these postings", "answer"),
        _trained("by_posting", "DOUBLE", "mean of the adapter that has seen none of them", "answer"),
        _trained("inflation", "DOUBLE", "by row minus by posting, on the same questions", "answer"),
        Column("low", "DOUBLE", "lower end of its 95 % interval over postings; null where it has none"),
        Column("high", "DOUBLE", "upper end"),
        Column("p", "DOUBLE", "two-sided p of no inflation, by sign flips of postings, not corrected", required=True),
        _trained("pairs_by_row", "BIGINT", "pairs that the first adapter was trained on", "pair_id"),
        _trained("pairs_by_posting", "BIGINT", "pairs that the second one was trained on", "pair_id"),
    ),
    primary_key=("metric",),
)

LEARNING_CURVE = TableSchema(
    (
        Column("contender", "VARCHAR", "`lora`, or one that learns nothing from pairs: base, rag, analytics"),
        Column("training_postings", "BIGINT", "postings that it was trained on; 0 where it was not trained",
               ("training_set.posting_id",)),
        Column("metric", "VARCHAR", "`validation_loss`, or a metric of `answer_scores`", ("answer_scores.metric",)),
        Column("training_pairs", "BIGINT", "their pairs", ("training_set.pair_id",), required=True),
        Column("n", "BIGINT", "questions about postings of which no adapter saw anything; of the loss validation pairs",
               ("lora_answers.question_id", "validation_set.pair_id"), required=True),
        Column("postings", "BIGINT", "postings they are about", ("lora_answers.posting_id",), required=True),
        Column("value", "DOUBLE", "the mean", _SCORES[:1], required=True),
        Column("low", "DOUBLE", "lower end of its 95 % interval over postings; null where it has none", _SCORES[:1]),
        Column("high", "DOUBLE", "upper end", _SCORES[:1]),
    ),
    primary_key=("contender", "training_postings", "metric"),
)  # fmt: skip
