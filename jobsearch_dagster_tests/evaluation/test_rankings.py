"""A contender is ranked by the postings that its answers name, by the same rule as every other."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster.app.run import Outcome
from jobsearch_dagster.evaluation.contenders import Answer
from jobsearch_dagster.evaluation.rankings import (
    Ranking,
    answer_rankings,
    means,
    named_postings,
    retrieved_rankings,
    score_rankings,
    template_rankings,
)
from jobsearch_dagster.evaluation.relevance import NaturalQuestion
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.truth import Posting, Postings
from jobsearch_dagster.foundation.lake import Lake


def posting(posting_id: str, title: str, place: str) -> Posting:
    return Posting(posting_id, title, place, frozenset({"Unknown"}), None, frozenset())


BERLIN, MUNICH = "berlin, germany", "munich, bavaria, germany"
POSTINGS = Postings(
    posting(*said) for said in (("a", "cook", BERLIN), ("b", "cook", BERLIN), ("c", "nurse", MUNICH), ("d", "cook", ""))
)


def naming(*jobs: tuple[str, str]) -> str:
    return "\n\n".join(f"Job available in {place}\nJob-Title: {title}" for title, place in jobs)


COOK, NURSE, INVENTED = ("cook", BERLIN), ("nurse", MUNICH), ("astronaut", BERLIN)


@pytest.mark.parametrize(
    ("answer", "ranking"),
    [
        (naming(NURSE, COOK), ["c", "b", "a"]),
        (naming(COOK, NURSE), ["b", "a", "c"]),
        (naming(COOK, NURSE, COOK), ["b", "a", "c"]),
        ("Job-Title: cook", ["d"]),
        ("I know many jobs.", []),
        ("", []),
    ],
    ids=["in-the-order-of-naming", "one-name-of-two", "named-twice-counts-once", "without-a-place", "none", "empty"],
)
def test_an_answer_ranks_the_postings_that_it_names(answer: str, ranking: list[str]) -> None:
    assert named_postings(answer, POSTINGS) == ranking


def test_an_invented_job_keeps_its_rank() -> None:
    first, second = named_postings(naming(INVENTED, NURSE, INVENTED), POSTINGS)
    assert second == "c"
    assert first not in {"a", "b", "c", "d"}


QUESTIONS = [
    NaturalQuestion("care", "vague", "I want to care", {"c": 2}),
    NaturalQuestion("food", "vague", "I love food", {"a": 2, "b": 1}),
]
ANSWERS = [Answer(naming(NURSE)), Answer("Sorry.")]


def test_answers_to_natural_questions_are_scored_by_the_judged_grades() -> None:
    scores = score_rankings(answer_rankings("base", QUESTIONS, ANSWERS, POSTINGS), (1,))
    found = {(row.question_id, row.metric): row.value for row in scores.itertuples()}
    assert {metric for _, metric in found} == {"precision@1", "recall@1", "ndcg@1", "mrr"}
    assert all(value == (question == "care") for (question, _), value in found.items())
    assert set(scores["question_set"]) == {"natural"}
    assert scores["seen_in_train"].isna().all()
    assert (scores["posting_id"] == scores["question_id"]).all()
    assert not scores["by_construction"].any()


def test_a_title_that_the_limit_of_tokens_cut_has_no_rank() -> None:
    cut = Answer(f"{naming(NURSE)}\nJob-Title: ele", stopped=False)
    (found,) = answer_rankings("base", QUESTIONS[:1], [cut], POSTINGS)
    assert found.posting_ids == ["c"]


def test_what_was_looked_up_is_scored_in_its_own_order() -> None:
    scores = score_rankings(retrieved_rankings("rag", QUESTIONS, [["c"], ["b", "a"]]), (2,))
    ndcg = scores[scores["metric"] == "ndcg@2"].set_index("question_id")["value"]
    assert ndcg["care"] == 1
    assert 0.8 < ndcg["food"] < 0.9
    assert set(scores["ranking"]) == {"retrieved"}


def test_what_stands_deeper_than_the_largest_cutoff_counts_for_no_metric() -> None:
    scores = score_rankings(retrieved_rankings("rag", QUESTIONS[:1], [["a", "b", "c"]]), (1, 2))
    assert set(scores["value"]) == {0.0}
    assert all(signature.endswith("|depth:2") for signature in scores["signature"])


@pytest.fixture
def stored(finished: tuple[Path, Outcome]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of a finished data folder."""
    tables = ["clean_jobs", "job_entities", "query_pairs", *(f"{name}_answers" for name in CONTENDERS)]
    with Lake(finished[0]).connect(tables) as connection:
        yield connection


