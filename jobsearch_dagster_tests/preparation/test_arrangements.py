"""Work mode and employment type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation.arrangements import find_employment_type, find_work_mode
from jobsearch_dagster.preparation.vocabulary import EMPLOYMENT_TYPES, WORK_MODES


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("This is a fully remote position.", "remote"),
        ("Perks\n· Remote\n· Gym", "remote"),
        ("Location: Remote - Oulu", "remote"),
        ("work from anywhere", "remote"),
        ("#LI-Remote", "remote"),
        ("Chemist (Remote, PhD Required)", "remote"),
        ("success in a remote and asynchronous work environment", "remote"),
        ("We work in a hybrid model: two days a week in our office, the rest from home.", "hybrid"),
        ("Hybrid opportunity.", "hybrid"),
        ("Hybrid 3 days office.", "hybrid"),
        ("Hybrides Arbeiten, 2 Tage Homeoffice", "hybrid"),
        ("Télétravail partiel : 3 jours", "hybrid"),
        ("Work from home two days per week after probation", "hybrid"),
        ("In the office Monday through Thursday with remote Fridays", "hybrid"),
        ("Remote within Switzerland possible up to 40%", "hybrid"),
        ("Homeoffice leider nicht möglich", "onsite"),
        ("Présentiel. Pas de télétravail", "onsite"),
        ("three days in the Lyon office", "hybrid"),
        ("This is an on-site position in Oulu; remote work is not possible.", "onsite"),
        ("we choose to work together from the office rather than remotely", "onsite"),
        ("The work is done on site.", "onsite"),
        ("Place of work: on-site, Oulu.", "onsite"),
        ("hybrid cloud, remote sensing, on-site gym", None),
        ("Our remote monitoring of patients", None),
        ("", None),
    ],
)
def test_the_work_mode_is_read(text, mode):
    assert find_work_mode(text) == mode
    assert find_work_mode(text.lower()) == mode


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("This is a full-time, permanent position.", "full-time"),
        ("Type: Perm / Full Time", "full-time"),
        ("Part-time position with 20 hours a week", "part-time"),
        ("full-time or part-time", "full-time"),
        ("This is a contract position for 9 months.", "contract"),
        ("a full-time 12-month contract", "contract"),
        ("Employment type: contract (6 months).", "contract"),
        ("This is a temporary position to cover parental leave.", "temporary"),
        ("This is a paid internship of 4 months.", "internship"),
        ("on a freelance basis", "freelance"),
        ("We won a contract worth a lot; contract negotiation; a previous internship", None),
        ("", None),
    ],
)
def test_the_employment_type_is_read(text, kind):
    assert find_employment_type(text) == kind


@given(st.text())
def test_no_string_raises(text):
    assert find_work_mode(text) in (None, *WORK_MODES)
    assert find_employment_type(text) in (None, *EMPLOYMENT_TYPES)
