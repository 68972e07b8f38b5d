"""How metrics go together, and with the length of the question: Spearman's rank correlation with its interval.

Belongs here: the estimator and the table. Questions about one posting share its text, so the interval comes from
leaving out postings, not questions: a jackknife on Fisher's scale with Student's t. Of 400 simulated experiments a row,
normal values with as much correlation within a posting as is written, this share of the 95 % intervals held the truth;
Fisher's own formula takes every question for an independent draw:

| postings | questions each | true r | within a posting | Fisher's | ours |
| ---: | ---: | ---: | ---: | ---: | ---: |
| 6 | 4 | 0 | 0 | 0.96 | 0.97 |
| 8 | 4 | 0 | 0.5 | 0.86 | 0.95 |
| 12 | 4 | 0 | 0.7 | 0.82 | 0.96 |
| 15 | 4 | 0.58 | 0.5 | 0.90 | 0.97 |
| 15 | 20 | 0.48 | 0.6 | 0.51 | 0.96 |
| 30 | 2 | 0.29 | 0.5 | 0.93 | 0.95 |
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.tables import CONTENDERS, METRIC_CORRELATIONS

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

QUESTION_WORDS, ANSWER_WORDS = "question_words", "answer_words"
LEVEL = 0.95
GROUPS = 50
"""Most groups of postings that are left out in turn; t at 49 degrees of freedom is 2.01, of endlessly many 1.96."""
POOLED = "bleu_corpus"
"""It has one value for many answers, so nothing to correlate."""
FEWEST = 4
"""Questions, and groups of postings, below which no interval is given."""


@dataclass(frozen=True)
class Correlations:
    """All pairs of some columns; each attribute has shape (columns, columns).

    Attributes:
        n: Questions with both values.
        r: Spearman's rank correlation; NaN where a column does not vary.
        low: Lower end of the 95 % interval; NaN where postings are too few, or where leaving any out changes nothing.
        high: Upper end.
    """

    n: "np.ndarray"
    r: "np.ndarray"
    low: "np.ndarray"
    high: "np.ndarray"


def correlate(columns: "pd.DataFrame", clusters: "np.ndarray") -> Correlations:
    """Spearman's correlation of every pair of columns, with intervals over clusters.

    Args:
        columns: One row per question, one column per metric; NaN where a question has no value.
        clusters: The posting of each question.
    """
    import numpy as np
    from scipy.special import stdtrit

    present = columns.notna().to_numpy().astype(int)
    n = present.T @ present
    r = _spearman(columns)
    groups = np.unique(clusters, return_inverse=True)[1] % GROUPS
    count = int(groups.max()) + 1
    if count < FEWEST:
        nothing = np.full_like(r, np.nan)
        return Correlations(n, r, nothing, nothing)
    left_out = np.stack([_fisher(_spearman(columns[groups != group])) for group in range(count)])
    error = np.sqrt((count - 1) / count * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    error[(error < 1e-9) | (n < FEWEST)] = np.nan
    reach = error * stdtrit(count - 1, (1 + LEVEL) / 2)
    return Correlations(n, r, np.tanh(_fisher(r) - reach), np.tanh(_fisher(r) + reach))


def _spearman(columns: "pd.DataFrame") -> "np.ndarray":
    return columns.corr(method="spearman", min_periods=2).to_numpy()


def _fisher(r: "np.ndarray") -> "np.ndarray":
    import numpy as np

    return np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))


def correlate_metrics(connection: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """Every pair of metrics and lengths of one contender on one slice, each pair once in alphabetical order.

    Args:
        connection: Holds `answer_scores` and one `<contender>_answers` each.
    """
    import pandas as pd

    answers = " UNION ALL ".join(
        f"SELECT '{name}' AS contender, question_id, slice, posting_id, question, answer FROM {name}_answers"
        for name in CONTENDERS
    )
    scores = connection.sql(
        f"""
        WITH answers AS ({answers})
        SELECT contender, a.slice, question_id, a.posting_id, metric, value
        FROM answer_scores s JOIN answers a USING (contender, question_id) WHERE metric <> '{POOLED}'
        UNION ALL
        SELECT contender, slice, question_id, posting_id, '{QUESTION_WORDS}', {words_of("question")} FROM answers
        UNION ALL
        SELECT contender, slice, question_id, posting_id, '{ANSWER_WORDS}', {words_of("answer")} FROM answers
        ORDER BY ALL
        """
    ).df()
    rows = [(*key, *pair) for key, group in scores.groupby(["contender", "slice"], sort=True) for pair in _pairs(group)]
    return pd.DataFrame(rows, columns=list(METRIC_CORRELATIONS.names))


def words_of(column: str) -> str:
    """Number of words of a text, as SQL."""
    return f"len(regexp_extract_all({column}, '\\S+'))::DOUBLE"


def _pairs(scores: "pd.DataFrame") -> Iterator[tuple[str, str, int, int, float, float, float]]:
    wide = scores.pivot(index=["question_id", "posting_id"], columns="metric", values="value").sort_index(
        axis="columns"
    )
    postings = wide.index.get_level_values("posting_id").to_numpy()
    found, present = correlate(wide, postings), wide.notna().to_numpy()
    for (a, metric_a), (b, metric_b) in combinations(enumerate(wide.columns), 2):
        yield (
            metric_a, metric_b, int(found.n[a, b]), len(set(postings[present[:, a] & present[:, b]])),
            found.r[a, b], found.low[a, b], found.high[a, b],
        )  # fmt: skip
