"""The two experiments and the decision about the new adapter, as parts of the report.

Belongs here: sentences and tables from `leakage_experiment`, `learning_curve` and `promoted_adapter`. An experiment
that was not made says how it is made, instead.
"""

from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.leakage import ARMS
from jobsearch_dagster.evaluation.report.blocks import Block, Paragraph, Picture, Table, picked
from jobsearch_dagster.evaluation.report.metrics import in_order, metric
from jobsearch_dagster.evaluation.report.results import NONE, SHOWN_CONTENDERS, Results, Value

if TYPE_CHECKING:
    import pandas as pd

UNTRAINED = ("rag", "analytics")
LEAKAGE, CURVE = "leakage", "learning_curve"
"""Names of the pictures."""


def experiment_pictures_of(results: Results) -> list[Picture]:
    """What is drawn of the experiments that were made."""
    drawn = []
    if not results.leakage_experiment.empty:
        values = _inflations(results.leakage_experiment)
        said = "; ".join(f"{metric(name).label} {value.signed}" for name, value in values.items())
        drawn.append(
            Picture(
                LEAKAGE,
                f"Inflation of each metric by seen postings: {said}.",
                "The same recipe trained on pairs divided by row and by posting, asked the same questions: what having "
                "seen a posting adds, with 95 % intervals over postings.",
            )
        )
    if not results.learning_curve.empty:
        drawn.append(
            Picture(
                CURVE,
                f"Validation loss and shares of right and existing jobs by the number of training postings. "
                f"{worth_it(results.learning_curve)}",
                "An adapter by the number of postings it was trained on, with 95 % intervals; dashed lines are those "
                "that were not trained.",
            )
        )
    return drawn


def leakage_part(results: Results, drawn: dict[str, Picture]) -> list[Block]:
    """The inflation of each metric as a figure and a table."""
    table = results.leakage_experiment
    if table.empty:
        return [_off("leakage_experiment")]
    values = _inflations(table)
    sure = [name for name, value in values.items() if value.low > 0 or value.high < 0]
    pairs = f"{table['pairs_by_row'].iloc[0]:,} and {table['pairs_by_posting'].iloc[0]:,} pairs"
    words = ", ".join(f"{metric(name).label} ({values[name].signed})" for name in sure) or "none"
    means = {row[0]: row[1:] for row in table[["metric", *ARMS]].itertuples(index=False, name=None)}
    rows = [
        (metric(name).label, *(f"{mean:.3f}" for mean in means[name]), value.signed, str(value.n))
        for name, value in values.items()
    ]
    return [
        Paragraph(
            "The same recipe was trained twice, on pairs divided by row and by posting, and asked what neither was "
            f"trained on ({pairs}). Metrics that a seen posting changes by an interval that leaves out zero: {words}."
        ),
        *picked(drawn, LEAKAGE),
        Table(
            "Inflation: by row minus by posting, on the same questions [95 % interval over postings]",
            ("metric", "by row", "by posting", "inflation", "n"),
            rows,
        ),
    ]


def _inflations(table: "pd.DataFrame") -> dict[str, Value]:
    columns = ["metric", "inflation", "low", "high", "n", "postings"]
    found = {row[0]: Value(*row[1:]) for row in table[columns].itertuples(index=False, name=None)}
    return {name: found[name] for name in in_order(set(found))}


def curve_part(results: Results, drawn: dict[str, Picture]) -> list[Block]:
    """When an adapter is worth it, as a sentence, a figure and a table."""
    table = results.learning_curve
    if table.empty:
        return [_off("learning_curve")]
    names = in_order(set(table["metric"]))
    rows = [
        (f"{contender}, {size} postings" if size else contender, *(_cell(found, name) for name in names))
        for contender in SHOWN_CONTENDERS
        for size, found in table[table["contender"] == contender].groupby("training_postings")
    ]
    return [
        Paragraph(worth_it(table)),
        *picked(drawn, CURVE),
        Table(
            "Means on the same questions about postings that no adapter saw [95 % interval over postings]",
            ("contender", *(metric(name).label for name in names)),
            rows,
        ),
    ]


def worth_it(table: "pd.DataFrame") -> str:
    """From how many postings on the adapter names more right jobs than each way that needs no training."""
    found = _values(table, "right")
    sizes = sorted(size for contender, size in found if contender == "lora")
    parts = []
    for other in UNTRAINED:
        line = found[other, 0]
        ahead = [size for size in sizes if all(found["lora", n].low > line.high for n in sizes if n >= size)]
        if ahead:
            parts.append(f"names more right jobs than {other} ({line}) from {ahead[0]} postings on")
        elif all(found["lora", size].high < line.low for size in sizes):
            parts.append(f"names fewer right jobs than {other} ({line}) at every number")
        else:
            parts.append(f"is not shown to name more right jobs than {other} ({line})")
    most = found["lora", sizes[-1]]
    return (
        f"Trained on {', '.join(map(str, sizes))} postings, the adapter {' and '.join(parts)}; with {sizes[-1]} its "
        f"share of right jobs is {most}. One is above another where their intervals do not overlap."
    )


def _values(table: "pd.DataFrame", name: str) -> dict[tuple[str, int], Value]:
    columns = ["contender", "training_postings", "value", "low", "high", "n", "postings"]
    rows = table.loc[table["metric"] == name, columns].itertuples(index=False, name=None)
    return {row[:2]: Value(*row[2:]) for row in rows}


def _cell(rows: "pd.DataFrame", name: str) -> str:
    found = _values(rows, name)
    return str(next(iter(found.values()))) if found else NONE


def promotion_part(results: Results) -> list[Block]:
    """The decision about the new adapter, with what it rests on."""
    table = results.promoted_adapter
    decision = "is promoted" if set(table["decision"]) == {"promote"} else "is not promoted"
    columns = ["difference", "low", "high", "n", "postings"]
    rows = [
        (metric(row["measure"]).label, row["asked_about"], Value(*row[columns]).signed, str(row["n"]),
         "yes" if row["is_better"] else "no")
        for _, row in table.iterrows()
    ]  # fmt: skip
    return [
        Paragraph(f"The new adapter {decision}: {table['reason'].iloc[0]}."),
        Table(
            "New adapter minus what it is compared with, on the same questions [95 % interval over postings]",
            ("measure", "asked about", "difference", "n", "surely better"),
            rows,
        ),
    ]


def _off(asset: str) -> Paragraph:
    return Paragraph(f"Not measured: `jobsearch run --select {asset} --set {asset}.enabled=true` does.")
