import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.filter import Constraints, JobFilter
from jobsearch_dagster.search.sql import RESULT_COLUMNS, compile_counts, compile_filter
from jobsearch_dagster.search.word_lookup import has_word
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    with open_catalog(catalog_of(tmp_path_factory.mktemp("catalog"))) as connection:
        yield connection


def found(jobs, **slots):
    query = compile_filter(JobFilter(**slots))
    return [row[0] for row in jobs.execute(query.sql, query.params).fetchall()]


def rows(jobs, **slots):
    query = compile_filter(JobFilter(**slots))
    return jobs.execute(query.sql, query.params).fetchall()


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({}, {*POSTINGS}),
        ({"titles": ["developer"]}, {"backend", "frontend"}),
        ({"titles": ["backend python developer"]}, {"backend"}),  # words in any order, from title or standard title
        ({"titles": ["nurse", "teacher"]}, {"nurse", "teacher"}),
        ({"titles": ["develop"]}, set()),  # whole words only
        ({"skills": ["python"]}, {"backend", "scientist"}),
        ({"skills": ["Python", "SQL"]}, {"scientist"}),
        ({"skills_any": ["react", "sql"]}, {"frontend", "scientist"}),
        ({"work_mode": "remote"}, {"frontend"}),
        ({"work_mode": ["remote", "hybrid"]}, {"frontend", "scientist"}),
        ({"seniority": ["senior"]}, {"backend", "scientist"}),
        ({"education": ["phd"]}, {"scientist"}),
        ({"employment_type": ["part-time", "contract"]}, {"nurse", "frontend"}),
        ({"keywords": ["bank"]}, {"backend", "scientist"}),
        ({"keywords": ["online shop"]}, {"frontend"}),
        ({"has_salary": True}, {"backend", "frontend", "scientist"}),  # imputed pay is not stated pay
        ({"has_salary": False}, {"nurse", "teacher"}),
        ({"skills": ["python"], "work_mode": "hybrid"}, {"scientist"}),
    ],
)
def test_a_slot_selects_what_it_names(jobs, slots, expected):
    assert set(found(jobs, **slots)) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Malmö, Sweden", {"backend"}),
        ("malmo", {"backend"}),
        ("MALMÖ", {"backend"}),
        ("Sweden", {"backend"}),
        ("Germany", {"nurse"}),
        ("Munich", {"nurse"}),  # a further place of the posting
        ("munich, germany", {"nurse"}),
        ("new york, ny, us", {"scientist"}),
        ("United States", {"frontend", "scientist"}),
        ("remote, us", {"frontend"}),
        ("london, uk", {"teacher"}),
        ("London, Ontario", set()),
    ],
)
def test_a_place_selects_by_every_part_that_it_names(jobs, place, expected):
    assert set(found(jobs, locations=[place])) == expected


def test_several_places_are_any_of_them(jobs):
    assert set(found(jobs, locations=["Berlin", "London, UK"])) == {"nurse", "teacher"}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (100_000, None, {"backend", "scientist"}),
        (120_000, None, {"backend", "scientist"}),  # the upper end itself is paid
        (120_001, None, {"scientist"}),
        (None, 100_000, {"backend", "frontend"}),
        (None, 99_999, {"frontend"}),
        (110_000, 115_000, {"backend"}),  # within the posting's range
        (50_000, 200_000, {"backend", "frontend", "scientist"}),
        (160_000, None, set()),  # "$150K+" says 150,000 and no more
        (0, None, {"backend", "frontend", "scientist"}),  # unknown and imputed pay is out
    ],
)
def test_pay_matches_where_ranges_overlap_and_unknown_pay_is_out(jobs, low, high, expected):
    assert set(found(jobs, min_salary_usd=low, max_salary_usd=high)) == expected


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"min_salary_usd": 70_000}, ["backend", "nurse", "scientist"]),  # the nurse's bucket reaches up to $75,000
        ({"min_salary_usd": 75_000}, ["backend", "scientist"]),  # and not there
        ({"max_salary_usd": 50_000}, ["nurse"]),
        ({"max_salary_usd": 49_999}, []),
        ({"sort": "salary_asc"}, ["frontend", "nurse", "backend", "scientist", "teacher"]),
        ({"has_salary": True}, ["backend", "frontend", "scientist"]),  # an estimate is never a statement
    ],
)
def test_estimates_count_as_pay_only_where_they_are_asked_for(jobs, slots, expected):
    assert found(jobs, **slots, include_imputed=True) == expected


