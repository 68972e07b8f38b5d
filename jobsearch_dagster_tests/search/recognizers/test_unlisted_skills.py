"""Skills that no list has: known by their place in a sentence, and looked up in the words of a posting."""

import pytest

from jobsearch_dagster.search.recognizers.skills import name_asked, skill_named
from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("stonemason who can do lime mortar", {"titles": ("stonemason",), "skills": ("lime mortar",)}),
        ("midwife trained in quillwork", {"titles": ("midwife",), "skills": ("quillwork",)}),
        ("CNC machinist, Excel or Zoltronix", {"titles": ("cnc machinist",), "skills_any": ("Excel", "zoltronix")}),
        ("geologist: Zorbtool, Excel", {"titles": ("geologist",), "skills": ("zorbtool", "Excel")}),
        ("barber, needs quilldrum and zorbtool", {"titles": ("barber",), "skills": ("quilldrum", "zorbtool")}),
        ("cook with Excel or else Zoltronix", {"titles": ("cook",), "skills_any": ("Excel", "zoltronix")}),
        ("cook. Stata? SPSS? Either.", {"titles": ("cook",), "skills_any": ("Stata", "SPSS")}),
        ("cook with Six Sigma", {"titles": ("cook",), "skills": ("Six Sigma",)}),
        ("TIG or MIG welding", {"skills_any": ("TIG welding", "MIG welding")}),
        ("cook who can use a quilldrum and Excel", {"titles": ("cook",), "skills": ("quilldrum", "Excel")}),
    ],
)
def test_what_stands_where_a_skill_does_is_one(question: str, slots: dict[str, tuple[str, ...]]) -> None:
    assert searched(question) == slots


@pytest.mark.parametrize(
    "question",
    [
        "Excel jobs and please hurry",  # plain words
        "Excel jobs, in Berlin, remote",  # other slots
        "Excel and fintech jobs",  # an industry
    ],
)
def test_words_with_another_meaning_are_no_skills(question: str) -> None:
    assert searched(question)["skills"] == ("Excel",)


@pytest.mark.parametrize("invented", ["zoltronix", "quilldrum", "zorbtool"])
def test_the_invented_ones_are_in_no_list(invented: str) -> None:
    assert skill_named(invented) is None


@pytest.mark.parametrize(
    ("said", "skill", "called"),
    [
        ("js", "JavaScript", "JavaScript"),
        ("golang", "Go", "Go"),
        ("postgres", "PostgreSQL", "PostgreSQL"),
        ("Amazon Web Services", "AWS", "AWS"),
        ("PLC", "PLC programming", "plc"),
        ("balayage", "Hair coloring", "balayage"),
        ("forklifts", "Forklift operation", "forklift"),
    ],
)
def test_a_skill_is_called_as_it_was_said_unless_that_is_another_spelling(said: str, skill: str, called: str) -> None:
    assert skill_named(said.lower()) == skill
    assert name_asked(said, skill) == called
