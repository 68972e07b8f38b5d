from importlib import resources

import pytest
from pycountry import countries

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.subdivisions import subdivisions
from jobsearch_dagster.search.world_areas import world_area


def test_every_area_holds_countries_and_regions_that_exist() -> None:
    codes = {country.alpha_2 for country in countries} | {"XK"}
    regions = {(region.country, region.shown) for region in subdivisions()}
    listed = read_yaml(resources.files("jobsearch_dagster.search") / "world_areas.yaml")
    for name in [name for first, parts in listed.items() for name in (first, *parts.get("also", ()))]:
        area = world_area(name)
        assert area is not None
        assert area.countries or area.regions or listed.get(name) == {}
        assert set(area.countries) <= codes
        assert set(area.regions) <= regions


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("Europe", "DE", "US"),
        ("dach", "CH", "NL"),
        ("South East Asia", "VN", "JP"),
        ("the middle east", "AE", "IN"),
        ("Latin America", "BR", "ES"),
    ],
)
def test_an_area_is_known_by_all_its_names_in_any_case(name: str, inside: str, outside: str) -> None:
    area = world_area(name)
    assert area is not None
    assert inside in area.countries
    assert outside not in area.countries


def test_what_is_no_area_is_none() -> None:
    assert world_area("berlin") is None
