"""What a record of raw data is: five cells, or the reason why it cannot be read.

Belongs here: the columns, the record, and what a value of any source reads like as text. How files are split into
records is in `csv_files.py` and `table_files.py`; what the cells mean is left to `preparation/`.
"""

import json
import math
from dataclasses import dataclass
from decimal import Decimal

COLUMNS = {
    "Resume": "resume",
    "Job-Title": "job_title",
    "Location": "location",
    "Salary": "salary",
    "Description": "description",
}
"""Name in the file -> name in the tables."""
NEEDED = ("Job-Title", "Description")
"""A posting without title or description can be neither described nor found."""
BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u2028\u2029\u202f\u205f\u3000"
)
"""What `str.strip` strips, for the same judgement in SQL."""
SHOWN = 200
"""Characters of a rejected record that are kept."""
LARGEST_CELL = 64 * 1024 * 1024
"""Characters that are read at once, of a cell or of a whole record: more than any posting has, and never a whole file.

Python's own limit of a cell is 128 KiB, less than some descriptions.
"""

Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class Record:
    """One record of a file.

    Attributes:
        number: 1 for the first record of the file, after a header.
        line: Line on which the record starts, 1 for the first line of the file; the number where there are no lines.
        cells: The five cells in the order of `COLUMNS`, empty ones as None; None when the record is rejected.
        reason: Why it is rejected.
        text: Beginning of a rejected record.
    """

    number: int
    line: int
    cells: Cells | None
    reason: str = ""
    text: str = ""


def judge(number: int, line: int, cells: Cells) -> Record:
    """The record of five cells: rejected when one of `NEEDED` is blank."""
    empty = [
        name for name, cell in zip(COLUMNS, cells, strict=True) if name in NEEDED and not (cell or "").strip(BLANKS)
    ]
    if not empty:
        return Record(number, line, cells)
    return rejected(number, line, f"empty: {', '.join(empty)}", ",".join(cell[:SHOWN] for cell in cells if cell))


def rejected(number: int, line: int, reason: str, text: str = "") -> Record:
    """A record that cannot be read, with the beginning of its text."""
    return Record(number, line, None, reason, text[:SHOWN].replace("\0", "").rstrip("\r\n"))


def text_of(value: object) -> str | None:
    """A value of a typed source as people write it: 85000.0 is `85000`, a list `a, b`, nothing is None.

    NUL characters are dropped, and halves of surrogate pairs, which no encoding can hold, become U+FFFD.
    """
    if value is None or _is_nan(value):
        return None
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, float | Decimal):
        text = _number(value)
    elif isinstance(value, bytes):
        text = value.decode(errors="replace")
    elif isinstance(value, list | tuple):
        text = ", ".join(item for item in map(text_of, value) if item)
    elif isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False, default=text_of)
    else:
        text = str(value)
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace") or None


def _is_nan(value: object) -> bool:
    return value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)


def _number(value: float | Decimal) -> str:
    return str(int(value)) if math.isfinite(value) and abs(value) < 1e15 and value == int(value) else str(value)
