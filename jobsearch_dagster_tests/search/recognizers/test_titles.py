import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("sparky wanted, thanks", "electrician"),
        ("slaughterman", "slaughterman"),
        ("truckie", "truck driver"),
        ("wedding DJ gigs", "wedding dj"),
        ("steel fixer", "steel fixer"),
        ("steel detailer", "steel detailer"),
        ("any garbage men needed", "refuse collector"),
        ("HR biz partner stuff", "human resources business partner"),
        ("shrink openings", "psychiatrist"),
        ("bartending", "bartender"),
        ("iOS developers", "ios developer"),
        ("SQL developer", "sql developer"),
        ("staff nurse", "staff nurse"),
        ("self-taught programmer", "programmer"),
        ("account executive jobs", "account executive"),
    ],
)
def test_a_trade_is_found_under_the_names_that_people_have_for_it(question, title):
    assert searched(question) == {"titles": (title,)}


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("openings for OTs", "occupational therapist"),
        ("NP jobs", "nurse practitioner"),
        ("I'm a PT", "physical therapist"),
        ("something as a PA", "personal assistant"),
    ],
)
def test_initials_are_a_title_where_one_stands(question, title):
    assert searched(question) == {"titles": (title,)}


def test_the_same_initials_are_a_state_or_a_degree_elsewhere():
    assert searched("nurse in Pittsburgh, PA") == {"titles": ("nurse",), "locations": ("pittsburgh, pennsylvania",)}
    assert searched("I have a BA, jobs in Leeds") == {"education": ("bachelor",), "locations": ("leeds",)}


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("executive assistant to the CEO", "executive assistant"),
        ("PA to a managing director", "personal assistant"),
        ("executive assistant for a chairman", "executive assistant"),
        ("I was an assistant manager, want to be a store manager", "store manager"),
        ("former teacher looks for work as a librarian", "librarian"),
        ("my husband is a chef and I am a nurse", "nurse"),
    ],
)
def test_titles_of_others_and_of_the_past_are_not_asked_for(question, title):
    assert searched(question) == {"titles": (title,)}


def test_somebody_s_only_title_counts_though_it_is_of_the_past():
    assert searched("I was a nurse for 5 years") == {"titles": ("nurse",), "max_years": 5}


def test_of_two_languages_the_first_shares_the_title_of_the_second():
    assert searched("French or German teacher in Oslo") == {
        "titles": ("french teacher", "german teacher"),
        "locations": ("oslo",),
    }
