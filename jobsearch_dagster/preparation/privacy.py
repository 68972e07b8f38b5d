"""Personal data of others in a text: found, and taken out before anything is made of the text.

Belongs here: what is personal, and what stands in its place. How each kind looks is in `contact_details.py`,
`street_addresses.py` and `person_names.py`. Does not belong here: what a posting says of the job; a company's name, a
city and a street without a number are no personal data.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from jobsearch_dagster.preparation.contact_details import find_emails, find_number_after, find_phones
from jobsearch_dagster.preparation.person_names import CUE_WORDS, find_names
from jobsearch_dagster.preparation.street_addresses import STREET_WORDS, find_addresses

Kind = Literal["email", "phone", "address", "name"]

SOMEBODY = "the team"
"""Stands for a name inside a line: the sentence stays one ("Ask for the team at the desk") and names nobody else."""

_AFTER_A_NUMBER = "|".join(re.escape(word) for word in STREET_WORDS)
SUSPECT = (
    r"@|dot|at ?[\])}]|\.com/|[0-9](?:[ ()./‐‑–-]{0,3}[0-9]){6}"
    rf"|[0-9](?:.|\n)*(?:{_AFTER_A_NUMBER})|(?:{_AFTER_A_NUMBER})(?:.|\n)*[0-9]"
    rf"|(?:{'|'.join(re.escape(word) for word in CUE_WORDS)})"
)
"""Matches every lowercased text in which something may be found, and in the syntax of DuckDB too."""


@dataclass(frozen=True)
class Finding:
    """A piece of personal data.

    Attributes:
        kind: What it is.
        start: Where it begins in the text.
        end: Where it ends.
    """

    kind: Kind
    start: int
    end: int


def find_personal_data(text: str) -> list[Finding]:
    """Personal data in the order of the text; findings that overlap are one, of the first's kind."""
    lower = _lowered(text)
    found = [Finding("email", *span) for span in find_emails(lower)]
    found += [Finding("phone", *span) for span in find_phones(lower)]
    found += [Finding("address", *span) for span in find_addresses(lower)]
    names = list(find_names(text, lower, [(f.start, f.end) for f in found]))
    found += [Finding("name", *name) for name in names]
    found += [Finding("phone", *span) for name in names for span in find_number_after(lower, name)]
    apart: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.start, -f.end)):
        if apart and finding.start < apart[-1].end:
            apart[-1] = replace(apart[-1], end=max(apart[-1].end, finding.end))
        else:
            apart.append(finding)
    return apart


def redact(text: str) -> str:
    """A text without personal data; redacting twice changes nothing.

    E-mail addresses, phone numbers and street addresses leave a blank, as does a name at the start of a line (a
    resume's head, a signature). Any other name becomes `SOMEBODY`, because the sentence around it stays.
    """
    while found := find_personal_data(text):
        pieces, end = [], 0
        for finding in found:
            pieces += [text[end : finding.start], _in_place_of(finding, text)]
            end = finding.end
        text = "".join([*pieces, text[end:]])
    return text


def _in_place_of(finding: Finding, text: str) -> str:
    line = text[text.rfind("\n", 0, finding.start) + 1 : finding.start]
    return SOMEBODY if finding.kind == "name" and line.strip() else " "


def _lowered(text: str) -> str:
    """Lower case, character by character: a few letters, such as `İ`, have a lower form of two characters."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