def test_estimates_enter_figures_only_where_they_are_asked_for(jobs):
    assert rows(jobs, agg="min", field="midpoint_usd", include_imputed=True) == [(60_000.0, 4, 1)]
    assert ("$50K-$75K", 2) in rows(jobs, agg="count", group_by="bucket", include_imputed=True)


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (None, 0, {"nurse", "teacher"}),  # who asks for no years takes everyone
        (None, 3, {"frontend", "nurse", "scientist", "teacher"}),
        (None, 2, {"frontend", "nurse", "teacher"}),
        (4, None, {"backend", "scientist"}),
        (6, None, set()),
        (3, 3, {"frontend", "scientist"}),
    ],
)
def test_years_bound_what_the_posting_asks(jobs, least, most, expected):
    assert set(found(jobs, min_years=least, max_years=most)) == expected


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        ({"locations": ["Berlin"]}, {"backend", "frontend", "scientist", "teacher"}),
        ({"skills": ["django", "react"]}, {"nurse", "scientist", "teacher"}),  # either, not only both
        ({"education": ["bachelor", "master", "phd"]}, {"frontend", "teacher"}),  # not stated stays in
        ({"work_mode": ["onsite"]}, {"frontend", "scientist", "teacher"}),
        ({"min_salary_usd": 100_000}, {"frontend", "nurse", "teacher"}),
        ({"titles": ["developer"], "work_mode": ["hybrid"]}, {"nurse", "teacher"}),
    ],
)
def test_an_excluded_slot_drops_only_postings_for_which_it_is_known_to_hold(jobs, excluded, left):
    assert set(found(jobs, exclude=excluded)) == left


def test_the_order_is_by_posting_id_where_nothing_else_decides(jobs):
    assert found(jobs) == sorted(POSTINGS)


def test_pay_orders_put_unknown_pay_last(jobs):
    assert found(jobs, sort="salary_desc") == ["scientist", "backend", "frontend", "nurse", "teacher"]
    assert found(jobs, sort="salary_asc") == ["frontend", "backend", "scientist", "nurse", "teacher"]


def test_more_of_the_wanted_skills_stand_first(jobs):
    assert found(jobs, skills_any=["react", "python", "sql"]) == ["scientist", "backend", "frontend"]


def test_a_skill_that_no_list_has_is_found_in_the_words_of_a_posting(jobs):
    assert found(jobs, skills=["payment service"]) == ["backend"]
    assert found(jobs, skills=["python", "payment service"]) == ["backend"]
    assert "backend" not in found(jobs, exclude={"skills": ["payment service"]})


def test_a_skill_is_found_under_each_of_its_names(jobs):
    assert found(jobs, skills=["js"]) == found(jobs, skills=["JavaScript"]) == ["frontend"]


def test_a_short_title_finds_the_one_that_is_written_out(jobs):
    assert found(jobs, titles=["rn"]) == found(jobs, titles=["registered nurse"]) == ["nurse"]


def test_a_title_that_is_the_whole_role_stands_before_one_that_is_part_of_it(jobs):
    assert found(jobs, titles=["frontend developer", "developer"]) == ["frontend", "backend"]


def test_someone_with_years_sees_first_what_asks_most_of_them(jobs):
    assert found(jobs, max_years=5)[:3] == ["backend", "scientist", "frontend"]


