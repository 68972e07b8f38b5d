"""Text of resumes and descriptions made clean, in the report's order and without its losses.

Belongs here: what happens to characters, words and sentences of a whole text. Does not belong here: what a text says
(`entities.py`, `salary.py`), and titles and places, which have their own standard form (`titles.py`, `locations.py`).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from jobsearch_dagster.preparation.privacy import redact

LONGEST_CELL = 300
"""Characters of a location or salary cell that are read; what goes on longer is no such cell."""
LONGEST_TEXT = 200_000
"""Characters of a resume or description that are cleaned and read; what is cut off is counted in `clean_jobs`."""
LONGEST_SENTENCE = 1_000
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_ENTITY_OR_CONTROL = re.compile(r"&[#\w]+;|[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_STRAIGHT_QUOTES = str.maketrans("‘’‚‛“”„‟", "'" * 4 + '"' * 4)


_CONTINUATION = "\u0080-\u00bf " + "".join(bytes([b]).decode("cp1252", "ignore") for b in range(0x80, 0xA0))
_SUSPECT = re.compile(
    f"[\u00c2-\u00f4][{_CONTINUATION}]|[^\u0000-\u00ab\u00ad-\u00ff\u2010-\u2015\u2018\u2019\u201c\u201d\u2022\u2026\u20ac]"
)
"""What mojibake is made of: UTF-8 read as cp1252 or latin-1, or a character of neither; other text needs no 0.5 ms."""


def repair(text: str) -> str:
    """A cell made readable, line by line: mojibake undone, HTML as text, compatibility and invisible characters gone.

    For what reads a cell; nearly free on plain ASCII. `clean_text` does more.
    """
    return _normalized(_without_markup(text))


def _unbroken(text: str) -> str:
    damaged = _ENTITY_OR_CONTROL.search(text)
    if text.isascii() and not damaged:
        return text
    from ftfy import fix_text
    from ftfy.badness import is_bad

    if damaged or (_SUSPECT.search(text) and is_bad(text)):
        text = fix_text(text, unescape_html=True)
    return text.translate(_STRAIGHT_QUOTES)


def fold(text: str) -> str:
    """A text for comparison: no case, no accents; `Złoty` is `zloty`."""
    text = text.casefold()
    if text.isascii():
        return text
    for letter, plain in _UNDECOMPOSED:
        text = text.replace(letter, plain)
    text = unicodedata.normalize("NFKD", text)
    # By the few marks that a text has rather than letter by letter: a fifth of the time.
    marks = "".join(sorted(filter(unicodedata.combining, set(text))))
    if marks:
        text = re.sub(f"[{marks}]", "", text)
    return unicodedata.normalize("NFC", text.casefold())  # the decomposition of a rupee sign has a capital


_UNDECOMPOSED = (("ł", "l"), ("ø", "o"), ("đ", "d"), ("æ", "ae"), ("œ", "oe"), ("ı", "i"))


def clean_text(text: str, *, keep_sentences: bool = False) -> str:
    """Clean a resume or a description; cleaning twice changes nothing, and no letter changes its case.

    In this order: mojibake, HTML and Markdown, URLs and personal data, emoji, NFKC, whitespace; then, unless sentences
    are kept, contractions and punctuation.

    Args:
        text: Any string.
        keep_sentences: Keep punctuation, and end each paragraph and bullet with a full stop: for summaries, answers
            and search. Otherwise words and numbers only, the report's form, in which `c++ c# .net node.js $65k 5+`
            survive.

    Returns:
        One line.
    """
    return _until_stable(_sentences if keep_sentences else _words, text)


def split_sentences(text: str, *, longest: int = LONGEST_SENTENCE) -> list[str]:
    """The sentences of a text, line by line; a semicolon ends one, the stop of an abbreviation (`e. g.`) does not.

    Args:
        text: Any string.
        longest: Characters; longer ones are cut, which bounds the work of patterns that look around an amount in its
            sentence.
    """
    lines = filter(None, map(str.strip, text.splitlines()))
    sentences = (sentence for line in lines for sentence in _BOUNDARY.split(line))
    return [s[at : at + longest] for s in sentences for at in range(0, len(s), longest)]


_BOUNDARY = re.compile(r"(?<=[^\W\d_]{3}[.!?])\s+|(?<=[\d)%][.!?])\s+|(?<=\d[kKmM][.!?])\s+|(?<=;)\s+")


def _until_stable(step: Callable[[str], str], text: str) -> str:
    """Repeat until nothing changes: `&amp;lt;p&amp;gt;` holds a tag two layers down."""
    while (changed := step(text)) != text:
        text = changed
    return text


@lru_cache(maxsize=64)
def _sentences(text: str) -> str:
    text = text[:LONGEST_TEXT]
    for step in (_without_markup, _without_markdown, without_contacts, _without_emoji, _normalized, _one_line):
        text = step(text)
    return text


def _words(text: str) -> str:
    text = _until_stable(_sentences, text)
    text = _CONTRACTED.sub(_expanded, text)
    return " ".join(_PUNCTUATION.sub(_kept_or_blank, text).split())


_TAG = re.compile(
    r"</?(?:p|br|div|span|li|ul|ol|b|i|u|a|strong|em|h[1-6]|table|tbody|thead|tr|td|th|font|hr|img|section|article|header"
    r"|footer|html|body|head|title|meta|link|script|style|pre|code|blockquote|sup|sub|small|label|dl|dt|dd|center|o:p)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"<[!?][^>]*>?")
_BLOCK = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|table|section|article|blockquote|hr|dt|dd|title)\b[^<>]*>", re.IGNORECASE
)


_HEADING = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+(.+)|\*{2,3}([^*\n]+)\*{2,3}[ \t]*)$", re.MULTILINE)


def _without_markdown(text: str) -> str:
    """A Markdown heading, or a line in bold, becomes a paragraph of its own; other words lose their stars."""
    if "**" not in text and "#" not in text:
        return text
    return _HEADING.sub(lambda found: f"\n{found[1] or found[2]}\n", text).replace("**", "")


def _without_markup(text: str) -> str:
    """Mojibake undone, entities as characters, the text of HTML with a line per block."""
    text = _unbroken(text)
    if not _TAG.search(text):
        return text
    from bs4 import BeautifulSoup

    # Lines are broken before the tree is built: to insert them into the tree takes quadratic time. The leading tag
    # keeps Beautiful Soup from warning about cells that begin like a URL.
    lines = _BLOCK.sub(r"\n\g<0>\n", _DECLARATION.sub("", text))
    soup = BeautifulSoup("<body>" + lines, "html.parser")
    for tag in soup.find_all(("script", "style")):
        tag.decompose()
    return soup.get_text()


_URL = re.compile(r"(?:https?|ftp)://[^\s<>\"]*|\bwww\.[^\s<>\"]+", re.IGNORECASE)


def without_contacts(text: str) -> str:
    """A text without URLs and without personal data (`privacy.py`)."""
    return redact(_URL.sub(" ", text))


_MAYBE_EMOJI = re.compile(r"[0-9#*]?[\u00a9\u00ae\u200d\u203c-\u3299\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]+")
"""Runs that can hold emoji; the library reads nothing else, as it takes 0.3 ms for 1,000 characters."""


def _without_emoji(text: str) -> str:
    if not _MAYBE_EMOJI.search(text):
        return text
    from emoji import replace_emoji

    return _MAYBE_EMOJI.sub(lambda run: replace_emoji(run[0], " "), text)


def _normalized(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


_LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+|\s[•▪●◦‣■✓✔➢►](?=\s)")
_BULLET = re.compile(r"^(?:\s*(?:[•▪●◦‣■✓✔➢►·]|[-*–—o](?=\s)))+\s*")
_SENTENCE_END = re.compile(r"[.!?:;,][\"')\]]*$")
_UNFINISHED = re.compile(
    r"(?:[-–&/]|\b(?:and|or|the|a|an|of|to|with|in|for|on|at|by|from|as|that|which|your|our))$", re.IGNORECASE
)
_WRAPPED = 60
"""A line of at least so many characters that goes on in lower case was wrapped, where the text has capitals at all."""


def _one_line(text: str) -> str:
    """Lines joined: a paragraph or bullet becomes a sentence, a wrapped line goes on."""
    has_capitals = text != text.lower()
    sentences: list[str] = []
    for raw in _LINE_BREAK.split(text):
        line = " ".join(_BULLET.sub("", raw).split())
        if not line:
            continue
        if sentences and not _SENTENCE_END.search(sentences[-1]):
            wrapped = has_capitals and line[0].islower() and len(sentences[-1]) >= _WRAPPED
            if not (_UNFINISHED.search(sentences[-1]) or (wrapped and not _BULLET.match(raw))):
                sentences[-1] += "."
        sentences.append(line)
    return re.sub(r"\s+([.,;:!?])(?=\s|$)", r"\1", " ".join(sentences))


_CONTRACTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), expansion)
    for pattern, expansion in (
        (r"\b(wo)n't\b", "will not"),
        (r"\b(sha)n't\b", "shall not"),
        (r"\b(ca)n't\b", "can not"),
        (r"n't\b", " not"),
        (r"\b(let)'s\b", r"\1 us"),
        (r"\b(it|that|what|there|here|who|he|she|where|how|when)'s\b", r"\1 is"),
        (r"(?<=\w)'s\b", ""),
        (r"(?<=\w)'re\b", " are"),
        (r"(?<=\w)'ve\b", " have"),
        (r"(?<=\w)'ll\b", " will"),
        (r"(?<=\w)'d\b", " would"),
        (r"\b(i)'m\b", r"\1 am"),
    )
)

_CONTRACTED = re.compile(r"(?<!\w)\w++(?:'\w++)+")


def _expanded(match: re.Match[str]) -> str:
    word = match[0]
    for pattern, expansion in _CONTRACTIONS:
        word = pattern.sub(expansion, word)
    return word


_PUNCTUATION = re.compile(
    r"""
    (?P<kept> (?<=[0-9])[.,-](?=[0-9])                  # 3.5 160,000 3-5
      | [$€£₹¥](?=[0-9]) | (?<=[0-9])[+%](?!\w) | (?<=[0-9][kKmM])\+(?!\w)
      | (?<=\w)\.(?=(?:js|net|io)\b) | (?<![^\W_])\.(?=net\b)
      | (?<=\b[cC])\+\+(?!\w) | (?<=\b[cCfFjJ])\#(?!\w)
    )
    | [^\w\s] | _
    """,
    re.IGNORECASE | re.VERBOSE,
)


def _kept_or_blank(match: re.Match[str]) -> str:
    """A blank, but for what carries meaning and for the vowel signs of scripts that write them as marks."""
    is_mark = unicodedata.category(match[0][0]).startswith("M")
    return match[0] if match["kept"] or is_mark else " "
