"""Texts for those who do not see the pictures: what a picture shows, in numbers.

Belongs here: alternative texts, made from what is drawn.
"""

from jobsearch_dagster.evaluation.correlations import ANSWER_WORDS, QUESTION_WORDS
from jobsearch_dagster.evaluation.report.correlation_pictures import MATRIX
from jobsearch_dagster.evaluation.report.metrics import HEADLINE, metric
from jobsearch_dagster.evaluation.report.results import NONE, SHOWN_CONTENDERS, Cells, Pairs, Results, Value
from jobsearch_dagster.evaluation.scoring import BASELINE
from jobsearch_dagster.evaluation.tables import ALL_TYPES

NAMED = ("right", "grounded", "bertscore_f1", "rougeL")
"""What stands for all of them: a text of a hundred numbers helps nobody who hears it, and the tables have them."""


def of_means(means: Cells, slice_: str) -> str:
    """Some metrics of each contender over all query types."""
    rows = []
    for name in NAMED:
        found = (_number(means.get((contender, slice_, name, ALL_TYPES))) for contender in SHOWN_CONTENDERS)
        numbers = ", ".join(f"{who} {number}" for who, number in zip(SHOWN_CONTENDERS, found, strict=True))
        rows.append(f"{metric(name).label}: {numbers}")
    return f"Over all types, {'; '.join(rows)}. All numbers are in the tables under Every mean."


def _number(value: Value | None) -> str:
    return NONE if value is None else f"{value.number:.2f}"


def of_differences(differences: Cells, slice_: str) -> str:
    """Each contender's differences to base."""
    return " ".join(
        f"{contender} minus base: "
        + ", ".join(f"{metric(name).label} {_signed(differences, contender, slice_, name)}" for name in HEADLINE)
        + "."
        for contender in SHOWN_CONTENDERS
        if contender != BASELINE
    )


def _signed(differences: Cells, contender: str, slice_: str, name: str) -> str:
    value = differences.get((contender, slice_, name, ALL_TYPES))
    return NONE if value is None else f"{value.number:+.2f}"


def of_matrices(found: Pairs, slice_: str) -> str:
    """The pairs whose interval leaves out zero, contender by contender."""
    parts = []
    for contender in SHOWN_CONTENDERS:
        sure = [
            f"{metric(one).label} and {metric(other).label} {pair.r:.2f}"
            for i, one in enumerate(MATRIX)
            for other in MATRIX[:i]
            if (pair := found.get((contender, slice_, one, other))) is not None and pair.is_sure
        ]
        parts.append(f"{contender}: {', '.join(sure) or 'none'}.")
    return "Correlations whose interval leaves out zero. " + " ".join(parts)


def of_length(found: Pairs, contender: str, slice_: str) -> str:
    """The correlation of each headline metric with the length of the question."""
    return "; ".join(
        f"{metric(name).label}: {found.get((contender, slice_, name, QUESTION_WORDS), NONE)}" for name in HEADLINE
    )


def of_answer_length(found: Pairs, slice_: str) -> str:
    """The correlation of the two lengths, contender by contender."""
    return "; ".join(
        f"{contender}: {found.get((contender, slice_, ANSWER_WORDS, QUESTION_WORDS), NONE)}"
        for contender in SHOWN_CONTENDERS
    )


def of_at_once(results: Results) -> str:
    """Shares of questions answered."""
    return "; ".join(f"{who}, {count} at once: {value}" for (who, count), value in sorted(results.at_once.items()))
