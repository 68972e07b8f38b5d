"""How the bytes of a raw file become text: which encoding it is in, and the same text as UTF-8.

Belongs here: bytes and characters, in one streaming pass at a time. Splitting the text into records is in
`csv_files.py` and `quick_csv.py`.
"""

import codecs
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.records import LARGEST_CELL

BLOCK = 1 << 16  # bytes or characters read at once; what fits the cache is decoded faster than a megabyte
HEAD = 64  # bytes looked at for the NUL pattern of UTF-16: two thirds of the usual header
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MARKED = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
"""Codec -> the one that takes the byte-order mark for what it is and not for a character."""
LATIN_1 = "jobsearch.latin-1"


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


# cp1252 leaves five bytes undefined; browsers read them as latin-1 does (WHATWG Encoding Standard, windows-1252).
codecs.register_error(LATIN_1, _as_latin_1)


@dataclass(frozen=True)
class TextEncoding:
    """How a file is to be decoded.

    Attributes:
        name: Name of a Python codec.
        errors: What becomes of bytes that the codec does not know.
        is_plain: Whether the file is valid UTF-8 without NUL characters already.
    """

    name: str
    errors: str = "strict"
    is_plain: bool = False

    def __str__(self) -> str:
        """The name, and what became of bytes that are not in it."""
        return self.name + (", undecodable bytes became U+FFFD" if self.errors == "replace" else "")


def detect(path: Path, given: str | None = None) -> TextEncoding:
    """The encoding of a file, by a strict ladder.

    A byte-order mark decides; then the NULs that UTF-16 has in every second byte of ASCII text; then UTF-8, where the
    whole file is valid or has more characters of several bytes than faults; else cp1252. A file that breaks the rules
    of its own mark, or of UTF-8 in a few places, is read with U+FFFD for the bytes that do.

    Args:
        path: The file.
        given: The encoding that the user names instead; a byte-order mark that agrees with it is no character.

    Raises:
        UserError: The file cannot be read, or is not in the encoding that the user names.
    """
    try:
        name = _with_mark(path, given) if given else _announced(path)
        fault, has_nul = _fault(path, name or "utf-8")
        if fault is None:
            is_utf8 = codecs.lookup(name or "utf-8").name in {"utf-8", "utf-8-sig"}
            return TextEncoding(name or "utf-8-sig", is_plain=is_utf8 and not has_nul)
        if given:
            raise UserError(f"{path} is not {given} ({fault}): correct or leave out its `encoding` in sources.yaml")
        if name is None and _is_mostly_utf8(path):
            name = "utf-8-sig"
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; check the file and its permissions") from error
    return TextEncoding(name, "replace") if name else TextEncoding("cp1252", LATIN_1)


def _with_mark(path: Path, given: str) -> str:
    """The encoding that the user names, or its form with a byte-order mark where the file begins with that mark."""
    marked = MARKED.get(codecs.lookup(given).name)
    with path.open("rb") as handle:
        return marked if marked and handle.read(4).startswith("\ufeff".encode(given)) else given


def _announced(path: Path) -> str | None:
    with path.open("rb") as handle:
        head = handle.read(HEAD)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    for name, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(zeros) > 1 and zeros.count(0) * 2 > len(zeros) and 0 not in others:
            return name
    return None


def _fault(path: Path, name: str) -> tuple[str | None, bool]:
    """Why the file is not in an encoding, None when it is; and whether its text holds NUL characters."""
    decoder = codecs.getincrementaldecoder(name)()
    has_nul = False
    try:
        with path.open("rb") as handle:
            while block := handle.read(BLOCK):
                has_nul |= "\0" in decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError as error:
        return " ".join(str(error).split()), has_nul
    return None, has_nul


def _is_mostly_utf8(path: Path) -> bool:
    """Whether more characters of several bytes than faults are found when a file is read as UTF-8.

    Letters of cp1252 make such a character only where two or more of them stand together and happen to fit.
    """
    characters = faults = 0
    with path.open(encoding="utf-8", errors="replace", newline="") as handle:
        while block := handle.read(BLOCK):
            unreadable = block.count("\N{REPLACEMENT CHARACTER}")
            faults += unreadable
            characters += len(block) - len(block.encode("ascii", "ignore")) - unreadable
    return characters > faults


def read_lines(path: Path, encoding: TextEncoding, longest: int = LARGEST_CELL) -> Iterator[str]:
    r"""The lines of a file, each with its own line end (`\n`, `\r\n` or `\r`), without NUL characters.

    Of a line of more characters than `longest` comes one character more than that, and the rest is passed over.
    """
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as handle:
        for line in iter(partial(handle.readline, longest + 1), ""):
            if len(line) > longest:
                yield line
                while line and not line.endswith(("\n", "\r")):
                    line = handle.readline(BLOCK)
            else:
                yield line if encoding.is_plain else line.replace("\0", "")


@contextmanager
def as_utf8(path: Path, encoding: TextEncoding, folder: Path, say: Callable[[str], object]) -> Generator[Path]:
    """The file itself where it is plain, else a copy of it in UTF-8 without NUL characters, removed afterwards.

    Args:
        path: The file.
        encoding: Its encoding.
        folder: Where the copy lies.
        say: Is told of what was read in another way than as plain UTF-8.
    """
    if encoding.is_plain:
        yield path
        return
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, prefix="utf8-", suffix=".csv", encoding="utf-8", newline="") as copy:
        dropped = 0
        with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as handle:
            while block := handle.read(BLOCK):
                text = block.replace("\0", "")
                dropped += len(block) - len(text)
                copy.write(text)
        copy.flush()
        say_encoding(path, encoding, say, dropped)
        yield Path(copy.name)


def say_encoding(path: Path, encoding: TextEncoding, say: Callable[[str], object], dropped: int = 0) -> None:
    """Tell of a file that is not plain how it is read, and how many NUL characters it lost."""
    if not encoding.is_plain:
        say(f"{path.name} is read as {encoding}" + (f"; {dropped:,} NUL characters dropped" if dropped else ""))
