"""Rows of the catalog."""

import duckdb

from jobsearch_dagster.search.catalog_table import hardest_postings
from jobsearch_dagster_tests.search.catalogs import POSTINGS, frame_of


def test_the_postings_that_were_understood_least_are_shown_first():
    frame = frame_of(POSTINGS).assign(conflicts=0, split="train")
    spoiled = frame.posting_id == "nurse"
    frame.loc[spoiled, ["place", "salary", "salary_source"]] = ["somewhere nice", "as per norms", "unknown"]
    frame.loc[spoiled, ["city", "region", "country"]] = None
    with duckdb.connect() as connection:
        connection.from_df(frame).create("job_catalog")
        shown = hardest_postings(connection, 3).df()
    assert len(shown) == 3
    assert shown.iloc[0]["location"] == "somewhere nice"
    assert shown.iloc[0]["pay"].endswith("(unknown)")
