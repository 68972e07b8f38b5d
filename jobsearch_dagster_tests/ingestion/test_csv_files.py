"""Every record of a file is read or rejected, and a file that cannot be read is named with its fix."""

import csv
import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.csv_files import COLUMNS, find_files, load, read_records

HEADER = ",".join(COLUMNS)


def file_with(folder: Path, text: str | bytes, name: str = "train-1.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_quoted_newlines_commas_and_quotes_stay_in_their_cell(tmp_path: Path) -> None:
    path = file_with(tmp_path, f'{HEADER}\n"a\nb","c, d","say ""hi""",,text\n')
    (record,) = read_records(path)
    assert record.cells == ("a\nb", "c, d", 'say "hi"', None, "text")
    assert (record.number, record.line) == (1, 2)


def test_columns_are_found_by_name_in_any_order_beside_others(tmp_path: Path) -> None:
    path = file_with(tmp_path, "Note,Description,Salary,Location,Job-Title,Resume\nn,d,s,l,t,r\n")
    (record,) = read_records(path)
    assert record.cells == ("r", "t", "l", "s", "d")


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_make_no_difference(tmp_path: Path, prefix: bytes, newline: str) -> None:
    path = file_with(tmp_path, prefix + newline.join([HEADER, "r,t,l,s,d", ""]).encode())
    assert [record.cells for record in read_records(path)] == [("r", "t", "l", "s", "d")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("r,t,l,s", "4 cells where the header has 5"),
        ("r,t,l,s,d,extra", "6 cells where the header has 5"),
        (", ,,,", "empty: Job-Title, Description"),
        ("r,t,l,s, ", "empty: Description"),
        ('r,t,l,s,"never closed', "not readable as CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    path = file_with(tmp_path, f"{HEADER}\nr,t,l,s,d\n{row}\n")
    good, bad = read_records(path)
    assert good.cells is not None
    assert bad.cells is None
    assert reason in bad.reason
    assert (bad.number, bad.line) == (2, 3)


def test_a_misquoted_record_costs_itself_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    path = file_with(tmp_path, f'{HEADER}\nr,t,l,s,d\nr,"a "Senior" cook",l,s,d\nr2,t,l,s,d\nr3,t,l,s,d\n')
    records = list(read_records(path))
    assert [record.cells is not None for record in records] == [True, False, True, True]
    assert [record.number for record in records] == [1, 2, 3, 4]


def test_cells_far_beyond_pythons_own_limit_are_read(tmp_path: Path) -> None:
    path = file_with(tmp_path, f"{HEADER}\nr,t,l,s,{'x' * 10_000_000}\n")
    (record,) = read_records(path)
    assert record.cells is not None
    assert len(record.cells[4] or "") == 10_000_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")), min_size=5, max_size=5),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_csv_writes_is_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([list(COLUMNS), *rows])
    path = file_with(tmp_path, buffer.getvalue())
    records = list(read_records(path))
    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        if row[1].strip() and row[4].strip():
            assert record.cells == tuple(cell or None for cell in row)
        else:
            assert record.cells is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"Resume,Job-Title,Location,Description\nr,t,l,d\n", "lacks the column Salary"),
        (HEADER.encode() + b"\ncaf\xe9,t,l,s,d\n", r"is not UTF-8 \(byte 0xe9\)"),
        (HEADER.encode("utf-16"), "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_fix(tmp_path: Path, content: bytes, message: str) -> None:
    path = file_with(tmp_path, content)
    with pytest.raises(UserError, match=message) as caught:
        list(read_records(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_csv_at_all_names_the_folder_and_the_command_that_fills_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"no CSV file in {tmp_path}.*jobsearch sample"):
        find_files(tmp_path)


def test_a_file_name_must_say_train_or_test(tmp_path: Path) -> None:
    file_with(tmp_path, HEADER, "jobs.csv")
    with pytest.raises(UserError, match="neither train nor test"):
        find_files(tmp_path)


def test_read_and_rejected_rows_of_all_files_add_up(tmp_path: Path) -> None:
    file_with(tmp_path, f"{HEADER}\nr,t,l,s,d\nshort,row\nr2,t,l,,d\n", "train-1.csv")
    file_with(tmp_path, f"{HEADER}\nr,t,l,s,d\n", "test-1.csv")
    with duckdb.connect() as connection:
        load(connection, tmp_path)
        assert connection.execute("SELECT row_id, split, salary FROM accepted ORDER BY row_id").fetchall() == [
            ("test-1.csv:1", "test", "s"),
            ("train-1.csv:1", "train", "s"),
            ("train-1.csv:3", "train", None),
        ]
        assert connection.execute("SELECT file, record, line FROM rejected").fetchall() == [("train-1.csv", 2, 3)]
