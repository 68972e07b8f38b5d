"""What goes wrong with text on its way into a CSV file: mojibake, invisible characters, blanks.

Belongs here: functions text -> text that spoil it without changing what it says. Does not belong
here: leftover HTML and emoji, which come with a layout (`layout.py`); the repair
(`preparation.text`).
"""

import string
from collections.abc import Callable
from random import Random

ZERO_WIDTH = ("\u200b", "\ufeff", "\u00ad", "\u200d")
_MOJIBAKE = str.maketrans({c: c.encode().decode("cp1252") for c in "’–—…•éèüöäôçñî£€₹"})
_BOLD = str.maketrans(
    {c: chr(0x1D5D4 + i) for i, c in enumerate(string.ascii_uppercase)}
    | {c: chr(0x1D5EE + i) for i, c in enumerate(string.ascii_lowercase)}
)


def bold(text: str) -> str:
    """Letters from Unicode's mathematical alphabet, as in 𝗔𝗽𝗽𝗹𝘆; NFKC turns them back."""
    return text.translate(_BOLD)


def curly_apostrophes(text: str, _: Random) -> str:
    """Apostrophes as word processors set them."""
    return text.replace("'", "’")


def mojibake(text: str, _: Random) -> str:
    """UTF-8 read once as Windows-1252, as in donâ€™t."""
    return text.replace("'", "’").translate(_MOJIBAKE)


def zero_width(text: str, rng: Random) -> str:
    """Invisible characters before about one word in thirty."""
    words = text.split(" ")
    return " ".join(rng.choice(ZERO_WIDTH) + w if rng.random() < 0.03 else w for w in words)


def non_breaking(text: str, rng: Random) -> str:
    """Non-breaking blanks in place of about one blank in eight."""
    first, *words = text.split(" ")
    return first + "".join(("\u00a0" if rng.random() < 0.12 else " ") + w for w in words)


def loose_blanks(text: str, rng: Random) -> str:
    """Trailing blanks, doubled blanks and too many empty lines."""
    lines = (line + "  " * (rng.random() < 0.2) for line in text.split("\n"))
    return "\n".join(lines).replace(". ", ".  ").replace("\n\n", "\n \n\n")


# Each kind of mess with its share of postings, applied in this order; kinds may meet.
KINDS: tuple[tuple[Callable[[str, Random], str], float], ...] = (
    (curly_apostrophes, 0.25),
    (mojibake, 0.09),
    (zero_width, 0.08),
    (non_breaking, 0.10),
    (loose_blanks, 0.12),
)


def spoil(text: str, rng: Random) -> str:
    """`text` with whatever mess `rng` deals it; about half of all texts stay clean."""
    for kind, share in KINDS:
        if rng.random() < share:
            text = kind(text, rng)
    return text
