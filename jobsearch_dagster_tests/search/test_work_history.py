from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.search.work_history import years_of_work

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Engineer with 6+ years of experience in Python.", 6),
        ("Over 12 years' experience as a nurse, 3 years of experience as a lead.", 12),
        ("A background in community or hospital pharmacy (15 years), looking for a post.", 15),
        ("I am a Shop Assistant and have spent 10 years in retail.", 10),
        ("Acme Corp, Jan 2020 - Present", 6),
        ("Acme Corp, 01/2020 – today", 6),
        ("Acme Corp | since March 2021", 5),
        ("2015-2019 Acme", 4),
        ("Jan 2018 - Dec 2019", 2),  # both months are worked
        ("Acme 2015 - 2019\nBeta 2017 - 2021", 6),  # years of two posts at once count once
        ("Acme Jan 2010 - Dec 2010\nBeta Jan 2015 - Dec 2015", 2),  # a gap does not count
        ("Experience\nAcme 2016 - 2020\nEducation\nState 2010 - 2016", 4),
        ("EDUCATION\n2010 - 2014\nWORK EXPERIENCE\nAcme 2014 - 2020", 6),
        ("B.S., University of Texas, 2012 - 2016", None),
        ("Acme 2030 - 2035", None),  # not worked yet
        ("Acme 2019 - 2015", None),
        ("I moved a paper archive of 3 years to digital files.", None),
        ("Call 2015-2019-33", 4),
        ("", None),
    ],
)
def test_years_are_those_that_are_said_or_that_posts_cover(text, years):
    assert years_of_work(text, TODAY) == years


def test_a_statement_wins_over_the_dates():
    assert years_of_work("10 years of experience in sales\nAcme 2024 - 2026", TODAY) == 10


@given(st.text())
def test_any_text_has_an_answer(text):
    years = years_of_work(text, TODAY)
    assert years is None or years >= 0
