"""The report says when an adapter is worth it, what leakage adds, and which adapter is served, in words that follow."""

from pathlib import Path

import pytest

from jobsearch_dagster.evaluation.report.blocks import Block, Paragraph, Table
from jobsearch_dagster.evaluation.report.experiment_pictures import draw_curve, draw_inflation
from jobsearch_dagster.evaluation.report.experiments_part import (
    curve_part,
    experiment_pictures_of,
    leakage_part,
    promotion_part,
    worth_it,
)
from jobsearch_dagster.evaluation.report.results import Results
from jobsearch_dagster_tests.evaluation.report_tables import make_results


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results(experiments=True)


@pytest.fixture(scope="module")
def without() -> Results:
    return make_results()


def said(blocks: list[Block]) -> str:
    return " ".join(block.text for block in blocks if isinstance(block, Paragraph))


def rows(blocks: list[Block]) -> list[list[str]]:
    (table,) = [block for block in blocks if isinstance(block, Table)]
    return [list(row) for row in table.rows]


def test_the_decision_stands_with_its_reason_and_every_measure(results: Results) -> None:
    blocks = promotion_part(results)
    assert said(blocks).startswith("The new adapter is not promoted: against the base model: validation_loss -0.867 [")
    assert {row[0]: row[-1] for row in rows(blocks)} == {"validation loss": "yes", "right jobs": "no"}


def test_metrics_that_seen_postings_inflate_for_sure_are_named(results: Results) -> None:
    drawn = {picture.name: picture for picture in experiment_pictures_of(results)}
    blocks = leakage_part(results, drawn)
    named = said(blocks).split("leaves out zero: ")[1]
    assert "validation loss (-0.50 [-0.70, -0.30])" in named
    assert "right jobs (+0.20 [+0.10, +0.40])" in named
    assert "BLEU" not in named
    assert "96 and 97 pairs" in said(blocks)
    assert drawn["leakage"] in blocks
    assert ["right jobs", "0.500", "0.300", "+0.20 [+0.10, +0.40]", "48"] in rows(blocks)


def test_the_curve_stands_with_its_table(results: Results) -> None:
    drawn = {picture.name: picture for picture in experiment_pictures_of(results)}
    blocks = curve_part(results, drawn)
    assert drawn["learning_curve"] in blocks
    assert said(blocks).startswith("Trained on 2, 8, 30 postings, the adapter names fewer right jobs than rag")
    names = [row[0] for row in rows(blocks)]
    assert names == ["base", "lora, 2 postings", "lora, 8 postings", "lora, 30 postings", "rag", "analytics"]


@pytest.mark.parametrize(
    ("right", "words"),
    [
        (0.05, "names fewer right jobs than rag (0.60 [0.50, 0.70] n=48) at every number"),
        (0.6, "is not shown to name more right jobs than rag (0.60 [0.50, 0.70] n=48)"),
        (0.9, "names more right jobs than rag (0.60 [0.50, 0.70] n=48) from 2 postings on"),
    ],
)
def test_worth_it_is_said_of_each_way_that_needs_no_training(results: Results, right: float, words: str) -> None:
    table = results.learning_curve.copy()
    trained = (table["contender"] == "lora") & (table["metric"] == "right")
    table.loc[trained, ["value", "low", "high"]] = [right, right - 0.1, right + 0.1]
    assert words in worth_it(table)


def test_an_adapter_that_is_ahead_in_between_alone_is_not_worth_it_from_there_on(results: Results) -> None:
    table = results.learning_curve.copy()
    row = (table["contender"] == "lora") & (table["metric"] == "right") & (table["training_postings"] == 8)
    table.loc[row, ["value", "low", "high"]] = [0.9, 0.8, 1.0]
    assert "is not shown to name more right jobs than rag" in worth_it(table)


def test_what_was_not_measured_says_how_it_is_and_is_not_drawn(without: Results) -> None:
    assert experiment_pictures_of(without) == []
    for asset, part in (("leakage_experiment", leakage_part), ("learning_curve", curve_part)):
        assert f"`jobsearch run --select {asset} --set {asset}.enabled=true` does" in said(part(without, {}))


def test_both_pictures_are_the_same_for_equal_tables(results: Results, tmp_path: Path) -> None:
    for draw, table in ((draw_inflation, results.leakage_experiment), (draw_curve, results.learning_curve)):
        for name in ("one.png", "two.png"):
            draw(table, tmp_path / name)
        assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
        assert (tmp_path / "one.png").stat().st_size > 5_000
