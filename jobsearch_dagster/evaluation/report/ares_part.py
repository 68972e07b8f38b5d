"""Judges and prediction-powered rates: `ares_scores` and the figures of `ares_judges` as tables of the report.

Belongs here: the layout. How rates are estimated is in `evaluation/prediction_powered.py`, how judges are measured in
`evaluation/judges.py`.
"""

from typing import TYPE_CHECKING, Any

from jobsearch_dagster.evaluation.ares_tables import NOBODY
from jobsearch_dagster.evaluation.gold import CRITERIA
from jobsearch_dagster.evaluation.report.blocks import Block, Folded, Paragraph, Table
from jobsearch_dagster.evaluation.report.results import (
    NONE,
    SHOWN_CONTENDERS,
    TYPES,
    Results,
    number,
    records,
    with_interval,
)
from jobsearch_dagster.evaluation.tables import ALL_TYPES

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "context_relevance": "context relevance: a posting that was looked up satisfies the question",
    "answer_faithfulness": "faithfulness: the answer names a job, and all it says of jobs is in the postings",
    "answer_relevance": "answer relevance: the answer names a job, and every job it names is one that was asked for",
}
SOURCES = {"rule": "Labels are by rule from the structured columns", "person": "Labels are a person's"}


def ares_tables(results: Results) -> list[Block]:
    """What the judges are worth; rates by contender; differences and single query types, folded."""
    scores = results.ares_scores
    source = SOURCES[scores["label_source"].iloc[0]]
    rates, differences = scores[scores["versus"] == NOBODY], scores[scores["versus"] != NOBODY]
    together = rates["query_type"] == ALL_TYPES
    return [
        Paragraph(
            f"{source}, and only some answers have one: the labels correct what judges say of all answers (prediction-"
            "powered inference). The judge alone is biased by its mistakes. A judge that is no better than always "
            "saying the commonest label is not used, and the estimate is that of the labels. A wide interval says that "
            "there are too few labels; two of each kind are added to them, so that 0 of 16 is 0.10. base and lora look "
            "nothing up and have no context."
        ),
        _judges(results),
        *(_rates(rates[together & (rates["criterion"] == name)], name) for name in CRITERIA),
        Folded(
            "Single query types, and differences between contenders",
            [*(_by_type(rates, name) for name in CRITERIA), *(_differences(differences, name) for name in CRITERIA)],
        ),
    ]


def _judges(results: Results) -> Table:
    columns = ("judge", "right", "commonest label", "gain [95 %]", "AUC", "Brier", "calibration error", "n", "used")
    return Table(
        "The judges on synthetic examples whose posting and kind of corruption they were not trained on",
        columns,
        [
            (
                judge["criterion"],
                *(number(judge.get(name)) for name in ("accuracy", "majority")),
                with_interval(judge.get("gain"), judge.get("gain_low"), judge.get("gain_high")),
                *(number(judge.get(name)) for name in ("auc", "brier", "calibration_error")),
                str(judge["n"]),
                "yes" if judge["is_used"] else "no",
            )
            for judge in results.judges
        ],
    )


def _rates(rows: "pd.DataFrame", criterion: str) -> Table:
    return Table(
        f"{WORDS[criterion].capitalize()}, all query types: estimate [95 % interval over postings]",
        ("contender, slice", "estimate", "labels alone", "judge alone, biased", "judge right", "n", "labels"),
        [
            (
                f"{row['contender']}, {row['slice']}",
                with_interval(row["estimate"], row["low"], row["high"]),
                with_interval(row["labels_estimate"], row["labels_low"], row["labels_high"]),
                number(row["judge_mean"]),
                number(row["judge_accuracy"]),
                str(row["n"]),
                str(row["labels"]),
            )
            for row in _ordered(rows)
        ],
    )


def _by_type(rates: "pd.DataFrame", criterion: str) -> Table:
    return _crossed(
        rates[rates["criterion"] == criterion],
        f"{criterion} by query type: estimate [95 % interval] labels of n",
        lambda row: f"{row['contender']}, {row['slice']}",
    )


def _differences(rows: "pd.DataFrame", criterion: str) -> Table:
    return _crossed(
        rows[rows["criterion"] == criterion],
        f"{criterion}, differences on the same questions: estimate [95 % interval] labels of n",
        lambda row: f"{row['contender']} minus {row['versus']}, {row['slice']}",
    )


def _crossed(rows: "pd.DataFrame", caption: str, name: Any) -> Table:
    """Query types as columns."""
    cells: dict[str, dict[str, str]] = {}
    for row in _ordered(rows):
        interval = with_interval(row["estimate"], row["low"], row["high"])
        cells.setdefault(name(row), {})[row["query_type"]] = f"{interval} {row['labels']} of {row['n']}"
    return Table(
        caption, ("", *TYPES), [(key, *(found.get(type_, NONE) for type_ in TYPES)) for key, found in cells.items()]
    )


def _ordered(rows: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows as mappings, contenders in the order of the report, unseen postings first."""
    ranks = {name: rank for rank, name in enumerate(SHOWN_CONTENDERS)}
    return sorted(records(rows), key=lambda row: (ranks[row["contender"]], row["versus"], row["slice"] == "seen"))
