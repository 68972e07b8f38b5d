"""Resume files (PDF, DOCX, plain text) to text.

Belongs here: getting the words out, in the order of the page, and saying why a file has none. Which files are resumes
is in `sources.py`; cleaning the words is left to `preparation/`.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.encodings import detect, read_lines
from jobsearch_dagster.ingestion.records import text_of

if TYPE_CHECKING:
    from docx.blkcntnr import BlockItemContainer
    from docx.document import Document
    from docx.table import Table

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes of all parts of a DOCX file together."""


class UnreadableResumeError(Exception):
    """Why a resume file gives no text, in one line."""


def read_resumes(paths: Sequence[Path]) -> tuple[list[str], dict[Path, str]]:
    """The texts of resume files in order, and the reasons of those that give none.

    Raises:
        UserError: Not one of them is readable.
    """
    texts, faults = [], {}
    for path in paths:
        try:
            texts.append(read_resume(path))
        except UnreadableResumeError as error:
            faults[path] = str(error)
    if faults and not texts:
        raise UserError(
            f"{paths[0].parent} holds no readable resume: {paths[0].name}: {faults[paths[0]]}; put another there"
        )
    return texts, faults


def read_resume(path: Path) -> str:
    """The text of a resume file.

    Raises:
        UnreadableResumeError: It is encrypted, damaged, without text, or of another kind.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableResumeError(f"ends in none of {', '.join(READERS)}")
    try:
        text = text_of(reader(path))
    except UnreadableResumeError:
        raise
    except Exception as error:
        # Parsers of damaged PDF and DOCX files end in almost any exception, and one resume must not stop a run.
        words = " ".join(str(error).split())[:200]
        raise UnreadableResumeError(f"damaged: {type(error).__name__}{': ' + words if words else ''}") from error
    if not (text or "").strip():
        raise UnreadableResumeError("no text: a scanned page needs OCR first")
    assert text is not None
    return text.strip()


def _pdf(path: Path) -> str:
    from pypdf import PdfReader

    # What it finds wrong it also logs, with bytes of the file; a fault that matters is raised.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with PdfReader(path) as reader:
        # Many PDFs are encrypted with an empty user password, which every viewer tries.
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableResumeError("encrypted: save it without a password")
        return "\n".join(page.extract_text() for page in reader.pages)


def _docx(path: Path) -> str:
    import docx

    # A few kilobytes can unpack to gigabytes, and python-docx reads every part into memory.
    with ZipFile(path) as package:
        if sum(part.file_size for part in package.infolist()) > LARGEST_UNPACKED:
            raise UnreadableResumeError("too large when unpacked: leave out its pictures")
    return "\n".join(_paragraphs(docx.Document(str(path))))


def _paragraphs(block: "Document | BlockItemContainer") -> Iterator[str]:
    from docx.table import Table

    for item in block.iter_inner_content():
        if isinstance(item, Table):
            yield from _cells(item)
        else:
            yield item.text


def _cells(table: "Table") -> Iterator[str]:
    seen = set()
    for row in table.rows:
        for cell in row.cells:
            if cell._tc not in seen:  # a merged cell is met once per column and row that it spans
                seen.add(cell._tc)
                yield from _paragraphs(cell)


def _txt(path: Path) -> str:
    return "".join(read_lines(path, detect(path)))


READERS: dict[str, Callable[[Path], str]] = {".pdf": _pdf, ".docx": _docx, ".txt": _txt}
"""Ending of a file's name -> its reader."""