def test_a_limit_cuts_after_sorting(jobs):
    assert found(jobs, sort="salary_desc", limit=2) == ["scientist", "backend"]


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"agg": "count"}, [(5,)]),
        ({"agg": "count", "skills": ["python"]}, [(2,)]),
        ({"agg": "count", "skills": ["cobol"]}, [(0,)]),
        ({"agg": "count", "group_by": "country", "limit": 2}, [("US", 2), ("DE", 1)]),
        ({"agg": "count", "group_by": "skills", "limit": 1}, [("python", 2)]),
        ({"agg": "count", "group_by": "work_mode"}, [("onsite", 2), ("hybrid", 1), ("remote", 1), (None, 1)]),
        ({"agg": "avg", "field": "midpoint_usd"}, [(106666.67, 3, 2)]),
        ({"agg": "median", "field": "midpoint_usd"}, [(110000.0, 3, 2)]),
        ({"agg": "max", "field": "max_usd"}, [(120000.0, 2, 3)]),
        ({"agg": "min", "field": "min_years"}, [(1, 3, 2)]),
        ({"agg": "avg", "field": "midpoint_usd", "skills": ["cobol"]}, [(None, 0, 0)]),
        (
            {"agg": "avg", "field": "midpoint_usd", "group_by": "seniority"},
            [("senior", 130000.0, 2, 0), ("junior", 60000.0, 1, 0), (None, None, 0, 2)],
        ),
        (
            {"agg": "avg", "field": "midpoint_usd", "group_by": "seniority", "sort": "salary_asc", "limit": 1},
            [("junior", 60000.0, 1, 0)],
        ),
        ({"agg": "top", "field": "skills", "limit": 2}, [("python", 2), ("django", 1)]),
        ({"agg": "top", "field": "city", "limit": 1}, [("Berlin", 1)]),
        (  # an estimate is no bucket that a posting has
            {"agg": "count", "group_by": "bucket"},
            [(None, 2), ("$100K-$150K", 1), ("$50K-$75K", 1), ("over $150K", 1)],
        ),
    ],
)
def test_an_aggregate_states_its_value_and_how_many_postings_it_rests_on(jobs, slots, expected):
    assert rows(jobs, **slots) == expected


def test_filters_are_counted_in_one_pass_whatever_they_want_to_see(jobs):
    filters = [
        JobFilter(skills=["python"], agg="avg", field="midpoint_usd", limit=1),
        JobFilter(),
        JobFilter(min_years=5),
    ]
    query = compile_counts(filters)
    assert jobs.execute(query.sql, query.params).fetchall() == [(2, 5, 2)]


def test_a_result_shows_the_posting_and_no_bookkeeping(jobs):
    query = compile_filter(JobFilter(limit=1))
    columns = tuple(name for name, *_ in jobs.execute(query.sql, query.params).description)
    assert columns == RESULT_COLUMNS
    assert not {"split", "source_row", "conflicts"} & set(columns)


TEXTS = st.lists(st.text(min_size=1, max_size=20).filter(has_word), max_size=2)


@settings(deadline=None, max_examples=60)
@given(titles=TEXTS, skills=TEXTS, places=TEXTS, keywords=TEXTS, excluded=TEXTS, pay=st.floats(0, 1e9))
def test_every_filter_runs_and_has_a_parameter_for_every_mark(jobs, titles, skills, places, keywords, excluded, pay):
    slots = {"titles": titles, "skills_any": skills, "locations": places, "keywords": keywords}
    exclude = Constraints(skills=excluded, locations=excluded)
    query = compile_filter(JobFilter(**slots, min_salary_usd=pay, exclude=exclude))
    jobs.execute(query.sql, query.params).fetchall()
    assert query.sql.count("?") == len(query.params)


def test_hostile_values_are_only_ever_parameters(jobs):
    attack = "x') OR true; DROP TABLE jobs; --"
    query = compile_filter(JobFilter(titles=[attack], skills=[attack], locations=[attack], keywords=[attack]))
    assert "DROP" not in query.sql
    assert jobs.execute(query.sql, query.params).fetchall() == []
    assert len(found(jobs)) == len(POSTINGS)


def test_a_county_holds_the_postings_that_name_it(tmp_path):
    places = {"exeter": "Exeter, Devon, UK", "leeds": "Leeds, UK", "kent": "Kent, WA, USA"}
    postings = {key: {"title": "Nurse", "place": place} for key, place in places.items()}
    with open_catalog(catalog_of(tmp_path, postings)) as connection:
        assert found(connection, locations=("devon",)) == ["exeter"]
        assert found(connection, locations=("kent", "devon")) == ["exeter", "kent"]


def test_it_is_looked_up_in_titles_and_not_in_every_sentence_that_has_the_word(tmp_path):
    postings = {
        "it": {"title": "IT Support", "summary": "Helps people."},
        "it2": {"title": "Clerk", "summary": "In information technology."},
        "cook": {"title": "Cook", "summary": "It is a kitchen."},
    }
    with open_catalog(catalog_of(tmp_path, postings)) as connection:
        assert found(connection, keywords=("it",)) == ["it", "it2"]
        assert found(connection, exclude={"keywords": ("it",)}) == ["cook"]
