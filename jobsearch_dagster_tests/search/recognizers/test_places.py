import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("I'd relocate to Queenstown NZ", "queenstown, new zealand"),
        ("jobs in Kaikoura, New Zealand", "kaikoura, new zealand"),
        ("Portland - the one in Maine", "portland, maine"),
        ("jobs in London in Canada", "london, canada"),
        ("jobs in Cebu", "cebu"),
        ("jobs in the Hague", "the hague"),
        ("jobs in Bangalore", "bangalore"),
        ("jobs in the GTA", "greater toronto area"),
        ("jobs in Zermatt, please", "zermatt"),
        ("London in Canada, not the one in England", "london, canada"),
        ("jobs not far from Swansea", "swansea"),
        ("Vienna, the Austrian one", "vienna, austria"),
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
        ("Chef from Lima, no kids. I am looking at Quito", "quito"),
        ("I'm a chef from Lima, now living in Quito", "quito"),
        ("chef, left the army in March, settling in Quito", "quito"),
        ("I am chef from Nepal, I want job in Quito", "quito"),
    ],
)
def test_a_place_that_somebody_comes_from_is_not_asked_for(question, place):
    assert searched(question) == {"titles": ("chef",), "locations": (place,)}


def test_the_only_place_counts_though_somebody_comes_from_it():
    assert searched("chef, I'm from Lagos") == {"titles": ("chef",), "locations": ("lagos",)}


def test_the_whole_world_is_no_condition():
    assert searched("nurse anywhere in the world") == {"titles": ("nurse",)}


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("I am nurse from Kerala, want job in Kuwait", "kuwait"),
        ("nurse, I live in Tijuana but can cross to San Diego every day", "san diego"),
        ("nurse. Flats in Munich are too dear, show me Augsburg instead", "augsburg"),
        ("I have worked in Poland as a nurse, now I want job in Norway", "norway"),
    ],
)
def test_a_place_of_the_past_is_not_asked_beside_the_one_that_is_wanted(question, place):
    found = searched(question)
    assert found["titles"] == ("nurse",)
    assert found["locations"] == (place,)


def test_where_somebody_lives_is_asked_where_no_other_place_is():
    assert searched("nurse, I live in Tijuana")["locations"] == ("tijuana",)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("TX nurse", "texas"),
        ("nurse, HK", "hong kong"),
        ("nurse jobs in AZ", "arizona"),
        ("nurse at German hospitals", "germany"),
        ("nurse, Saudi", "saudi arabia"),
    ],
)
def test_a_place_is_found_by_its_letters_and_by_its_people(question, place):
    assert searched(question)["locations"] == (place,)


@pytest.mark.parametrize("question", ["fully remote. HR generalist", "PA to the director", "German nurse"])
def test_letters_and_languages_are_not_taken_for_places(question):
    assert "locations" not in searched(question)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("chef in Zurich or Luxembourg", {"zurich", "luxembourg"}),
        ("chef in Devon or Somerset", {"devon", "somerset"}),
        ("chef in Manila, HR assistant", {"manila"}),
        ("chef, Devon or Somerset, part time", {"devon", "somerset"}),
        ("chef, Zurich, Zug or Lucerne", {"zurich", "zug", "lucerne"}),
        ("chef, Somerset, three days in the kitchen", {"somerset"}),
        ("nurse London, Nice pay", {"london"}),
        ("jobs in Mumbai or Bombay", {"mumbai"}),
        ("I hold a Swiss work permit; chef in Zurich", {"zurich"}),
        ("chef in Denmark... no wait, I meant the Netherlands", {"netherlands"}),
        ("chef, any of Middle East. Operator, that is", {"middle east"}),
    ],
)
def test_places_are_told_from_the_words_around_them(question, places):
    assert set(searched(question)["locations"]) == places
