"""The encoding of a file is found by a strict ladder, and its text arrives as UTF-8."""

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.encodings import BLOCK, as_utf8, detect, read_lines
from jobsearch_dagster_tests.ingestion.raw_files import HEADER, file_with

ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "cp1252": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
FUNCTION_SCOPED = [HealthCheck.function_scoped_fixture]


def text_read(path: Path, tmp_path: Path) -> str:
    """By lines and by copy, which must agree."""
    encoding = detect(path)
    lines = "".join(read_lines(path, encoding))
    with as_utf8(path, encoding, tmp_path / "tmp", lambda line: None) as copy:
        assert copy.read_bytes().decode("utf-8-sig") == lines
    return lines


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(suppress_health_check=FUNCTION_SCOPED, deadline=None, max_examples=40)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_text_in_any_encoding_that_holds_it_is_read_back(tmp_path: Path, encoding: str, text: str) -> None:
    text = f"{HEADER}\n{text}"
    try:
        content = ENCODINGS[encoding] + text.encode(encoding)
    except UnicodeEncodeError:
        text = text.encode("cp1252", "ignore").decode("cp1252")
        content = text.encode("cp1252")
    if encoding == "cp1252":
        assume(content.isascii() or not is_rather_utf8(content))
    assert text_read(file_with(tmp_path, content), tmp_path) == text


def is_rather_utf8(content: bytes) -> bool:
    """Whether it is valid, or has more characters of several bytes than faults."""
    text = content.decode(errors="replace")
    faults = text.count("\N{REPLACEMENT CHARACTER}")
    return faults == 0 or sum(not letter.isascii() for letter in text) > 2 * faults


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_nul_bytes(tmp_path: Path, encoding: str) -> None:
    text = f"{HEADER}\nLebenslauf,厨师,Zürich,😀,text\n"
    path = file_with(tmp_path, text.encode(encoding))
    assert detect(path).name == encoding
    assert text_read(path, tmp_path) == text


def test_bytes_that_cp1252_leaves_undefined_are_read_as_latin_1(tmp_path: Path) -> None:
    assert (
        text_read(file_with(tmp_path, b"caf\xe9 \x80 \x81\x8d\x8f\x90\x9d"), tmp_path) == "café € \x81\x8d\x8f\x90\x9d"
    )


def test_nul_characters_are_dropped_and_the_log_says_how_many(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"a\0b\n\0\0c")
    said: list[str] = []
    with as_utf8(path, detect(path), tmp_path / "tmp", said.append) as copy:
        assert copy.read_bytes() == b"ab\nc"
    assert said == ["train-1.csv is read as utf-8-sig; 3 NUL characters dropped"]


def test_a_character_on_the_border_of_two_blocks_is_one_character(tmp_path: Path) -> None:
    text = "x" * (BLOCK - 1) + "é\n"
    path = file_with(tmp_path, text)
    assert detect(path).is_plain
    assert text_read(path, tmp_path) == text


def test_a_bad_byte_far_behind_is_found(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"x" * 3 * BLOCK + b"\xe9")
    assert detect(path).name == "cp1252"


def test_a_file_cut_inside_its_last_character_is_not_plain(tmp_path: Path) -> None:
    assert not detect(file_with(tmp_path, "é".encode()[:1])).is_plain


@pytest.mark.parametrize("content", [codecs.BOM_UTF8 + b"caf\xe9", codecs.BOM_UTF16_LE + b"a\0b", b"\xff\xfe\x00\xd8"])
def test_bytes_that_break_the_rules_of_their_mark_become_visible(tmp_path: Path, content: bytes) -> None:
    path = file_with(tmp_path, content)
    assert "\N{REPLACEMENT CHARACTER}" in text_read(path, tmp_path)
    assert "became U+FFFD" in str(detect(path))


def test_a_plain_file_is_read_where_it_lies(tmp_path: Path) -> None:
    path = file_with(tmp_path, "café")
    with as_utf8(path, detect(path), tmp_path / "tmp", lambda line: None) as copy:
        assert copy == path
    assert not (tmp_path / "tmp").exists()


def test_a_copy_is_removed_even_after_an_error(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"\xe9")
    with pytest.raises(ZeroDivisionError), as_utf8(path, detect(path), tmp_path / "tmp", lambda line: None):
        assert list((tmp_path / "tmp").iterdir())
        raise ZeroDivisionError
    assert list((tmp_path / "tmp").iterdir()) == []


@settings(suppress_health_check=FUNCTION_SCOPED, deadline=None)
@given(st.binary() | st.builds(lambda mark, rest: mark + rest, st.sampled_from([*ENCODINGS.values()]), st.binary()))
def test_arbitrary_bytes_are_text_in_some_encoding(tmp_path: Path, content: bytes) -> None:
    assert "\0" not in text_read(file_with(tmp_path, content), tmp_path)


def test_an_encoding_named_wrongly_is_refused_with_the_place(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"caf\xe9")
    assert detect(path, "latin-1").name == "latin-1"
    with pytest.raises(UserError, match=rf"{path} is not utf-8 .*0xe9.*sources.yaml"):
        detect(path, "utf-8")


@pytest.mark.parametrize("place", [0, 5_000, 3 * BLOCK])
def test_one_bad_byte_leaves_the_rest_of_a_utf_8_file_as_it_is(tmp_path: Path, place: int) -> None:
    text = "Köchin in Zürich, 厨师. " * 10_000
    content = text.encode()
    path = file_with(tmp_path, content[: content.index(b" ", place)] + b"\xe9" + content[content.index(b" ", place) :])
    found = text_read(path, tmp_path)
    assert found.replace("\N{REPLACEMENT CHARACTER}", "") == text
    assert "became U+FFFD" in str(detect(path))


def test_letters_of_cp1252_that_happen_to_look_like_utf_8_are_outvoted(tmp_path: Path) -> None:
    path = file_with(tmp_path, "Ã© caf\u00e9 na\u00efve Z\u00fcrich".encode("cp1252"))
    assert detect(path).name == "cp1252"


@pytest.mark.parametrize(
    ("given", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("UTF8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
@pytest.mark.parametrize("marked", [True, False])
def test_a_byte_order_mark_that_agrees_with_the_named_encoding_is_no_letter(
    tmp_path: Path, given: str, mark: bytes, marked: bool
) -> None:
    path = file_with(tmp_path, (mark if marked else b"") + "Zürich".encode(given))
    assert "".join(read_lines(path, detect(path, given))) == "Zürich"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_of_a_line_that_is_too_long_only_the_beginning_is_held(tmp_path: Path, newline: str) -> None:
    path = file_with(tmp_path, newline.join(["a" * 9, "b" * 200_000, "", "c"]))
    lines = [line.rstrip("\r\n") for line in read_lines(path, detect(path), longest=10)]
    assert lines == ["a" * 9, "b" * 11, "", "c"]
