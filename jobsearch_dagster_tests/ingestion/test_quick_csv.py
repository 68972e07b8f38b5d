"""The quick way finds the same records as the careful one, or leaves the file to it."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.ingestion import csv_files, quick_csv
from jobsearch_dagster.ingestion.records import COLUMNS
from jobsearch_dagster.ingestion.sources import by_name
from jobsearch_dagster_tests.ingestion.raw_files import GOOD, HEADER, csv_text, file_with

PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
TRICKY = st.text(st.sampled_from(" \",\r\n\t;aé\\'#\x1a\u3000"), max_size=6)


def is_regular(path: Path) -> bool:
    return quick_csv.examine(path, csv_files.layout_of(by_name(path))) is not None


def quick_rows(path: Path) -> list[tuple] | None:
    layout = csv_files.layout_of(by_name(path))
    regular = quick_csv.examine(path, layout)
    if regular is None:
        return None
    with duckdb.connect() as connection:
        rows = connection.execute(quick_csv.load(connection, "quick", path, layout, regular)).fetchall()
    assert regular.records == csv_files.count_records(by_name(path))
    return rows


def careful_rows(path: Path) -> list[tuple]:
    return [(r.number, *r.cells) for r in csv_files.read_records(by_name(path)) if r.cells is not None]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    st.lists(st.lists(PLAIN | TRICKY, min_size=5, max_size=5), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_what_csv_writes_is_regular_and_read_as_the_careful_reader_does(
    tmp_path: Path, rows: list[list[str]], newline: str, marked: bool
) -> None:
    path = file_with(tmp_path, (b"\xef\xbb\xbf" if marked else b"") + csv_text(rows, newline).encode())
    assert quick_rows(path) == careful_rows(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([GOOD, "\n", "\r\n", "\r", '"', '""', ",", " ", "r,t,l,s", '"a\nb",t,,,d'])))
def test_any_text_is_read_alike_or_left_to_the_careful_reader(tmp_path: Path, parts: list[str]) -> None:
    path = file_with(tmp_path, f"{HEADER}\n{''.join(parts)}")
    rows = quick_rows(path)
    event("irregular" if rows is None else "regular")
    assert rows in (None, careful_rows(path))


@pytest.mark.parametrize(
    "body",
    [
        "r,t,l,s\n",
        "r,t,l,s,d,e\n",
        'r,t,l,s,"never closed\n',
        'r,"a "Senior" cook",l,s,d\n',
        'r, "t",l,s,d\n',
        '"r" ,t,l,s,d\n',
        'r,5" pipe,l,s,d\n',
        f"{GOOD}\r\n{GOOD}\n",
        f"{GOOD}\r{GOOD}\n",
        "  \n",
    ],
)
def test_what_the_two_readers_might_take_differently_is_not_regular(tmp_path: Path, body: str) -> None:
    assert not is_regular(file_with(tmp_path, f"{HEADER}\n{body}"))


def test_a_cell_larger_than_the_largest_is_left_to_the_careful_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_csv, "LARGEST_CELL", 1000)
    assert is_regular(file_with(tmp_path, f"{HEADER}\nr,t,l,s,{'x' * 990}\n"))
    assert not is_regular(file_with(tmp_path, f"{HEADER}\nr,t,l,s,{'x' * 1000}\n"))


def test_records_keep_their_order_over_many_buffers_and_threads(tmp_path: Path) -> None:
    rows = [("r\n" * (i % 50), f"title {i}", "l", "s", f"{i}," + "d" * 2_000) for i in range(1, 25_001)]
    path = file_with(tmp_path, csv_text(rows))
    assert path.stat().st_size > 50_000_000
    layout = csv_files.layout_of(by_name(path))
    regular = quick_csv.examine(path, layout)
    assert regular is not None
    with duckdb.connect(config={"threads": 4}) as connection:
        (counts,) = connection.execute(
            f"SELECT count(*), count(*) FILTER (job_title = 'title ' || record) "
            f"FROM ({quick_csv.load(connection, 'quick', path, layout, regular)})"
        ).fetchall()
    assert counts == (25_000, 25_000)


@pytest.mark.slow
def test_a_field_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    long = "x\n" * 5_000_000
    path = file_with(tmp_path, f'{HEADER}\nr,t,l,s,"{long}"\n{GOOD}\n')
    rows = quick_rows(path)
    assert rows is not None
    assert [len(row[5]) for row in rows] == [10_000_000, 1]


@pytest.mark.parametrize("name", ["train[1].csv", "train*.csv", "train '?'.csv", "train ünï.csv"])
def test_names_of_files_are_no_patterns(tmp_path: Path, name: str) -> None:
    path = file_with(tmp_path, f"{HEADER}\n{GOOD}\n", name)
    file_with(tmp_path, f"{HEADER}\n{GOOD}\n{GOOD}\n", "train1.csv")
    assert quick_rows(path) == [(1, *GOOD.split(","))]


def test_another_number_of_records_than_the_pattern_found_is_no_table(tmp_path: Path) -> None:
    path = file_with(tmp_path, f"{HEADER}\n{GOOD}\n{GOOD}\n")
    layout = csv_files.layout_of(by_name(path))
    with duckdb.connect() as connection:
        with pytest.raises(quick_csv.MiscountError, match="finds 2 records where there are 3"):
            quick_csv.load(connection, "quick", path, layout, quick_csv.Regular(3, 10, "\n"))
        assert connection.execute("SHOW TABLES").fetchall() == []


def test_a_header_alone_has_no_records(tmp_path: Path) -> None:
    assert quick_rows(file_with(tmp_path, HEADER)) == []
    assert len(COLUMNS) == HEADER.count(",") + 1
