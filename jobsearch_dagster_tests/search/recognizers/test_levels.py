"""Work mode, employment type, seniority and education, in words that people use for them."""

import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "slot", "values"),
    [
        ("cook, coming into the office just twice a week", "work_mode", ("hybrid",)),
        ("cook, some days at home and some days in the lab", "work_mode", ("hybrid",)),
        ("can I cook without ever setting foot in an office, cook", "work_mode", ("remote",)),
        ("cook, from a cabin in Montana", "work_mode", ("remote",)),
        ("site-based cook", "work_mode", ("onsite",)),
        ("cook, I'll come in every single day", "work_mode", ("onsite",)),
        ("cook, a day or two per week", "employment_type", ("part-time",)),
        ("cook, 30 hours tops", "employment_type", ("part-time",)),
        ("half-time cook", "employment_type", ("part-time",)),
        ("cook, four hours a day", "employment_type", ("part-time",)),
        ("cook, twenty-ish hours a week", "employment_type", ("part-time",)),
        ("cook, just for July and August", "employment_type", ("temporary",)),
        ("cook to cover somebody's maternity leave", "employment_type", ("temporary",)),
        ("cook, two days office, three days home", "work_mode", ("hybrid",)),
        ("cook, partly at home and partly at the office", "work_mode", ("hybrid",)),
        ("cook, I can come in once a week", "work_mode", ("hybrid",)),
        ("cook, in the workshop every day", "work_mode", ("onsite",)),
        ("jnr cook", "seniority", ("junior",)),
        ("cook, I never want to leave my house", "work_mode", ("remote",)),
        ("cook, school hours only", "employment_type", ("part-time",)),
        ("exec level cook", "seniority", ("executive",)),
        ("cook, dropped school after 10th class", "education", ("none",)),
        ("cook, partly office, partly home", "work_mode", ("hybrid",)),
        ("cook, at the branch, every day", "work_mode", ("onsite",)),
        ("cook from my flat", "work_mode", ("remote",)),
        ("cook, fully distributed", "work_mode", ("remote",)),
        ("could I do 60% as a cook", "employment_type", ("part-time",)),
        ("cook, traineeship", "employment_type", ("internship",)),
        ("cook with zero commute", "work_mode", ("remote",)),
        ("cook, distance working only", "work_mode", ("remote",)),
        ("principal-grade cook", "seniority", ("principal",)),
        ("cook, nothing that asks for a degree", "education", ("none",)),
        ("something on the side as a cook", "employment_type", ("part-time",)),
        ("cook, permanent contract", "employment_type", ("full-time",)),
        ("cook, I'd split the week between kitchen and home", "work_mode", ("hybrid",)),
        ("top management, cook", "seniority", ("executive",)),
        ("cook for the harvest months only", "employment_type", ("temporary",)),
        ("above junior but below senior, cook", "seniority", ("mid",)),
        ("mid-senior cook", "seniority", ("mid", "senior")),
        ("junior or entry, cook", "seniority", ("junior", "entry")),
        ("graduate level cook", "seniority", ("entry",)),
        ("cook, never finished high school", "education", ("none",)),
        ("cook, I've got no qualifications on paper", "education", ("none",)),
    ],
)
def test_a_level_is_read_from_many_wordings(question: str, slot: str, values: tuple[str, ...]) -> None:
    found = searched(question)
    assert found["titles"] == ("cook",)
    assert set(found[slot]) == set(values)


def test_what_kind_of_contract_is_no_contract_work() -> None:
    assert "employment_type" not in searched("cook, I don't care what kind of contract")


def test_a_carer_can_be_senior_though_senior_care_is_a_trade() -> None:
    assert searched("senior carer in Hull") == {"titles": ("carer",), "seniority": ("senior",), "locations": ("hull",)}
    assert "seniority" not in searched("cook in senior care")
