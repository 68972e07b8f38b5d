"""What a finished training looks like as rows: the log with the sample's scores, and the answers on the way.

Belongs here: putting what was recorded in order. The recording is in `recorder.py`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.finetuning.sample import SCORES, mean_scores
from jobsearch_dagster.finetuning.tables import TRAINING_LOG

if TYPE_CHECKING:
    import pandas as pd


def training_rows(measured: Sequence[dict[str, Any]], answered: Sequence[dict[str, Any]]) -> "pd.DataFrame":
    """One row per step, with the mean scores of the sample where it was answered.

    Args:
        measured: Of the recorder.
        answered: Of the recorder; its step 0 is the base model and has a row of scores only.
    """
    import pandas as pd

    log = pd.DataFrame(measured).set_index("step")
    scores = pd.DataFrame.from_dict(mean_scores(answered), orient="index").rename_axis("step")
    return (
        log.join(scores, how="outer")
        .reset_index()
        .assign(epoch=lambda rows: rows["epoch"].fillna(0.0))[list(TRAINING_LOG.names)]
    )


def scores_by_step(answered: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The mean scores of the sample at each step at which it was answered."""
    return [{"step": step, **scores} for step, scores in mean_scores(answered).items()]


def answers_by_question(answered: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sample's answers question by question, each with its step and scores."""
    asked = list(dict.fromkeys(row["question"] for row in answered))
    ordered = sorted(answered, key=lambda row: (asked.index(row["question"]), row["step"]))
    return [{name: row[name] for name in ("question", "step", "answer", *SCORES)} for row in ordered]


def tokens_per_second(measured: Sequence[dict[str, Any]]) -> float:
    """Trained tokens, padding left out, over the time of the steps."""
    return round(sum(row["tokens"] for row in measured) / sum(row["seconds"] for row in measured), 1)


def before_and_after(answered: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """The sample's questions with what the base model said and what the trained adapter says."""
    first, last = answered[0]["step"], answered[-1]["step"]
    before = [row for row in answered if row["step"] == first]
    after = [row for row in answered if row["step"] == last]
    return [
        {"question": row["question"], "wanted": row["reference"], "before": row["answer"], "after": then["answer"]}
        for row, then in zip(before, after, strict=True)
    ]
