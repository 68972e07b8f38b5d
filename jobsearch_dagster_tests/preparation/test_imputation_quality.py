"""Accuracy of imputed pay is what hiding each posting in turn and imputing it from the others gives."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jobsearch_dagster.foundation.lake import KeyParts
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.schema import Column, TableSchema
from jobsearch_dagster.foundation.table_asset import DataFolder, Step
from jobsearch_dagster.preparation.assets import imputation_quality
from jobsearch_dagster.preparation.imputation_quality import BASELINE, LADDER, measure_imputation
from jobsearch_dagster.preparation.salary import BUCKETS

Job = dict[str, Any]
GROUPS = {"title and location": ("standard_title", "place"), "title and country": ("standard_title", "country")}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE imputed_salaries (posting_id VARCHAR, split VARCHAR, standard_title VARCHAR, place VARCHAR, "
            "country VARCHAR, salary_source VARCHAR, salary_bucket VARCHAR)"
        )
        yield connection


def job(posting_id: str, title: str, place: str, country: str | None, bucket: str, **changed: str) -> Job:
    return {
        "posting_id": posting_id,
        "split": "train",
        "standard_title": title,
        "place": place,
        "country": country,
        "salary_source": "stated",
        "salary_bucket": bucket,
        **changed,
    }


def measured(
    connection: duckdb.DuckDBPyConnection, jobs: Sequence[Job], levels: Sequence[str] = tuple(GROUPS)
) -> dict[str, dict[str, Any]]:
    if jobs:
        connection.executemany(
            "INSERT INTO imputed_salaries VALUES (?, ?, ?, ?, ?, ?, ?)", [list(j.values()) for j in jobs]
        )
    relation = measure_imputation(connection, levels)
    return {row[1]: dict(zip(relation.columns, row, strict=True)) for row in relation.order("position").fetchall()}


def lower_median(ranks: list[int]) -> int | None:
    return sorted(ranks)[(len(ranks) - 1) // 2] if ranks else None


def guess(hidden: Job, others: list[Job], group: tuple[str, ...]) -> int | None:
    if not all(hidden[name] for name in group):
        return None
    return lower_median(
        [BUCKETS.index(o["salary_bucket"]) for o in others if all(o[name] == hidden[name] for name in group)]
    )


def naive(jobs: list[Job]) -> dict[str, list[tuple[int, int | None, int]]]:
    """Truth, guess and baseline of every known posting, by method."""
    results: dict[str, list[tuple[int, int | None, int]]] = {name: [] for name in (*GROUPS, LADDER, BASELINE)}
    for hidden in jobs:
        others = [o for o in jobs if o["posting_id"] != hidden["posting_id"]]
        counts = Counter(BUCKETS.index(o["salary_bucket"]) for o in others)
        common = min(counts, key=lambda rank: (-counts[rank], rank))
        guesses = {name: guess(hidden, others, group) for name, group in GROUPS.items()}
        guesses[LADDER] = next((g for g in guesses.values() if g is not None), None)
        guesses[BASELINE] = common
        for name, value in guesses.items():
            results[name].append((BUCKETS.index(hidden["salary_bucket"]), value, common))
    return results


def mean(values: list[float]) -> Any:
    return pytest.approx(sum(values) / len(values)) if values else None


@pytest.mark.parametrize("seed", range(5))
def test_every_figure_is_that_of_naive_leave_one_out(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    chance = random.Random(seed)
    jobs = [
        job(
            f"p{n}",
            chance.choice(["cook", "nurse", "pilot", ""]),
            chance.choice(["graz", "wien", "lyon", ""]),
            chance.choice(["AT", "FR", None]),
            chance.choice(BUCKETS),
            salary_source=chance.choice(["stated", "description"]),
        )
        for n in range(150)
    ]
    found = measured(connection, [*jobs, *jobs[:40]])  # the same posting beside another resume counts once
    assert list(found) == [*GROUPS, LADDER, BASELINE]
    for name, results in naive(jobs).items():
        covered = [(truth, value, common) for truth, value, common in results if value is not None]
        assert found[name] == {
            "position": found[name]["position"],
            "method": name,
            "postings": 150,
            "covered": len(covered),
            "coverage": pytest.approx(len(covered) / 150),
            "accuracy": mean([value == truth for truth, value, _ in covered]),
            "accuracy_within_one": mean([abs(value - truth) <= 1 for truth, value, _ in covered]),
            "mean_distance": mean([abs(value - truth) for truth, value, _ in covered]),
            "baseline_accuracy": mean([common == truth for truth, _, common in covered]),
        }


def test_a_posting_is_never_imputed_from_itself(connection: duckdb.DuckDBPyConnection) -> None:
    twice = [job("a", "cook", "graz", "AT", BUCKETS[0]), job("a", "cook", "graz", "AT", BUCKETS[1])]
    found = measured(connection, [*twice, job("b", "pilot", "wien", "AT", BUCKETS[4])])
    assert found[LADDER]["covered"] == 0
    assert found[LADDER]["accuracy"] is None


def test_only_known_train_postings_count(connection: duckdb.DuckDBPyConnection) -> None:
    known = [job("a", "cook", "graz", "AT", BUCKETS[2]), job("b", "cook", "graz", "AT", BUCKETS[2])]
    left_out = [
        job("c", "cook", "graz", "AT", BUCKETS[0], split="test"),
        job("d", "cook", "graz", "AT", BUCKETS[0], salary_source="imputed"),
        job("e", "cook", "graz", "AT", "Unknown", salary_source="unknown"),
    ]
    found = measured(connection, [*known, *left_out])
    assert (found[LADDER]["postings"], found[LADDER]["covered"], found[LADDER]["accuracy"]) == (2, 2, 1.0)


@pytest.mark.parametrize("levels", [("title and location", "title and country"), ("title and location",), ()])
def test_without_any_known_pay_every_method_has_a_row_without_accuracy(
    connection: duckdb.DuckDBPyConnection, levels: tuple[str, ...]
) -> None:
    unknown = job("a", "cook", "graz", "AT", "Unknown", salary_source="unknown")
    found = measured(connection, [unknown], levels)
    assert list(found) == [*levels, LADDER, BASELINE]
    for row in found.values():
        assert (row["postings"], row["covered"], row["coverage"], row["accuracy"]) == (0, 0, None, None)


@pytest.mark.parametrize("levels", [["title and location"], list(GROUPS)])
def test_the_asset_measures_the_ladder_that_filled_the_stored_table(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, levels: list[str]
) -> None:
    measured(connection, [job("a", "cook", "graz", "AT", BUCKETS[2]), job("b", "cook", "wien", "AT", BUCKETS[2])])
    folder = DataFolder(path=str(tmp_path))
    columns = [Column(name, "VARCHAR", name) for name in connection.table("imputed_salaries").columns]
    made_with = KeyParts({}, {"levels": levels}, "1")
    schema = TableSchema(tuple(columns), primary_key=("posting_id",))
    folder.lake.write("imputed_salaries", connection.table("imputed_salaries"), schema, made_with, connection)
    parts = imputation_quality.parts(folder, Recipe(), {})
    with folder.lake.connect(["imputed_salaries"]) as stored:
        found = imputation_quality.body(Step(folder, stored, Recipe(), print, parts)).project("method").fetchall()
    assert [method for (method,) in found] == [*levels, LADDER, BASELINE]
    assert parts.external["levels"] == ", ".join(levels)


def test_a_ladder_that_is_not_stored_yet_is_no_part_of_the_key(tmp_path: Path) -> None:
    assert "levels" not in imputation_quality.parts(DataFolder(path=str(tmp_path)), Recipe(), {}).external
