"""The numbers in plain words: who wins, where the fine-tuned model loses, and where there is too little to say.

Belongs here: sentences that follow from the tables alone. Differences are judged in the primary metrics, which were
named before any comparison was made: better or worse where p after Holm's correction is below 0.05, too few postings
where it could not be below whatever the difference is, else undecided. Of two other numbers, one is said to be above
the other where their intervals do not overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from jobsearch_dagster.evaluation.report.metrics import metric
from jobsearch_dagster.evaluation.report.results import NONE, SHOWN_CONTENDERS, TYPES, Results, Value
from jobsearch_dagster.evaluation.scoring import BASELINE, PRIMARY
from jobsearch_dagster.evaluation.tables import ALL_TYPES
from jobsearch_dagster.pairs.templates import QUERY_TYPES

if TYPE_CHECKING:
    import pandas as pd

ALPHA = 0.05
LORA = "lora"
RIGHT, *LIKENESS = PRIMARY
UNSEEN, SEEN = "unseen", "seen"
SLICE_WORDS = {UNSEEN: "postings that training never saw", SEEN: "postings that training saw"}

Outcome = Literal["better", "worse", "undecided", "too few postings"]


class Difference(NamedTuple):
    """One contender against base in one metric."""

    metric: str
    value: Value
    p: float
    outcome: Outcome

    def __str__(self) -> str:
        return f"{metric(self.metric).label} ({self.value.signed}, p={written_p(self.p)})"


def written_p(p: float) -> str:
    """To three digits; very small ones as a bound."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


Found = dict[Outcome, list[Difference]]


@dataclass(frozen=True)
class Compared:
    """All differences to base, by contender, slice, query type, metric."""

    differences: dict[tuple[str, str, str, str], Difference]

    @classmethod
    def of(cls, table: "pd.DataFrame") -> "Compared":
        """From `contender_comparison`."""
        columns = ["contender", "slice", "query_type", "metric", "difference", "low", "high", "n", "postings", "p_holm"]
        reachable = table.groupby(["slice", "family"])["postings"].transform(_smallest_p)
        found = {}
        for smallest, row in zip(reachable, table[columns].itertuples(index=False, name=None), strict=True):
            value, p = Value(*row[4:9]), row[9]
            found[row[:4]] = Difference(row[3], value, p, outcome(row[3], value, p, smallest))
        return cls(found)

    def outcomes(self, contender: str, slice_: str, metrics: Sequence[str], query_type: str = ALL_TYPES) -> Found:
        """Differences in some metrics, by what is known of them."""
        sorted_out: Found = {}
        for name in metrics:
            if found := self.differences.get((contender, slice_, query_type, name)):
                sorted_out.setdefault(found.outcome, []).append(found)
        return sorted_out


def _smallest_p(postings: "pd.Series[int]") -> "pd.Series[float]":
    """The least p after Holm's correction that each comparison of a family could have, whatever its difference.

    Signs of k postings can be flipped in 2 ** (k - 1) ways that differ, so p before correction is at least one of them.
    """
    least = 0.5 ** (postings - 1)
    return least * (least.rank(method="max").rsub(len(least)) + least.groupby(least).transform("size"))


def outcome(name: str, value: Value, p: float, smallest_p: float) -> Outcome:
    """What a difference to base says of a contender.

    Args:
        name: The metric.
        value: The difference.
        p: After correction.
        smallest_p: The least p that so few postings can give.
    """
    if smallest_p >= ALPHA:
        return "too few postings"
    if p >= ALPHA or metric(name).more == 0:
        return "undecided"
    return "better" if value.number * metric(name).more > 0 else "worse"


def read(results: Results) -> list[str]:
    """All sentences, the answer to "which one should I use" first."""
    compared = Compared.of(results.contender_comparison)
    first = results.slices[0]
    sentences = [leader(results, first)]
    sentences += [against_base(compared, name, first) for name in SHOWN_CONTENDERS if name != BASELINE]
    sentences += [fluent_or_right(results, compared, first), behind(results, first), *by_type(compared, first)]
    sentences += [remembered(results), too_few(compared)]
    return [sentence for sentence in sentences if sentence]


def leader(results: Results, slice_: str) -> str:
    """Who names right jobs most often, and whether the next one is clearly behind."""
    found = {name: results.means.get((name, slice_, RIGHT, ALL_TYPES)) for name in SHOWN_CONTENDERS}
    measured = [(name, value) for name, value in found.items() if value is not None]
    (first, best), (second, next_), *_ = sorted(measured, key=lambda pair: pair[1].number, reverse=True)
    if best.number == next_.number:
        ahead = [name for name, value in measured if value.number == best.number]
        return f"On {SLICE_WORDS[slice_]}, {listed(ahead)} name right jobs equally often: {best}; none of them wins."
    verdict = (
        "the intervals do not overlap, so the lead is clear"
        if best.low > next_.high
        else "the intervals overlap, or one cannot be given, so the lead is not settled"
    )
    return (
        f"On {SLICE_WORDS[slice_]}, {first} names right jobs most often: their share is {best}. {second} follows with "
        f"{next_}; {verdict}."
    )


