"""Location cells."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.preparation.locations import Location, country_code, normalize_place, parse_location


@pytest.mark.parametrize(
    ("text", "city", "region", "country"),
    [
        ("Berlin, Germany", "Berlin", None, "DE"),
        ("Berlin, DE", "Berlin", None, "DE"),
        ("München, Bayern, Deutschland", "Munich", "Bavaria", "DE"),
        ("Munich", "Munich", "Bavaria", "DE"),
        ("Cologne, NRW, Germany", "Köln", "North Rhine-Westphalia", "DE"),
        ("Frankfurt/Main, Hessen", "Frankfurt am Main", "Hesse", "DE"),
        ("New York, NY, USA", "New York", "NY", "US"),
        ("New York, New York", "New York", "NY", "US"),
        ("NYC", "New York", "NY", "US"),
        ("SF Bay Area", "San Francisco", "CA", "US"),
        ("LA, California", "Los Angeles", "CA", "US"),
        ("Austin TX", "Austin", "TX", "US"),
        ("austin, texas", "Austin", "TX", "US"),
        ("Chicago, IL 60607", "Chicago", "IL", "US"),
        ("Washington, D.C. Metro", "Washington", "DC", "US"),
        ("Greater Boston Area", "Boston", "MA", "US"),
        ("Raleigh-Durham, NC", "Raleigh", "NC", "US"),
        ("St. Louis, MO", "St. Louis", "MO", "US"),
        ("Portland, OR", "Portland", "OR", "US"),
        ("Portland OR 97201", "Portland", "OR", "US"),
        ("Cambridge, MA", "Cambridge", "MA", "US"),
        ("Edmonton, AB", "Edmonton", "AB", "CA"),
        ("Toronto (GTA), ON", "Toronto", "ON", "CA"),
        ("Québec City, QC", "Québec", "QC", "CA"),
        ("Ville de Québec, QC", "Québec", "QC", "CA"),
        ("Vancouver BC, Canada", "Vancouver", "BC", "CA"),
        ("Sydney NSW 2000", "Sydney", "NSW", "AU"),
        ("Perth, Western Australia", "Perth", "WA", "AU"),
        ("Perth, WA", "Perth", "WA", "AU"),
        ("London", "London", "England", "GB"),
        ("London, Ontario", "London", "ON", "CA"),
        ("Manchester, Greater Manchester", "Manchester", "England", "GB"),
        ("Leeds, West Yorkshire, U.K.", "Leeds", "England", "GB"),
        ("Cardiff, Wales", "Cardiff", "Wales", "GB"),
        ("Bangalore/Bengaluru, Karnataka", "Bengaluru", "Karnataka", "IN"),
        ("Chennai, TN, India", "Chennai", "Tamil Nadu", "IN"),
        ("Delhi NCR, India", "Delhi", None, "IN"),
        ("Pune, IN", "Pune", "Maharashtra", "IN"),
        ("Dublin 2, Co. Dublin, Ireland", "Dublin", None, "IE"),
        ("Zurich, ZH", "Zürich", None, "CH"),
        ("Geneva, GE, Switzerland", "Geneva", None, "CH"),
        ("Malmo, Skåne, Sweden", "Malmö", None, "SE"),
        ("Dubai - UAE", "Dubai", None, "AE"),
        ("Singapore (Central)", "Singapore", None, "SG"),
        ("Hanover, Germany", "Hannover", "Lower Saxony", "DE"),
        ("Athens, Georgia", "Athens", "GA", "US"),
        ("Tbilisi, Georgia", "Tbilisi", None, "GE"),
        ("Toronto, CA", "Toronto", "ON", "CA"),
        ("San Diego, CA", "San Diego", "CA", "US"),
    ],
)
def test_a_city_is_found_with_its_region_and_country(text, city, region, country):
    assert parse_location(text) == Location(city, region, country)


@pytest.mark.parametrize(
    ("text", "region", "country"),
    [
        ("Finland", None, "FI"),
        ("Texas, USA", "TX", "US"),
        ("Texas", "TX", "US"),
        ("Quebec", "QC", "CA"),
        ("Ontario", "ON", "CA"),
        ("Scotland", "Scotland", "GB"),
        ("Karnataka, India", "Karnataka", "IN"),
        ("UK", None, "GB"),
        ("U.S.A.", None, "US"),
        ("the Netherlands", None, "NL"),
        ("España", None, "ES"),
        ("EMEA", "EMEA", None),
        ("Trinidad and Tobago", None, "TT"),
    ],
)
def test_a_cell_without_city_keeps_its_region_or_country(text, region, country):
    assert parse_location(text) == Location(None, region, country)


@pytest.mark.parametrize(
    "text",
    ["", "Cambridge", "Springfield", "Washington", "Georgia", "CA", "DE", "somewhere nice", "Various", "12345", "🏠"],
)
def test_an_ambiguous_or_unknown_place_stays_open(text):
    assert parse_location(text) == Location()


@pytest.mark.parametrize(
    ("text", "mode", "place"),
    [
        ("Remote", "remote", "remote"),
        ("Remote - US", "remote", "remote, united states"),
        ("US - Remote", "remote", "remote, united states"),
        ("Remote (UK)", "remote", "remote, united kingdom"),
        ("Remote in Germany", "remote", "remote, germany"),
        ("100% remote, Texas", "remote", "remote, tx, united states"),
        ("Remote - EMEA", "remote", "remote, emea"),
        ("Remote - CA", "remote", "remote"),
        ("WFH", "remote", "remote"),
        ("Work from home, Canada", "remote", "remote, canada"),
        ("Dublin, Ireland / Remote", "remote", "dublin, ireland"),
        ("Portland, OR / Remote", "remote", "portland, or, united states"),
        ("Hybrid - Edmonton, AB", "hybrid", "edmonton, ab, canada"),
        ("Hybrid remote in Leeds, UK", "hybrid", "leeds, england, united kingdom"),
        ("Köln, Germany - Onsite", "onsite", "köln, north rhine-westphalia, germany"),
        ("Berlin (On-site)", "onsite", "berlin, germany"),
        ("London, not remote", "onsite", "london, england, united kingdom"),
        ("London", None, "london, england, united kingdom"),
    ],
)
def test_the_work_mode_is_told_apart_from_the_place(text, mode, place):
    location = parse_location(text)
    assert location.work_mode == mode
    assert normalize_place(location) == place


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Paris or Lyon, France", ["paris, île-de-france, france", "lyon, auvergne-rhône-alpes, france"]),
        ("London / Manchester, UK", ["london, england, united kingdom", "manchester, england, united kingdom"]),
        ("London / Berlin, Germany", ["london, england, united kingdom", "berlin, germany"]),
        ("Berlin, Germany; Vienna, Austria", ["berlin, germany", "vienna, austria"]),
        (
            "London, Paris, Madrid",
            ["london, england, united kingdom", "paris, île-de-france, france", "madrid, community of madrid, spain"],
        ),
        ("Cambridge / London, UK", ["cambridge, england, united kingdom", "london, england, united kingdom"]),
        ("Dublin or San Diego, CA", ["dublin, ireland", "san diego, ca, united states"]),
        ("Bombay / Mumbai, India", ["mumbai, maharashtra, india"]),
    ],
)
def test_several_places_in_a_cell_are_all_kept(text, places):
    location = parse_location(text)
    assert [normalize_place(location), *map(normalize_place, location.others)] == places


def test_case_and_accents_do_not_matter():
    for text in ("MONTRÉAL, QC", "montreal, qc", "Montreal, Quebec, CANADA"):
        assert normalize_place(parse_location(text)) == "montréal, qc, canada"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("deu", "DE"),
        ("de", "DE"),
        ("Czech Republic", "CZ"),
        ("U.K.", "GB"),
        ("Türkiye", "TR"),
        ("x", None),
    ],
)
def test_a_country_is_known_by_name_alias_and_code(text, code):
    assert country_code(text) == code


@settings(deadline=None)  # the first call loads the gazetteer
@given(st.one_of(st.text(max_size=60), st.text(alphabet="aeilnorstBCDLNPU, /-().|&2é", max_size=40)))
def test_no_string_raises(text):
    location = parse_location(text)
    assert location.country is None or len(location.country) == 2
    assert normalize_place(location) == normalize_place(location).lower()


@pytest.mark.parametrize(
    "text", ["Austin TX", "Berlin or Munich, Germany", "Perth, WA", "Bengaluru", "Remote - US", "Genève"]
)
def test_a_normalized_place_reads_back_as_itself(text):
    place = normalize_place(parse_location(text))
    assert normalize_place(parse_location(place)) == place
