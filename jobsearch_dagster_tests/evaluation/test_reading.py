"""What the report says in words follows from the numbers, and changes with them."""

import pandas as pd
import pytest

from jobsearch_dagster.evaluation.report.reading import Compared, listed, outcome, read
from jobsearch_dagster.evaluation.report.results import Value
from jobsearch_dagster_tests.evaluation.report_tables import STRENGTHS, make_results


def reading(lora: tuple[float, float], **postings: int) -> str:
    return "\n".join(read(make_results({**STRENGTHS, "lora": lora}, postings or {"unseen": 12, "seen": 4})))


def test_a_fluent_model_that_is_not_right_is_called_so() -> None:
    said = reading((0.05, 0.5))
    assert "lora against base on postings that training never saw (n=48, 12 postings) is better in ROUGE-L F1" in said
    assert "The fine-tuned model is fluent, not shown to be right" in said
    assert "loses to rag (" in said
    assert "and analytics (" in said


def test_a_model_that_names_more_right_jobs_wins() -> None:
    said = reading((0.9, 0.5))
    assert "The fine-tuned model wins: it names more right jobs than base" in said
    assert "fluent, not shown" not in said


def test_a_model_that_names_fewer_right_jobs_loses() -> None:
    strengths = {**STRENGTHS, "base": (0.9, 0.5), "lora": (0.02, 0.6)}
    said = "\n".join(read(make_results(strengths, {"unseen": 12})))
    assert "The fine-tuned model loses: it names fewer right jobs than base" in said
    assert "is better in ROUGE-L F1" in said


def test_a_model_that_does_as_base_does_is_undecided() -> None:
    said = reading(STRENGTHS["base"])
    assert "Whether fine-tuning helps is not decided by these questions" in said
    assert "(+0.00, p=1.000)" in said


def test_who_leads_is_said_with_whether_it_is_settled() -> None:
    assert "analytics names right jobs most often: their share is 0.94 [" in reading((0.05, 0.5))
    assert "so the lead is clear" in reading((0.05, 0.5))
    assert "so the lead is not settled" in reading((0.85, 0.5))
    assert "lora and analytics name right jobs equally often" in reading((0.95, 0.5))


def test_few_postings_are_said_to_decide_nothing() -> None:
    said = reading((0.9, 0.9), unseen=4)
    assert "lora against base on postings that training never saw (n=16, 4 postings) is not to be judged" in said
    assert "unseen: skills (4), location (4), salary (4), experience (4), all (4)" in said
    assert "There are too few postings to decide" not in reading((0.9, 0.9), unseen=12)


def test_what_is_known_of_seen_and_unseen_postings_stands_side_by_side() -> None:
    assert "Asked about postings of its training" in reading((0.5, 0.5))
    assert "Asked about postings of its training" not in reading((0.5, 0.5), unseen=12)


@pytest.mark.parametrize(
    ("metric", "difference", "p", "smallest_p", "expected"),
    [
        ("right", 0.3, 0.01, 0.001, "better"),
        ("right", -0.3, 0.01, 0.001, "worse"),
        ("hallucinated", -0.3, 0.01, 0.001, "better"),
        ("length_ratio", 0.3, 0.01, 0.001, "undecided"),
        ("right", 0.3, 0.05, 0.001, "undecided"),
        ("right", 0.3, 0.2, 0.05, "too few postings"),
    ],
)
def test_a_difference_is_judged_by_its_sign_its_p_and_what_p_could_be(
    metric: str, difference: float, p: float, smallest_p: float, expected: str
) -> None:
    assert outcome(metric, Value(difference, -1, 1, 8, 8), p, smallest_p) == expected


def test_how_few_postings_are_too_few_depends_on_how_many_comparisons_are_corrected_for() -> None:
    """One comparison of 6 postings can reach 1/32; of two that could not be below 0.05 after correction."""

    def judged(comparisons: int) -> set[str]:
        rows = [
            ("lora", "unseen", f"type {i}", "right", 0.5, 0.4, 0.6, 6, 6, 0.04, "primary") for i in range(comparisons)
        ]
        columns = ["contender", "slice", "query_type", "metric", "difference", "low", "high", "n", "postings", "p_holm"]
        table = pd.DataFrame(rows, columns=[*columns, "family"])
        return {found.outcome for found in Compared.of(table).differences.values()}

    assert judged(1) == {"better"}
    assert judged(2) == {"too few postings"}


def test_names_are_listed_as_people_list_them() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
