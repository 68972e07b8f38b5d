"""`python -m jobsearch_dagster_tests.snapshots`: record what the code is now."""

from jobsearch_dagster_tests.snapshots import record

record()