def against_base(compared: Compared, contender: str, slice_: str) -> str:
    """One contender against base, over all query types."""
    found = compared.outcomes(contender, slice_, PRIMARY)
    return f"{contender} against base on {SLICE_WORDS[slice_]} ({_counted(found)}) is {_judged(found)}."


def _counted(found: Found) -> str:
    values = [difference.value for differences in found.values() for difference in differences]
    return f"n={max(v.n for v in values)}, {max(v.postings for v in values)} postings" if values else "n=0"


def _judged(found: Found) -> str:
    words: dict[Outcome, str] = {
        "better": "better",
        "worse": "worse",
        "undecided": "undecided",
        "too few postings": "not to be judged, for too few postings,",
    }
    parts = [f"{words[key]} in {listed(list(map(str, found[key])))}" for key in words if key in found]
    return "; ".join(parts) or "not measured"


def listed(names: Sequence[str]) -> str:
    """Names as `a, b and c`."""
    return " and ".join([*filter(None, [", ".join(names[:-1])]), names[-1]])


def fluent_or_right(results: Results, compared: Compared, slice_: str) -> str:
    """Whether fine-tuning made the model right, or only fluent."""
    right, form = (compared.outcomes(LORA, slice_, names) for names in ((RIGHT,), LIKENESS))
    share = f"the share of right jobs is {_beside_base(results, slice_, RIGHT)}"
    if "better" in right:
        return f"The fine-tuned model wins: it names more right jobs than base; {share}."
    if "worse" in right:
        return f"The fine-tuned model loses: it names fewer right jobs than base; {share}."
    if "better" in form:
        return (
            "The fine-tuned model is fluent, not shown to be right: its answers are more like the constructed ones "
            f"than base's, but that it names more right jobs is not shown; {share}."
        )
    alike = f"{metric(LIKENESS[0]).label} is {_beside_base(results, slice_, LIKENESS[0])}"
    return f"Whether fine-tuning helps is not decided by these questions: {share}, {alike}."


def _beside_base(results: Results, slice_: str, name: str) -> str:
    tuned, base = (results.means.get((who, slice_, name, ALL_TYPES), NONE) for who in (LORA, BASELINE))
    return f"{tuned} against {base} of base"


def behind(results: Results, slice_: str) -> str:
    """Who names more right jobs than the fine-tuned model, by intervals that do not overlap."""
    tuned = results.means.get((LORA, slice_, RIGHT, ALL_TYPES))
    found = {name: results.means.get((name, slice_, RIGHT, ALL_TYPES)) for name in SHOWN_CONTENDERS}
    ahead = [
        f"{name} ({value})" for name, value in found.items() if tuned is not None and value and value.low > tuned.high
    ]
    if not ahead:
        return ""
    return f"In right jobs the fine-tuned model ({tuned}) loses to {listed(ahead)} on {SLICE_WORDS[slice_]}."


def by_type(compared: Compared, slice_: str) -> list[str]:
    """Where fine-tuning wins and loses, query type by query type."""
    found = {query_type: compared.outcomes(LORA, slice_, PRIMARY, query_type) for query_type in QUERY_TYPES}
    return [
        f"Asked for {query_type}, {slice_}, the fine-tuned model ({_counted(outcomes)}) is {_judged(outcomes)}."
        for query_type, outcomes in found.items()
    ]


def remembered(results: Results) -> str:
    """The fine-tuned model on postings of its training beside others; nothing where only one kind was asked about."""
    seen, unseen = (results.means.get((LORA, slice_, RIGHT, ALL_TYPES)) for slice_ in (SEEN, UNSEEN))
    if seen is None or unseen is None:
        return ""
    apart = (
        "the intervals do not overlap, so part of what it knows is remembered"
        if seen.low > unseen.high
        else "the intervals do not tell the two apart"
    )
    return (
        f"Asked about postings of its training, the fine-tuned model's share of right jobs is {seen}; about others it "
        f"is {unseen}; {apart}."
    )


def too_few(compared: Compared) -> str:
    """Which cells cannot decide anything; nothing where all can."""
    small: dict[str, dict[str, int]] = {}
    for (_, slice_, query_type, name), found in compared.differences.items():
        if name in PRIMARY and found.outcome == "too few postings":
            small.setdefault(slice_, {})[query_type] = found.value.postings
    if not small:
        return ""
    where = "; ".join(
        f"{slice_}: {', '.join(f'{query_type} ({types[query_type]})' for query_type in TYPES if query_type in types)}"
        for slice_, types in sorted(small.items(), reverse=True)
    )
    return (
        "There are too few postings to decide, even if all of them agreed, as p after correction could not be below "
        f"{ALPHA}: {where}."
    )
