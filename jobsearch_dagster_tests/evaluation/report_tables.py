"""Tables of an evaluation with chosen strengths of the contenders, for tests of the report."""

from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd

from jobsearch_dagster.evaluation.ares import Judged, Scored, score_table
from jobsearch_dagster.evaluation.correlations import correlate_metrics
from jobsearch_dagster.evaluation.gold import Item
from jobsearch_dagster.evaluation.preferences import preference_table
from jobsearch_dagster.evaluation.promotion import Paired, PromotionRecipe, decide
from jobsearch_dagster.evaluation.report.metrics import FORM, TRUTH
from jobsearch_dagster.evaluation.report.results import Results, read_results
from jobsearch_dagster.evaluation.retrieval_tables import RETRIEVAL_SCORES
from jobsearch_dagster.evaluation.scoring import StatisticsRecipe, compare_contenders, summarize_metrics
from jobsearch_dagster.evaluation.tables import CONTENDERS, LEAKAGE_EXPERIMENT, LEARNING_CURVE, LOSS
from jobsearch_dagster.evaluation.votes import Vote
from jobsearch_dagster.pairs.templates import QUERY_TYPES

STRENGTHS = {"base": (0.05, 0.2), "lora": (0.05, 0.5), "rag": (0.6, 0.4), "analytics": (0.95, 0.8)}
"""Share of right jobs, and likeness to the constructed answer."""
HOSTILE = "<script>alert('x')</script> & | *bold* [link](http://example.org)\x00"


def make_results(
    strengths: Mapping[str, tuple[float, float]] = STRENGTHS,
    postings: Mapping[str, int] | None = None,
    *,
    experiments: bool = False,
) -> Results:
    """All tables of the report.

    Args:
        strengths: Of each contender.
        postings: How many each slice has, every one asked about once per query type; 12 unseen and 4 seen ones.
        experiments: Whether leakage experiment and learning curve were made.
    """
    with duckdb.connect() as connection:
        _answer(connection, postings or {"unseen": 12, "seen": 4})
        _put(connection, "answer_scores", _scores(connection, strengths))
        _put(connection, "metric_summary", summarize_metrics(connection))
        _put(connection, "contender_comparison", compare_contenders(connection, StatisticsRecipe()))
        _put(connection, "metric_correlations", correlate_metrics(connection))
        _put(connection, "latency", _latency(strengths))
        _put(connection, "retrieval_scores", _retrieval(connection))
        _put(connection, "promoted_adapter", _promotion())
        _put(connection, "leakage_experiment", _leakage() if experiments else _leakage().head(0))
        _put(connection, "learning_curve", _curve(strengths) if experiments else _curve(strengths).head(0))
        _put(connection, "ares_scores", _ares(connection, strengths))
        _put(connection, "human_preferences", _preferences())
        return read_results(connection, JUDGES)


JUDGES = (
    {"criterion": "context_relevance", "n": 40, "accuracy": 0.9, "majority": 0.6, "gain": 0.3, "gain_low": 0.2,
     "gain_high": 0.4, "auc": 0.95, "brier": 0.08, "calibration_error": 0.03, "is_used": True},
    {"criterion": "answer_faithfulness", "n": 40, "accuracy": 0.9, "majority": 0.6, "gain": 0.3, "gain_low": 0.2,
     "gain_high": 0.4, "auc": 0.95, "brier": 0.08, "calibration_error": 0.03, "is_used": True},
    {"criterion": "answer_relevance", "n": 0, "is_used": False},
)  # fmt: skip
"""Two that are used and one that could not be trained."""


