"""Checks of preparation."""

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_check import none_of, table_check
from jobsearch_dagster.preparation.contact_check import contact_check
from jobsearch_dagster.preparation.imputation import UNKNOWN
from jobsearch_dagster.preparation.imputation_quality import LADDER
from jobsearch_dagster.preparation.salary import BUCKETS
from jobsearch_dagster.preparation.tables import CLEAN_JOBS, JOB_ENTITIES

MOST_EMPTY = 0.05
"""Share of descriptions that may hold no words; more of them say that the wrong column was read."""


@table_check("deduplicated_jobs")
def no_job_occurs_twice_in_a_split(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """All five columns together are unique per split."""
    return none_of(
        connection,
        """
        SELECT split, job_title, count(*) FROM deduplicated_jobs
        GROUP BY split, resume, job_title, location, salary, description HAVING count(*) > 1
        """,
    )


@table_check("deduplicated_jobs", also=("lowercased_jobs",))
def no_job_is_lost(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Every lowercased job is kept once, and the copies add up to the rows read."""
    return none_of(
        connection,
        """
        SELECT split, job_id, count(*) FROM lowercased_jobs GROUP BY split, job_id
        EXCEPT SELECT split, job_id, copies FROM deduplicated_jobs
        """,
    )


@table_check("imputed_salaries")
def every_bucket_agrees_with_its_source(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A bucket is one of the five, or Unknown exactly where no source gave one; stated pay lies in order."""
    return none_of(
        connection,
        f"""
        SELECT row_id, salary, salary_bucket, salary_source FROM imputed_salaries
        WHERE salary_bucket NOT IN {(*BUCKETS, UNKNOWN)}
            OR (salary_bucket = '{UNKNOWN}') <> (salary_source = 'unknown')
            OR (salary_source IN ('stated', 'description')) <> (midpoint_usd IS NOT NULL)
            OR min_usd > max_usd OR midpoint_usd <= 0
        """,
    )


@table_check("clean_jobs", blocking=False)
def every_job_keeps_its_description(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Cleaning leaves words in a description, and no address of the web.

    A single posting of emoji or a bare link goes on, without a summary and without pairs.
    """
    return none_of(
        connection,
        """
        SELECT row_id, description_text FROM clean_jobs
        WHERE trim(description_text) = '' OR regexp_matches(lower(description_text), 'https?://')
        """,
    )


@table_check("clean_jobs")
def most_jobs_keep_their_description(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Few descriptions are without words after cleaning, and none holds an address of the web."""
    empty, addresses = connection.execute(
        """
        SELECT coalesce(avg((trim(description_text) = '')::INT), 0),
            count(*) FILTER (regexp_matches(lower(description_text), 'https?://'))
        FROM clean_jobs
        """
    ).fetchall()[0]
    return dg.AssetCheckResult(
        passed=not addresses and empty <= MOST_EMPTY,
        metadata={"share_without_words": empty, "with_an_address": addresses},
    )


@table_check("near_duplicate_clusters")
def every_cluster_is_whole(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A cluster has as many postings as it says, two or more, and its representative is among them."""
    return none_of(
        connection,
        """
        SELECT cluster_id, min(size), max(size), count(*) FROM near_duplicate_clusters GROUP BY cluster_id
        HAVING min(size) <> count(*) OR max(size) <> count(*) OR count(*) < 2
            OR count(*) FILTER (WHERE posting_id = cluster_id AND similarity = 1) <> 1
            OR min(similarity) < 0 OR max(similarity) > 1
        """,
    )


@table_check("near_duplicate_clusters", blocking=False)
def no_cluster_is_in_train_and_test(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A test posting with a near duplicate in train was all but seen: scores on it say little about unseen postings."""
    return none_of(
        connection,
        """
        SELECT cluster_id, any_value(first_words) FROM (
            SELECT cluster_id, first_words, unnest(splits) AS split FROM near_duplicate_clusters
        ) GROUP BY cluster_id HAVING count(DISTINCT split) > 1
        """,
    )


ENOUGH_POSTINGS = 20
"""With fewer, one posting moves the accuracy by more than 5 points."""


@table_check("imputation_quality", blocking=False)
def imputing_is_no_worse_than_guessing(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Where the ladder imputes, it is right at least as often as always guessing the commonest bucket."""
    covered, accuracy, baseline = connection.execute(
        f"SELECT covered, accuracy, baseline_accuracy FROM imputation_quality WHERE method = '{LADDER}'"
    ).fetchall()[0]
    if covered < ENOUGH_POSTINGS:
        return dg.AssetCheckResult(passed=True, metadata={"too few postings to tell": covered})
    return dg.AssetCheckResult(passed=accuracy >= baseline, metadata={"accuracy": accuracy, "baseline": baseline})


@table_check("job_entities", blocking=False)
def most_jobs_name_a_skill(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Fewer than 8 in 10 jobs with a skill mean that the lexicon does not know this field of work."""
    share = connection.execute("SELECT avg((len(skills) > 0)::INT) FROM job_entities").fetchall()[0][0] or 0.0
    return dg.AssetCheckResult(passed=share >= 0.8, metadata={"share_with_skills": share})


clean_jobs_are_private = contact_check("clean_jobs", CLEAN_JOBS)
entities_are_private = contact_check("job_entities", JOB_ENTITIES)
