"""Bars count what the search finds, all of it."""

from collections.abc import Iterator

import pytest

from jobsearch_dagster.app.web.charts import Chart, charts
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster_tests.search.catalogs import POSTINGS, publish


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("catalog")
    lisbon = {name: POSTINGS["backend"] | {"place": "Lisbon, Portugal"} for name in ("lisbon 1", "lisbon 2")}
    places = ("Paris, France", "Rome, Italy", "Oslo, Norway")
    publish(folder, POSTINGS | lisbon | {place: POSTINGS["teacher"] | {"place": place} for place in places})
    with Searcher(folder) as searcher:
        yield searcher


def counted(chart: Chart) -> dict[str, int]:
    return {bar.label: bar.jobs for bar in chart.bars}


def test_pay_stands_in_its_ranges_and_what_states_none_beside_them(searcher: Searcher) -> None:
    pay, _ = charts(searcher.search, JobFilter(limit=1))
    assert counted(pay) == {
        "under $50K": 0,
        "$50K-$75K": 1,
        "$75K-$100K": 0,
        "$100K-$150K": 3,
        "over $150K": 1,
        "not stated": 5,
    }
    assert [bar.percent for bar in pay.bars] == [0.0, 20.0, 0.0, 60.0, 20.0, 100.0]


def test_places_are_countries_the_most_frequent_first_and_the_rest_together(searcher: Searcher) -> None:
    _, places = charts(searcher.search, JobFilter())
    assert places.title == "Country"
    assert [bar.jobs for bar in places.bars[:3]] == [2, 2, 1]
    assert {bar.label for bar in places.bars[:2]} == {"Portugal", "United States"}
    assert sum(counted(places).values()) == 10
    assert list(counted(places))[-1] == "elsewhere"


def test_places_of_one_country_are_its_cities(searcher: Searcher) -> None:
    _, places = charts(searcher.search, JobFilter(locations=("portugal",)))
    assert (places.title, counted(places)) == ("City", {"Lisbon": 2})


def test_figures_and_nothing_have_no_bars(searcher: Searcher) -> None:
    assert charts(searcher.search, JobFilter(agg="count")) == ()
    assert charts(searcher.search, JobFilter(skills=("Haskell",))) == ()
