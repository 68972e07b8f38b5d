"""Places of a table in one form; a cell that says nothing is no place."""

import duckdb
import pytest

from jobsearch_dagster.preparation.standardization import standardize


@pytest.mark.parametrize(
    ("location", "place"),
    [("Malmö", "malmö, sweden"), ("gotham", "gotham"), ("???", ""), ("- 123 -", ""), ("", ""), (None, "")],
)
def test_a_place_that_is_not_known_keeps_its_words_and_one_without_a_letter_is_none(
    location: str | None, place: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE deduplicated_jobs AS SELECT 'cook' AS job_title, ?::VARCHAR AS location, 'x' AS description",
            [location],
        )
        assert standardize(connection).project("place").fetchall() == [(place,)]
