import pytest

from jobsearch_dagster.search.rewriting import in_plain_english
from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "title", "place"),
    [
        ("développeur web à Paris", "web developer", "paris"),
        ("cherche emploi infirmière à Marseille", "nurse", "marseille"),
        ("Suche Stelle als Krankenschwester in Hamburg", "nurse", "hamburg"),
        ("Kellner in Salzburg", "waiter", "salzburg"),
        ("trabajo de enfermera en Madrid", "nurse", "madrid"),
        ("cerco lavoro come cameriere a Roma", "waiter", "rome"),
        ("vaga de enfermeiro em Lisboa", "nurse", "lisbon"),
        ("Jag söker jobb som sjuksköterska i Stockholm", "nurse", "stockholm"),
        ("jeg søger arbejde som data engineer i Odense", "data engineer", "odense"),
        ("szukam pracy jako kucharz w Gdynia", "cook", "gdynia"),
    ],
)
def test_a_title_in_another_language_is_read_in_english(question, title, place):
    assert searched(question) == {"titles": (title,), "locations": (place,)}


@pytest.mark.parametrize("question", ["commercial cook", "chauffeur in Nice", "Koch Industries engineer"])
def test_words_that_english_has_too_stay_as_they_are(question):
    assert in_plain_english(question).text == question
