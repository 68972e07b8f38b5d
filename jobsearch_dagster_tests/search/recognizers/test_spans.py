"""What a question excludes, from before and from behind."""

from typing import Any

import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "excluded"),
    [
        ("cook, all of Germany bar Berlin", {"locations": ("germany",), "not locations": ("berlin",)}),
        ("cook. Anywhere in Canada other than Quebec", {"locations": ("canada",), "not locations": ("quebec",)}),
        ("cook; leave freelance and temp jobs out", {"not employment_type": ("freelance", "temporary")}),
        ("hybrid is fine, remote is not. cook", {"work_mode": ("hybrid",), "not work_mode": ("remote",)}),
        ("part-time is useless to me: cook", {"not employment_type": ("part-time",)}),
        ("cook, self-employed ones don't interest me", {"not employment_type": ("freelance",)}),
        ("cook, just not for weddings", {"not keywords": ("wedding",)}),
        ("cook, wanted: remote. not wanted: hospitals", {"work_mode": ("remote",), "not keywords": ("hospital",)}),
        ("you list seasonal stuff too: cook", {"employment_type": ("temporary",)}),
        ("cook, skip the ones where a master's is compulsory", {"not education": ("master",)}),
        ("cook, don't give me DHL again", {"not keywords": ("dhl",)}),
        ("cook minus the banks and the hotels", {"not keywords": ("bank", "hotel")}),
        ("cook, I can't concentrate", {}),
        ("cook, I don't wish to be a lead", {"not seniority": ("lead",)}),
        ("cook, done being a junior", {"not seniority": ("junior",)}),
        ("cook, nothing to do with fish processing", {"not keywords": ("fish processing",)}),
        ("cook minus coal", {"not keywords": ("coal",)}),
        ("cook, Kotlin never again", {"not skills": ("Kotlin",)}),
        ("don't flood me, cook", {}),
        ("cook, skip everything to do with weddings", {"not keywords": ("wedding",)}),
        ("cook, hybrid's off the table", {"not work_mode": ("hybrid",)}),
        ("cook, anything besides automotive", {"not keywords": ("automotive",)}),
        ("cook with the internships taken out", {"not employment_type": ("internship",)}),
        ("cook, not one more temp gig", {"not employment_type": ("temporary",)}),
        ("cook, oil and gas companies excluded", {"not keywords": ("oil and gas",)}),
        ("cook, but not where Danish is required", {"not skills": ("Danish",)}),
        ("cook, I never learned Fanuc so don't show those", {"not skills": ("fanuc",)}),
        ("cook, a master's would be wasted on it so keep those out", {"not education": ("master",)}),
        ("cook, just not for Uber Eats", {"not keywords": ("uber eats",)}),
        ("cook in Berlin, German isn't needed", {"locations": ("berlin",), "not skills": ("German",)}),
    ],
)
def test_an_exclusion_is_read_from_many_wordings(question: str, excluded: dict[str, Any]) -> None:
    assert searched(question) == {"titles": ("cook",)} | excluded


@pytest.mark.parametrize(
    "question", ["cook, I left the army in May", "army veteran, cook", "cook, retired from banking"]
)
def test_what_somebody_left_is_neither_asked_nor_excluded(question: str) -> None:
    assert searched(question) == {"titles": ("cook",)}
