"""Every record of a file is read or rejected, and a file that cannot be read is named with its fix."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion import csv_files
from jobsearch_dagster.ingestion.records import Record
from jobsearch_dagster.ingestion.sources import by_name
from jobsearch_dagster_tests.ingestion.raw_files import HEADER, csv_text, file_with


def read_records(path: Path) -> list[Record]:
    """The records of a file, as many as an independent count finds."""
    records = list(csv_files.read_records(by_name(path)))
    assert csv_files.count_records(by_name(path)) == len(records)
    return records


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
    records = read_records(path)
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
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=5, max_size=5),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_csv_writes_is_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    path = file_with(tmp_path, csv_text(rows))
    records = read_records(path)
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
        (b"Resume:Job-Title\n", "its header is one field, Resume:Job-Title: separate its cells by commas"),
        (b'"Resume" and more,Job-Title\n', "its first line is not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_fix(tmp_path: Path, content: bytes, message: str) -> None:
    path = file_with(tmp_path, content)
    with pytest.raises(UserError, match=message) as caught:
        read_records(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_splits_the_header(tmp_path: Path, delimiter: str) -> None:
    path = file_with(tmp_path, f"{HEADER}\nr,t,l,s,d\n".replace(",", delimiter))
    assert [record.cells for record in read_records(path)] == [("r", "t", "l", "s", "d")]


def test_a_nul_character_is_no_part_of_a_cell(tmp_path: Path) -> None:
    path = file_with(tmp_path, f"{HEADER}\nr\0,t,\0,s,d\n\0\n")
    assert [record.cells for record in read_records(path)] == [("r", "t", None, "s", "d")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.sampled_from('",\r\n ab\0;')) | st.binary())
def test_any_file_with_the_header_has_as_many_records_as_are_counted(tmp_path: Path, body: str | bytes) -> None:
    body = body.encode() if isinstance(body, str) else body
    records = read_records(file_with(tmp_path, HEADER.encode() + b"\n" + body))
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert all(record.cells is None for record in records if record.reason)
