import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("highest to lowest pay, nurse", "salary_desc"),
        ("nurse jobs from the lowest to the highest paid", "salary_asc"),
        ("order nurses by salary", "salary_desc"),
        ("who pays nurses best", "salary_desc"),
        ("who pays nurses the most", "salary_desc"),
        ("nurse jobs in descending order of salary", "salary_desc"),
        ("nurse jobs by ascending pay", "salary_asc"),
        ("nurse jobs in order of pay", "salary_desc"),
    ],
)
def test_an_order_by_pay_is_read_however_it_is_put(question, order):
    assert searched(question) == {"titles": ("nurse",), "sort": order}


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("a single nurse job", 1),
        ("just one nurse job", 1),
        ("just one. Nurse.", 1),
        ("only the one gig for a nurse", 1),
        ("a job for a nurse, one is enough", 1),
        ("nurse jobs, limit: 10", 10),
        ("a dozen nurse jobs", 12),
    ],
)
def test_a_number_of_postings_is_a_limit(question, limit):
    assert searched(question) == {"titles": ("nurse",), "limit": limit}


def test_what_must_not_be_sorted_is_in_no_order():
    assert searched("no need to sort by salary, two nurse jobs") == {"titles": ("nurse",), "limit": 2}


def test_a_choice_is_no_number_of_postings():
    assert "limit" not in searched("nurse, hybrid or remote, either one is fine")


def test_a_number_of_extreme_salaries_asks_for_postings():
    assert searched("the lowest three salaries for cooks") == {"titles": ("cook",), "sort": "salary_asc", "limit": 3}
    assert searched("top dozen paying cook gigs") == {"titles": ("cook",), "sort": "salary_desc", "limit": 12}