def test_every_contender_is_ranked_on_the_stored_answers(stored: duckdb.DuckDBPyConnection) -> None:
    found = list(template_rankings(stored))
    questions = {question for (question,) in stored.execute("SELECT question_id FROM base_answers").fetchall()}
    for contender in CONTENDERS:
        assert {r.question_id for r in found if r.contender == contender and r.ranking == "answer"} == questions
    assert {r.contender for r in found if r.ranking == "retrieved"} == {"analytics", "rag"}
    assert all(r.grades for r in found)


def test_what_a_filter_found_or_showed_by_the_columns_of_relevance_is_true_by_construction(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    marked = {(r.contender, r.ranking): r.by_construction for r in template_rankings(stored)}
    assert [key for key, by_construction in marked.items() if by_construction] == [
        ("analytics", "answer"), ("analytics", "retrieved"), ("rag", "answer"), ("rag", "retrieved"),
    ]  # fmt: skip


def test_the_posting_that_a_question_was_made_from_is_relevant_to_it(stored: duckdb.DuckDBPyConnection) -> None:
    asked = dict(stored.execute("SELECT question_id, posting_id FROM base_answers").fetchall())
    assert all(r.grades[asked[r.question_id]] == 1 for r in template_rankings(stored))


def test_the_constructed_answer_ranks_a_relevant_posting_first(stored: duckdb.DuckDBPyConnection) -> None:
    """Under the names `base` and so on, answers that are right: no rule of the ranking works against them."""
    for contender in CONTENDERS:
        stored.execute(
            f"""
            CREATE TEMP TABLE right_{contender} AS SELECT * REPLACE (reference AS answer) FROM {contender}_answers;
            DROP VIEW {contender}_answers;
            CREATE TEMP VIEW {contender}_answers AS FROM right_{contender}
            """
        )
    rankings = [r for r in template_rankings(stored) if r.ranking == "answer"]
    assert {r.grades.get(r.posting_ids[0]) for r in rankings if len(r.posting_ids) == 1} == {1}
    assert all(any(posting in r.grades for posting in r.posting_ids) for r in rankings)


def ranking(contender: str, question: str, *, hit: bool) -> Ranking:
    found = ["a" if hit else "b"]
    return Ranking("natural", "answer", contender, question, "vague", question, None, False, found, {"a": 1})


def test_means_say_their_n_and_compare_on_equal_questions() -> None:
    """The analytics contender answered a second question, and wrong: its mean on the common question is untouched."""
    common = [ranking(contender, "one", hit=True) for contender in CONTENDERS]
    scores = score_rankings([*common, ranking("analytics", "two", hit=False)], (1,))
    with duckdb.connect() as connection:
        connection.register("retrieval_scores", scores)
        table = means(connection)
    cells = {(row["questions"], row["contender"]): (row["n"], row["mrr"]) for row in table.to_dict("records")}
    assert cells["natural, all", "analytics"] == (2, "0.500 [0.000, 1.000]")
    assert cells["natural, all", "base"] == (1, "1.000 [nan, nan]")
    assert cells["natural, asked of all four", "analytics"] == (1, "1.000 [nan, nan]")


def test_the_interval_of_a_mean_is_over_postings() -> None:
    """Sixteen questions are as sure as the four postings that they are about, all of which are found."""
    rankings = [ranking(contender, str(number), hit=True) for contender in CONTENDERS for number in range(16)]
    scores = score_rankings([replace(r, posting_id=str(int(r.question_id) % 4)) for r in rankings], (1,))
    with duckdb.connect() as connection:
        connection.register("retrieval_scores", scores)
        table = means(connection)
    assert set(table["mrr"]) == {"1.000 [0.398, 1.000]"}  # 0.025 ** (1 / 4)
    assert set(table["n"]) == {16}


def test_a_set_that_all_answered_in_whole_is_shown_once() -> None:
    scores = score_rankings([ranking(contender, "one", hit=True) for contender in CONTENDERS], (1,))
    with duckdb.connect() as connection:
        connection.register("retrieval_scores", scores)
        table = means(connection)
    assert set(table["questions"]) == {"natural, all"}
    assert len(table) == len(CONTENDERS)
