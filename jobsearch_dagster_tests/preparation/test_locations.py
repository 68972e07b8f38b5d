"""Location cells."""

import subprocess
import sys

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
        ("Cologne, NRW, Germany", "Cologne", "North Rhine-Westphalia", "DE"),
        ("Frankfurt/Main, Hessen", "Frankfurt", "Hesse", "DE"),
        ("New York, NY, USA", "New York", "NY", "US"),
        ("New York, New York", "New York", "NY", "US"),
        ("Geneva, NY", "Geneva", "NY", "US"),
        ("Frankfurt an der Oder", "Frankfurt (Oder)", "Brandenburg", "DE"),
        ("NYC", "New York", "NY", "US"),
        ("Tunis", "Tunis", None, "TN"),
        ("Brasília", "Brasília", "Federal District", "BR"),
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
        ("Québec City, QC", "Quebec City", "QC", "CA"),
        ("Ville de Québec, QC", "Quebec City", "QC", "CA"),
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
        ("Hanover, Germany", "Hanover", "Lower Saxony", "DE"),
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
    ["", "Washington", "Georgia", "CA", "DE", "somewhere nice", "Various", "Multiple locations", "TBD", "12345", "🏠"],
)
def test_an_unknown_place_or_one_that_is_city_or_state_stays_open(text):
    assert parse_location(text) == Location()


@pytest.mark.parametrize("city", ["Cambridge", "Springfield", "Columbia"])
def test_an_ambiguous_city_is_named_without_a_country(city):
    assert parse_location(city) == Location(city)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("DE-BY-Nürnberg", "nuremberg, bavaria, germany"),
        ("USA-TX-Houston", "houston, tx, united states"),
        ("Canada - ON - Waterloo", "waterloo, on, canada"),
        ("EMEA > Germany > Munich", "munich, bavaria, germany"),
        ("GB-London", "london, england, united kingdom"),
        ("Spain_Barcelona", "barcelona, catalonia, spain"),
        ("France-Lyon-Part Dieu", "lyon, auvergne-rhône-alpes, france"),
        ("3011 AD Rotterdam", "rotterdam, south holland, the netherlands"),
        ("80331 München", "munich, bavaria, germany"),
        ("00184 Roma (RM)", "rome, lazio, italy"),
        ("Curitiba/PR", "curitiba, paraná, brazil"),
        ("Guadalajara, Jal.", "guadalajara, jalisco, mexico"),
        ("Campo Grande - MS", "campo grande, mato grosso do sul, brazil"),
        ("Ontario, CA 91761", "ontario, ca, united states"),
        ("Ontario, CA", "on, canada"),
        ("Nowheresville, KS", "nowheresville, ks, united states"),
        ("Venice, CA", "venice, ca, united states"),
        ("Kwun Tong, Hong Kong", "hong kong, hong kong"),
        ("München-Schwabing", "munich, bavaria, germany"),
        ("Großraum München", "munich, bavaria, germany"),
        ("Upstate New York", "new york, ny, united states"),
        ("Southern California", "ca, united states"),
        ("Crete", "crete, greece"),
        ("Bali", "bali, indonesia"),
        ("Nuuk", "nuuk, greenland"),
        ("LHR", "london, england, united kingdom"),
        ("東京都港区", "tokyo, japan"),
        ("서울", "seoul, south korea"),
        ("Санкт-Петербург, Россия", "saint petersburg, russia"),
        ("תל אביב", "tel aviv, israel"),
        ("Praha, Česko", "prague, czechia"),
        ("Wien, Österreich", "vienna, austria"),
        ("Mexico", "mexico"),
        ("US (excluding Alaska, Hawaii)", "united states"),
    ],
)
def test_a_place_is_read_from_the_ways_in_which_people_write_it(text, place):
    location = parse_location(text)
    assert normalize_place(location) == place
    assert location.others == ()


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
        ("Köln, Germany - Onsite", "onsite", "cologne, north rhine-westphalia, germany"),
        ("Berlin (On-site)", "onsite", "berlin, germany"),
        ("London, not remote", "onsite", "london, england, united kingdom"),
        ("100% Homeoffice, Österreich", "remote", "remote, austria"),
        ("Home office parcial, Madrid", "hybrid", "madrid, community of madrid, spain"),
        ("Paris (2 jours de télétravail)", "hybrid", "paris, île-de-france, france"),
        ("3 days in office, Austin, TX", "hybrid", "austin, tx, united states"),
        ("5 days in the office, London", "onsite", "london, england, united kingdom"),
        ("Zdalnie, Polska", "remote", "remote, poland"),
        ("Lisboa (presencial)", "onsite", "lisbon, portugal"),
        ("Remote or Berlin", "remote", "berlin, germany"),
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
        ("Zürich oder Bern", ["zürich, switzerland", "bern, switzerland"]),
        ("Lisboa e Porto", ["lisbon, portugal", "porto, portugal"]),
        ("Austin, TX, Boston, MA", ["austin, tx, united states", "boston, ma, united states"]),
        ("Remote (Texas, Ohio)", ["remote, tx, united states", "oh, united states"]),
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
    "text",
    [
        *("Austin TX", "Berlin or Munich, Germany", "Perth, WA", "Bengaluru", "Remote - US", "Genève", "Mexico, MO"),
        *("Springfield", "São Paulo, SP", "Kowloon", "Monaco", "北京市", "Guildford, Surrey", "Remote - EMEA", "SFO"),
    ],
)
def test_a_normalized_place_reads_back_as_itself(text):
    place = normalize_place(parse_location(text))
    assert normalize_place(parse_location(place)) == place


PIECES = st.sampled_from(
    (
        *("Berlin", "Austin", "TX", "CA", "Germany", "US", "São Paulo", "SP", "Springfield", "Georgia", "Mexico", "MO"),
        *(
            "Remote",
            "hybrid",
            "EMEA",
            "Greater",
            "Area",
            "東京都",
            "Москва",
            "Monaco",
            "Canary Wharf",
            "London",
            "Bali",
        ),
        *(",", "-", "/", "(", ")", ";", " or ", " und ", "|", "10115", "1012 AB", "excluding", "3 days in office"),
    )
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8))
def test_a_place_reads_back_as_itself_and_spaces_do_not_matter(pieces):
    location = parse_location(" ".join(pieces))
    for place in (location, *location.others):
        assert normalize_place(parse_location(normalize_place(place))) == normalize_place(place)
    assert parse_location(f"  {'   '.join(pieces)} ") == location


SLOW = """
from jobsearch_dagster.preparation.locations import parse_location
from jobsearch_dagster.preparation.titles import split_title
pieces = ("Berlin, ", "US-CA-", "greater area ", "( ", "3 days in ", "or ", "東京", "remote ", "1234 ab ", "excluding ",
          "- ", "sr. dev ", "job id 1", "a/b ", "\\n", "\\u0301", "senior, ", "$1 ")
for piece in pieces:
    text = (piece * 1_000_000)[:1_000_000]
    parse_location(text)
    split_title(text)
"""


def test_a_megabyte_of_anything_is_read_in_linear_time():
    subprocess.run([sys.executable, "-c", SLOW], check=True, timeout=20)
