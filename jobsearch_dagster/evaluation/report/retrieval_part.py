"""How high the right postings stand: `retrieval_scores` as tables of the report.

Belongs here: means with intervals and the mark of cells that are true by construction. What is relevant, and how a
ranking is scored, is in `evaluation/relevance.py` and `evaluation/retrieval.py`.
"""

from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.report.blocks import Block, Paragraph, Table
from jobsearch_dagster.evaluation.report.results import NONE, SHOWN_CONTENDERS, Results, mean_of_shares

if TYPE_CHECKING:
    import pandas as pd

BY_CONSTRUCTION = "†"
QUESTIONS = {
    "unseen": "questions of this report about unseen postings",
    "seen": "questions of this report about seen postings",
    "natural": "questions in people's own words, judged by hand",
}
RANKINGS = {
    "answer": "postings that the answer names",
    "retrieved": "postings that were looked up for it",
}


def retrieval_tables(results: Results) -> list[Block]:
    """One table for each set of questions and ranking: contenders by metrics."""
    blocks: list[Block] = [
        Paragraph(
            f"A cell is mean [95 % interval] n=questions; {BY_CONSTRUCTION} marks where a filter chose the postings, "
            "or those that the model was shown, by the very columns that their relevance is read from: it says that "
            "the question was understood, not that the postings are good."
        )
    ]
    scores = results.retrieval_scores
    kinds = scores["question_set"].where(
        scores["question_set"] == "natural", scores["seen_in_train"].map({True: "seen", False: "unseen"})
    )
    for kind, asked in QUESTIONS.items():
        for ranking, ranked in RANKINGS.items():
            rows = scores[(kinds == kind) & (scores["ranking"] == ranking)]
            if not rows.empty:
                blocks.append(_table(f"{ranked.capitalize()}, {asked}", rows))
    return blocks


def _table(caption: str, scores: "pd.DataFrame") -> Table:
    metrics = sorted(set(scores["metric"]), key=_by_cutoff)
    signatures = "; ".join(sorted(set(scores["signature"])))
    return Table(
        f"{caption}. Signatures: {signatures}",
        ("contender", *metrics),
        [
            (contender, *(_cell(scores, contender, metric) for metric in metrics))
            for contender in SHOWN_CONTENDERS
            if (scores["contender"] == contender).any()
        ],
    )


def _by_cutoff(metric: str) -> tuple[str, int]:
    """`precision@10` after `precision@3`."""
    name, _, cutoff = metric.partition("@")
    return name, int(cutoff or 0)


def _cell(scores: "pd.DataFrame", contender: str, metric: str) -> str:
    rows = scores[(scores["contender"] == contender) & (scores["metric"] == metric)]
    if rows.empty:
        return NONE
    mark = f" {BY_CONSTRUCTION}" if rows["by_construction"].any() else ""
    return f"{mean_of_shares(rows['value'], rows['posting_id'])}{mark}"
