"""Resumes give their words in the order of the page, or a reason why they give none."""

from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.ingestion.resumes import UnreadableResumeError, read_resume
from jobsearch_dagster_tests.ingestion.raw_files import file_with, pdf_file


def docx_file(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph("Ann Cook")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Skills"
    table.cell(1, 0).text = "Python"
    table.cell(1, 1).text = "SQL"
    table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "DuckDB"
    document.add_paragraph("Zürich")
    document.save(str(path))
    return path


def reason(path: Path) -> str:
    with pytest.raises(UnreadableResumeError) as caught:
        read_resume(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_words_of_a_pdf_are_read(tmp_path: Path) -> None:
    assert read_resume(pdf_file(tmp_path / "ann.PDF", "Ann Cook, Python")) == "Ann Cook, Python"


def test_paragraphs_and_cells_of_a_docx_come_in_the_order_of_the_page(tmp_path: Path) -> None:
    text = read_resume(docx_file(tmp_path / "ann.docx"))
    assert text.split() == ["Ann", "Cook", "Skills", "Python", "SQL", "DuckDB", "Zürich"]


@pytest.mark.parametrize("content", ["Zürich\r\nPython".encode("cp1252"), "Zürich\r\nPython".encode("utf-16")])
def test_a_text_file_is_read_in_its_encoding(tmp_path: Path, content: bytes) -> None:
    assert read_resume(file_with(tmp_path, content, "ann.txt")) == "Zürich\r\nPython"


def test_an_empty_password_opens_a_pdf_and_another_does_not(tmp_path: Path) -> None:
    assert read_resume(pdf_file(tmp_path / "a.pdf", "Ann", password="")) == "Ann"
    assert reason(pdf_file(tmp_path / "b.pdf", "Bob", password="secret")) == "encrypted: save it without a password"


def test_a_file_without_text_says_so(tmp_path: Path) -> None:
    assert reason(pdf_file(tmp_path / "scan.pdf", "")) == "no text: a scanned page needs OCR first"
    assert reason(file_with(tmp_path, " \n", "blank.txt")).startswith("no text")


def test_a_file_of_another_kind_says_which_kinds_are_read(tmp_path: Path) -> None:
    assert reason(file_with(tmp_path, "text", "ann.odt")) == "ends in none of .pdf, .docx, .txt"


@pytest.mark.parametrize("suffix", [".pdf", ".docx"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(data=st.data())
def test_a_damaged_file_is_a_reason_and_never_a_crash(tmp_path: Path, suffix: str, data: st.DataObject) -> None:
    path = tmp_path / f"ann{suffix}"
    make = pdf_file(path, "Ann Cook") if suffix == ".pdf" else docx_file(path)
    content = bytearray(make.read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.binary(min_size=1, max_size=300))
    content[start : start + len(damage)] = damage
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        assert read_resume(path)
    except UnreadableResumeError as error:
        assert "\n" not in str(error)
