"""The cost model is the line it says, and the benchmark prints every asset of data with it."""

import pytest

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster_tests.benchmarks import scale
from jobsearch_dagster_tests.benchmarks.stages import GROUPS


def test_costs_on_a_line_give_that_line() -> None:
    line = scale.fitted({10: 2.5, 100: 7.0, 1000: 52.0})
    assert (line.start, line.a_row) == pytest.approx((2.0, 0.05))
    assert line.at(10_000) == pytest.approx(502)


def test_small_sizes_count_as_much_as_large_ones() -> None:
    assert scale.fitted({10: 1.0, 100: 10.0, 1000: 200.0}).at(10) == pytest.approx(1, rel=0.2)


def test_one_size_is_no_line() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        scale.fitted({10: 1.0})


@pytest.mark.slow
def test_every_asset_of_data_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    scale.main([10, 20])
    printed = capsys.readouterr().out
    grows = {asset.name for asset in lake_assets().values() if asset.group in GROUPS}
    rows = {line.split(" | ")[0].removeprefix("| ") for line in printed.splitlines() if line.startswith("| ")}
    assert grows <= rows
    assert "| hours at 100,000,000 | GB at 100,000,000 |" in printed
