import random

import duckdb
import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.catalog import CATALOG_SCHEMA, build_catalog, open_catalog
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of, frame_of


def test_a_built_catalog_holds_every_posting_in_key_order_with_the_declared_types(tmp_path):
    with open_catalog(catalog_of(tmp_path)) as connection:
        described = connection.execute("DESCRIBE jobs").fetchall()
        ids = [row[0] for row in connection.execute("SELECT posting_id FROM jobs").fetchall()]
    declared = [(c.name, c.type) for c in CATALOG_SCHEMA.columns]
    assert [(name, kind) for name, kind, *_ in described][: len(declared)] == declared
    assert ids == sorted(POSTINGS)


def test_missing_numbers_of_a_frame_are_null_not_nan(tmp_path):
    with open_catalog(catalog_of(tmp_path)) as connection:
        found = connection.execute("SELECT min_usd, min_years FROM jobs WHERE posting_id = 'teacher'").fetchall()
    assert found == [(None, None)]


def test_columns_are_taken_by_name_whatever_their_order(tmp_path):
    frame = frame_of(POSTINGS)
    build_catalog(frame[frame.columns[::-1]], tmp_path / "a.duckdb")
    with open_catalog(tmp_path / "a.duckdb") as connection:
        assert connection.execute("SELECT city FROM jobs WHERE posting_id = 'nurse'").fetchall() == [("Berlin",)]


def test_a_relation_of_another_connection_can_be_built_from(tmp_path):
    with duckdb.connect() as connection:
        assert build_catalog(connection.from_df(frame_of(POSTINGS)), tmp_path / "a.duckdb") == len(POSTINGS)


@pytest.mark.parametrize("bad_id", ["backend", None])
def test_a_posting_id_that_is_double_or_empty_is_refused_and_leaves_no_file(tmp_path, bad_id):
    frame = frame_of(POSTINGS)
    frame.loc[frame.posting_id == "nurse", "posting_id"] = bad_id
    with pytest.raises(UserError, match="posting_id"):
        build_catalog(frame, tmp_path / "a.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_rows_without_a_column_of_the_contract_are_refused_by_its_name(tmp_path):
    with pytest.raises(UserError, match="bucket"):
        build_catalog(frame_of(POSTINGS).drop(columns="bucket"), tmp_path / "a.duckdb")


def test_a_folder_that_cannot_be_made_is_a_users_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot write"):
        build_catalog(frame_of(POSTINGS), tmp_path / "file" / "a.duckdb")


def test_an_empty_catalog_can_be_built_and_opened(tmp_path):
    build_catalog(frame_of({}), tmp_path / "a.duckdb")
    with open_catalog(tmp_path / "a.duckdb") as connection:
        assert connection.execute("SELECT count(*) FROM jobs").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM jobs",
        "SELECT * FROM read_text('/etc/hostname')",
        "FROM '/etc/hostname'",
        "COPY jobs TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "INSTALL fts",
    ],
)
def test_an_open_catalog_cannot_be_written_or_left(tmp_path, statement):
    with open_catalog(catalog_of(tmp_path)) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path))


def test_a_catalog_is_closed_in_the_end_so_that_it_can_be_rebuilt(tmp_path):
    path = catalog_of(tmp_path)
    with open_catalog(path) as connection:
        pass
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("SELECT 1")
    duckdb.connect(str(path)).close()


@pytest.mark.parametrize("content", [None, "no database"])
def test_a_file_that_is_no_catalog_is_a_users_error_with_the_command_that_helps(tmp_path, content):
    path = tmp_path / "jobs.duckdb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match="jobsearch run --select job_catalog"), open_catalog(path):
        pass


def test_no_column_holds_a_resume():
    assert not [name for name in CATALOG_SCHEMA.names if "resume" in name]


def test_a_flipped_bit_is_one_line_or_does_no_harm(tmp_path):
    """DuckDB checks each block that it reads; half of the file of a small catalog is room that no block uses."""
    path = catalog_of(tmp_path)
    content, bit, refused = path.read_bytes(), random.Random(1), 0
    for start in range(0, len(content), len(content) // 60):
        spoiled = bytearray(content)
        spoiled[start] ^= 1 << bit.randrange(8)
        path.write_bytes(spoiled)
        try:
            with open_catalog(path) as connection:
                assert len(connection.execute("FROM jobs").fetchall()) == len(POSTINGS)
        except UserError as error:
            refused += 1
            assert "`jobsearch run --select job_catalog`" in str(error)
    assert refused > 5
