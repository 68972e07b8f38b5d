"""What is relevant comes from a question's construction or from judgements that hold on the bundled sample alone."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.evaluation.relevance import Judgements, constructed_grades, judgements
from jobsearch_dagster.evaluation.truth import Asked, Posting
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster_tests.conftest import enter

SAMPLE = Path(__file__).parents[2] / "data" / "raw"


def test_the_postings_that_satisfy_a_template_question_are_relevant() -> None:
    cook = Posting("1", "cook", "malmö, sweden", frozenset({"under $50K"}), 2, frozenset({"cooking"}))
    nurse = Posting("2", "nurse", "malmö, sweden", frozenset({"Unknown"}), 5, frozenset({"nursing"}))
    assert constructed_grades(Asked("experience", ("3",)), [cook, nurse]) == {"1": 1}
    assert constructed_grades(Asked("location", ("malmö, sweden",)), [cook, nurse]) == {"1": 1, "2": 1}
    assert constructed_grades(Asked("skills", ("nursing",)), [cook]) == {}


def test_no_contender_is_its_own_judge() -> None:
    """Relevance is found without any module of the search that answers."""
    code = "import sys; from jobsearch_dagster.evaluation import relevance; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "jobsearch_dagster.evaluation.truth" in loaded
    assert not [name for name in loaded if name.startswith("jobsearch_dagster.search")]


def test_there_are_many_kinds_of_natural_questions_with_graded_answers() -> None:
    questions = judgements().natural_questions()
    assert len(questions) >= 60
    assert {question.kind for question in questions} >= {
        "skill", "place", "pay", "experience", "level", "time", "negation", "choice", "vague",
    }  # fmt: skip
    assert {grade for question in questions for grade in question.grades.values()} == {1, 2}
    assert all(2 in question.grades.values() for question in questions)


def test_every_posting_of_the_sample_answers_a_natural_question() -> None:
    answers = {posting_id for question in judgements().natural_questions() for posting_id in question.grades}
    assert answers == judgements().posting_ids


def test_grades_are_those_of_the_file() -> None:
    names = judgements().postings
    (question,) = [q for q in judgements().natural_questions() if q.question_id == "kids-evenings-off"]
    assert question.text == "I like working with kids and need evenings off"
    assert question.grades[names["elementary-teacher-edinburgh"]] == 2
    assert question.grades[names["physics-teacher-perth"]] == 1
    assert names["bartender-portland"] not in question.grades


def test_the_judged_postings_are_those_of_the_bundled_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, tmp_path, "demo")
    (tmp_path / "raw").symlink_to(SAMPLE)
    assert run(open_workspace(), ["standardized_jobs"]).problems == ()
    catalog = set(Lake(tmp_path).read("standardized_jobs")["posting_id"])
    assert judgements().reason_not_to_ask(catalog) is None


@pytest.mark.parametrize(
    ("catalog", "reason"),
    [
        (("a", "b"), None),
        (("a",), "1 of its 2 postings are not in this catalog, and 0 of the catalog's 1 were not judged"),
        (("a", "b", "c"), "0 of its 2 postings are not in this catalog, and 1 of the catalog's 3 were not judged"),
        ((), "2 of its 2 postings are not in this catalog, and 0 of the catalog's 0 were not judged"),
    ],
)
def test_natural_questions_are_asked_only_where_every_posting_was_judged(
    catalog: tuple[str, ...], reason: str | None
) -> None:
    said = judged().reason_not_to_ask(catalog)
    assert said == (reason and f"their relevance was judged on the bundled sample: {reason}")


def judged(**changes: Any) -> Judgements:
    question = {"id": "wood", "kind": "vague", "question": "I love wood", "fits": ["joiner"]}
    postings = {"joiner": "a", "cook": "b", **changes.pop("postings", {})}
    questions = [question | changes]
    return Judgements.model_validate({"postings": postings, "questions": questions})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"fits": ["plumber"]}, "wood names unknown postings: plumber"),
        ({"partly": ["joiner"]}, "wood names a posting twice"),
        ({"postings": {"carpenter": "a"}}, "two names mean the same posting"),
        ({"fits": []}, "at least 1 item"),
        ({"grade": 3}, "Extra inputs"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        judged(**changes)


def test_two_questions_with_one_id_are_refused() -> None:
    question = {"id": "wood", "kind": "vague", "question": "I love wood", "fits": ["joiner"]}
    with pytest.raises(ValidationError, match="two questions have the same id"):
        Judgements.model_validate({"postings": {"joiner": "a"}, "questions": [question, question]})
