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
        ('r,t,l,s,"closed" too soon', "not readable as CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    path = file_with(tmp_path, f"{HEADER}\nr,t,l,s,d\n{row}\n")
    good, bad = read_records(path)
    assert good.cells is not None
    assert bad.cells is None
    assert reason in bad.reason
    assert (bad.number, bad.line) == (2, 3)
    assert bad.text == row[:200] or row.startswith(", ")


@pytest.mark.parametrize(
    "stray",
    [
        'r10,"t10,l,s,d10',
        'r10,t10,l,s,"d10',
        '"r10,"t10,l,s,d10',
        'r10,"""t10,l,s,d10',
    ],
)
@pytest.mark.parametrize("later", ["r11,t11,l,s,d11", 'r11,t11,l,s,"d\n11"', 'r11,t"",l,s,d11', '"",t11,l,s,d11'])
def test_a_stray_quote_costs_its_own_line_and_not_those_below(tmp_path: Path, stray: str, later: str) -> None:
    good = [f"r{n},t{n},l,s,d{n}" for n in range(1_000)]
    rows = [*good[:10], stray, *good[:495], later, *good[:495]]
    records = read_records(file_with(tmp_path, "\n".join([HEADER, *rows, ""])))
    assert len(records) == 1_002
    (bad,) = [record for record in records if record.cells is None]
    assert (bad.number, bad.line, bad.text) == (11, 12, stray)


def test_a_record_that_runs_to_a_later_quote_with_too_many_cells_is_read_line_by_line(tmp_path: Path) -> None:
    rows = ["r1,t1,l,s,d1", 'r2,t2,l,s,"d2', "r3,t3,l,s,d3", 'r4,"",l,s,d4', 'r5,t5",l,s,d5', "r6,t6,l,s,d6"]
    records = read_records(file_with(tmp_path, "\n".join([HEADER, *rows])))
    assert [record.reason.split(" where")[0] for record in records] == ["", "8 cells", "", "empty: Job-Title", "", ""]
    assert [record.line for record in records] == [2, 3, 4, 5, 6, 7]


def test_quotes_that_open_in_every_line_do_not_make_reading_quadratic(tmp_path: Path) -> None:
    """Each line closes the quote of the line before and opens the next, so that the file is one record to its end."""
    path = file_with(tmp_path, f"{HEADER}\n" + 'a""","b\n' * 20_000)
    source, given_out = by_name(path), 0
    lines = csv_files._Lines.__next__

    def counted(self: csv_files._Lines) -> str:
        nonlocal given_out
        given_out += 1
        return lines(self)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(csv_files._Lines, "__next__", counted)
        assert csv_files.count_records(source) == 20_000
    assert given_out < 2 * 20_000


def test_a_record_larger_than_the_largest_cell_is_rejected_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "LARGEST_CELL", 1_000)
    lines = "\n".join(["x" * 90] * 20)
    path = file_with(tmp_path, f'{HEADER}\nr,t,l,s,"{lines}"\nr,t,l,s,d\nr,t,l,s,{"x" * 1_000}\nr,t,l,s,d\n')
    records = read_records(path)
    assert [record.cells for record in records if record.cells] == [("r", "t", "l", "s", "d")] * 2
    assert "longer than 1,000 characters" in records[0].reason
    assert "longer than 1,000 characters" in records[-2].reason


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
        (f"{HEADER},Salary\nr,t,l,s,d,s\n".encode(), "has the column Salary twice: rename"),
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