def _ares(connection: duckdb.DuckDBPyConnection, strengths: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Every third posting has labels; the judges are right nine times of ten."""
    luck = np.random.default_rng(12)
    items = {}
    for name, (right, _) in strengths.items():
        rows = connection.sql(
            f"SELECT question_id, slice, query_type, posting_id, question FROM {name}_answers"
        ).fetchall()
        for question_id, slice_, query_type, posting_id, question in rows:
            answer = Judged(name, question_id, slice_, query_type, posting_id, question, "", ())
            for criterion in answer.criteria:
                holds = bool(luck.random() < right)
                score = None if criterion == "answer_relevance" else float(holds == (luck.random() < 0.9))
                label = holds if posting_id.endswith(("0", "3", "6", "9")) else None
                items[Item(name, question_id, criterion)] = Scored(answer, score, label)
    return score_table(items, ["context_relevance", "answer_faithfulness"], "rule")


def _put(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    connection.register("frame", frame)
    connection.execute(f"CREATE TABLE {name} AS FROM frame")
    connection.unregister("frame")


def _answer(connection: duckdb.DuckDBPyConnection, postings: Mapping[str, int]) -> None:
    rows = [
        (f"{slice_}-{query_type}-{i}", slice_, query_type, f"{slice_}-{i}", f"Any {query_type}? {'please ' * (i % 7)}",
         f"Job-Title: engineer {i}\nSalary: under $50K")
        for slice_, count in postings.items()
        for query_type in QUERY_TYPES
        for i in range(count)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["question_id", "slice", "query_type", "posting_id", "question", "reference"])
    for name in CONTENDERS:
        lengths = frame["posting_id"].str.len() + frame["question"].str.len() % 5
        _put(
            connection, f"{name}_answers", frame.assign(answer=[f"{name} says\n{HOSTILE}{' so' * n}" for n in lengths])
        )


def _scores(connection: duckdb.DuckDBPyConnection, strengths: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    generator = np.random.default_rng(11)
    asked = connection.sql(
        "SELECT question_id, query_type, posting_id, slice FROM base_answers ORDER BY ALL"
    ).fetchall()
    rows = []
    for question_id, query_type, posting_id, slice_ in asked:
        luck, noise = generator.random(), generator.normal(0, 0.05, size=len(FORM))
        for contender, (right, likeness) in strengths.items():
            values = {name: float(luck < right) for name in TRUTH}
            values |= {name: float(np.clip(likeness + n, 0, 1)) for name, n in zip(FORM, noise, strict=True)}
            values |= {"hallucinated": 1 - values["grounded"], "empty": 0.0}
            rows += [
                (contender, question_id, query_type, posting_id, slice_ == "seen", name, value, f"how:{name}", None)
                for name, value in values.items()
            ]
    columns = ["contender", "question_id", "query_type", "posting_id", "seen_in_train", "metric", "value", "signature"]
    return pd.DataFrame(rows, columns=[*columns, "parts"])


def _promotion() -> pd.DataFrame:
    loss = Paired(LOSS, "validation", [1.0, 1.1, 1.3], [2.0, 2.0, 2.0], ["a", "b", "c"])
    right = Paired("right", "unseen", [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], ["a", "b", "c"])
    return decide([loss, right], "1" * 16, None, PromotionRecipe())


def _preferences() -> pd.DataFrame:
    """Two people on 6 questions about a posting each: rag beats base in all but one, and both invent alike."""
    votes = [
        Vote(
            at="", voter=voter, question_id=f"q{i}", first="rag", second="base", answers=("", ""),
            relevance="second" if i == 0 else "first", faithfulness="same",
        )
        for voter in ("ann", "bob")
        for i in range(6)
    ]  # fmt: skip
    return preference_table(votes, {f"q{i}": f"p{i}" for i in range(6)})


def _leakage() -> pd.DataFrame:
    rows = [
        (LOSS, "nats", 24, 6, 1.5, 2.0, -0.5, -0.7, -0.3, 0.03, 96, 97),
        *((name, "how", 48, 6, 0.5, 0.3, 0.2, -0.1 if name == "bleu" else 0.1, 0.4, 0.03, 96, 97)
          for name in (*TRUTH, *FORM)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(LEAKAGE_EXPERIMENT.names))


def _curve(strengths: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    rows = [
        (contender, size, metric, 10 * size, 48, 12, value, value - 0.1, value + 0.1)
        for contender, (right, likeness) in strengths.items()
        for size in ((2, 8, 30) if contender == "lora" else (0,))
        for metric, value in (("right", right), ("grounded", right), ("rougeL", likeness), (LOSS, 2.0 - size / 40))
        if metric != LOSS or contender in ("base", "lora")
    ]
    return pd.DataFrame(rows, columns=list(LEARNING_CURVE.names))


def _latency(strengths: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    rows = [
        (contender, f"{at_once}-{i}", at_once, 10 * at_once + i, float(i < 6 * right), 0.1 + i / 9, 1.0 + at_once + i)
        for contender, (right, _) in strengths.items()
        for at_once in (1, 2, 4)
        for i in range(6)
    ]
    columns = ["contender", "prompt_id", "questions_at_once", "question_tokens", "right", "first_token_seconds"]
    return pd.DataFrame(rows, columns=[*columns, "seconds"])


def _retrieval(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    asked = connection.sql(
        "SELECT question_id, posting_id, query_type, slice = 'seen' FROM base_answers ORDER BY ALL"
    ).fetchall()
    rows = [
        ("templates", ranking, contender, *question, metric, 0.5 + (i % 3) / 10,
         contender == "analytics" and ranking == "retrieved", f"{metric}|as:trec_eval")
        for ranking in ("answer", "retrieved")
        for contender in (CONTENDERS if ranking == "answer" else ("analytics", "rag"))
        for metric in ("precision@10", "precision@3", "mrr")
        for i, question in enumerate([*asked, ("natural-1", "natural-1", "free", None)])
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(RETRIEVAL_SCORES.names))
    frame.loc[frame["question_id"] == "natural-1", "question_set"] = "natural"
    return frame
