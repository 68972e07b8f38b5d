"""E-mail addresses and phone numbers in a text, in the ways that people write them.

Belongs here: what such a thing looks like. Does not belong here: where people live (`street_addresses.py`), how they
are called (`person_names.py`), and what is put in the place of what was found (`privacy.py`).
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_DOMAIN = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_][\w-]{1,62}"
_AT = r"\s?(?:[\[({]\s?(?:at|@)\s?[\])}]|@)\s?"
_DOT = r"\s?(?:[\[({]\s?(?:dot|\.)\s?[\])}]|\.)\s?"
_EMAIL = re.compile(
    # Lengths are those of RFC 5321: without them a long run of letters is read again from each of its letters.
    rf"(?<![\w.+%-])(?:mailto:)?[\w.+%'-]{{1,64}}@{_DOMAIN}"
    rf"|(?<![\w.+%-])[\w.+-]{{1,64}}{_AT.replace('|@)', ')')}[\w-]{{1,63}}(?:{_DOT}[\w-]{{2,63}}){{1,4}}"
    rf"|(?<![\w.+%-])[\w.+-]{{1,64}} @ ?{_DOMAIN}"
    r"|(?<![\w.+%-])[\w.+-]{1,64} at [\w-]{1,63}(?: dot [\w-]{1,63}){0,2} dot "
    r"(?:com|org|io|co|ai|dev|edu|gov|de|fr|uk|in|eu|ca|au)\b"
)
_PROFILE = re.compile(r"\b(?:[a-z]{2,3}\.)?(?:linkedin\.com/in|xing\.com/profile|github\.com)/[\w%.-]{2,80}")

_EXTENSION = r"(?:\s?,?\s?(?:x|ext\.?|extension|durchwahl)\s?[0-9]{1,5})?"
_PHONE = re.compile(
    r"(?<![\w$€£₹.,+-])(?:"
    r"\+[0-9](?:[ ()./‐‑–-]{0,3}[0-9]){6,14}"  # +44 20 7946 0958
    r"|00[1-9][0-9](?:[ ()./-]{0,2}[0-9]){6,12}"  # 0049 170 1234567
    r"|(?:1[ .-])?\(?[0-9]{3}\)?[ .-][0-9]{3}[.-][0-9]{4}"  # 555-123-4567
    r"|(?:1[ .-]?)?\([0-9]{3}\) ?[0-9]{3}[ .-][0-9]{4}"  # (555) 123 4567
    r"|0[1-9](?:[ .-][0-9]{2}){4}"  # 01 23 45 67 89
    r"|\(?0[1-9][0-9]{1,3}\)?[ /-]{1,3}[0-9]{3,4}[ -]?[0-9]{3,5}"  # 089/1234567
    r"|\(?0[1-9][0-9]{1,3}\)?[ /-]{1,3}[0-9]{2,4}(?:[ -][0-9]{2,4}){2,3}"  # 030 12 34 56 78
    rf")(?![\w%]){_EXTENSION}"
)
_BARE_NUMBER = r"(?P<number>[(+]{0,2}[0-9](?:[ .()/‐‑–-]{0,3}[0-9]){6,14})(?![\w%])"
"""A phone number only where the words before it say so: `98765 43210` may be two salaries."""
_AFTER_A_NAME = re.compile(rf"(?:[\s,:(|–-]{{1,4}}|\s(?:on|at)\s){_BARE_NUMBER}")
_SAID_TO_BE_ONE = re.compile(
    r"\b(?:call|dial|text|ring|phone|ph|tel|mob|hr|telephone|telefon|téléphone|teléfono|mobile|mobil|cell|handy|fax|whatsapp"
    r"|hotline|helpline|contact (?:number|no|details))\b"
    r"(?:[\s:.#–-]|\b(?:us|me|number|no|nr|at|on|is|now|today|or|the team|whatsapp)\b|/){1,8}"
    rf"{_BARE_NUMBER}{_EXTENSION}"
)
_ENOUGH_DIGITS = re.compile(r"[0-9](?:[ ()./‐‑–-]{0,3}[0-9]){6}")


def find_emails(lower: str) -> Iterator[Span]:
    """E-mail addresses and personal profiles in a lowercased text, also those spelled `jane [at] example [dot] com`."""
    if any(sign in lower for sign in ("@", "dot", "at]", "at)", "at}", "at ]", "at )", "at }")):
        yield from (match.span() for match in _EMAIL.finditer(lower))
    if ".com/" in lower:
        yield from (match.span() for match in _PROFILE.finditer(lower))


def find_phones(lower: str) -> Iterator[Span]:
    """Phone and fax numbers in a lowercased text; salaries, years and versions are none."""
    if not _ENOUGH_DIGITS.search(lower):
        return
    yield from (match.span() for match in _PHONE.finditer(lower))
    yield from ((match.start("number"), match.end()) for match in _SAID_TO_BE_ONE.finditer(lower))


def find_number_after(lower: str, name: Span) -> Iterator[Span]:
    """The phone number that stands behind a person's name, whatever its form."""
    if number := _AFTER_A_NAME.match(lower, name[1]):
        yield number.span("number")
