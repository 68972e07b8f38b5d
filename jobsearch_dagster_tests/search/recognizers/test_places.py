import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("I'd relocate to Queenstown NZ", "queenstown, new zealand"),
        ("jobs in Kaikoura, New Zealand", "kaikoura, new zealand"),
        ("Portland - the one in Maine", "portland, maine"),
        ("Reading jobs please, I mean the town in the UK", "reading, united kingdom"),
        ("Cambridge, but the Massachusetts one", "cambridge, massachusetts"),
        ("jobs in Orange County", "orange county"),
        ("Canada-based", "canada"),
        ("jobs in the States", "united states"),
        ("work down under", "australia"),
        ("jobs in the Algarve", "algarve"),
        ("Cornwall", "cornwall"),
        ("Kalgoorlie", "kalgoorlie"),
        ("SF Bay Area", "san francisco bay area"),
    ],
)
def test_a_place_is_found_as_people_call_it(question, place):
    assert searched(question) == {"locations": (place,)}


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("chef leaving London for Lisbon", "lisbon"),
        ("chef, I'm from Lagos, want work in Accra", "accra"),
        ("chef moving from Chicago to Denver", "denver"),
        ("I grew up in Lima but want a chef job in Quito", "quito"),
    ],
)
def test_a_place_that_somebody_comes_from_is_not_asked_for(question, place):
    assert searched(question) == {"titles": ("chef",), "locations": (place,)}


def test_the_only_place_counts_though_somebody_comes_from_it():
    assert searched("chef, I'm from Lagos") == {"titles": ("chef",), "locations": ("lagos",)}


def test_the_whole_world_is_no_condition():
    assert searched("nurse anywhere in the world") == {"titles": ("nurse",)}
