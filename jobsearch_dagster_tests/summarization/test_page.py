"""The page of job_summaries shows how much shorter texts became, and three of them beside their summaries."""

import duckdb

from jobsearch_dagster.summarization.assets import LONGEST_EXAMPLE, shown_summaries


def test_texts_are_counted_by_method_and_shown_beside_their_summaries() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE clean_jobs AS
            SELECT n::VARCHAR AS row_id, 'we cook lunch ' || n || repeat('!', 5000) AS description_text,
                'I cook' AS resume_text
            FROM range(5) t(n);
            CREATE TABLE job_summaries AS
            SELECT n::VARCHAR AS row_id, 'lunch ' || n AS description_summary,
                CASE WHEN n < 4 THEN 'bart' ELSE 'none' END AS method, 3 AS input_sentences, 1 AS kept_sentences,
                CASE WHEN n = 0 THEN 'I' END AS resume_summary, CASE WHEN n = 0 THEN 'extractive' END AS resume_method,
                2 AS resume_input_sentences, 1 AS resume_kept_sentences
            FROM range(5) t(n);
            """
        )
        shown = {name: value.value for name, value in shown_summaries(connection).items()}
    shortened, *examples = shown.values()
    assert [line.split(" | ")[:5] for line in shortened.splitlines()[2:]] == [
        ["| description", "bart", "4", "12", "4"],
        ["| description", "none", "1", "3", "1"],
        ["| resume", "extractive", "1", "2", "1"],
    ]
    assert list(shown)[1:] == ["example 1", "example 2", "example 3"]
    for n, example in enumerate(examples):
        assert f"lunch {n}" in example
        assert f"we cook lunch {n}!!" in example
        assert len(example) < LONGEST_EXAMPLE + 100
