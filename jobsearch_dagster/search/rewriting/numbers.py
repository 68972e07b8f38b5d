"""Numbers in words: `fifty-five grand` is `55 grand`, `a decade` is `10 years`.

Belongs here: which words are one number. What the number counts is for the recognizers to say.
"""

import re

from text_to_num import text2num

from jobsearch_dagster.search.rewriting.edits import Edit

_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBER = "|".join(f"{_UNITS} {_TENS}".split())
_LARGE = "hundred|thousand|million"
_RUN = re.compile(
    rf"\b(?:{_NUMBER}|an?\s+(?:{_LARGE}))\b(?!\s+sigma\b)"
    rf"(?:(?:[\s-]+|(?<=hundred)\s+and\s+|(?<=thousand)\s+and\s+)(?:{_NUMBER}|{_LARGE})\b)*",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"\s*(?:years?|yrs?|hours?|days?|weeks?|months?|results?|hits?|jobs?|postings?|openings?|vacanc\w+|k|grand|lakhs?|crores?|decades?"
    r"|(?:[\w-]+\s+){0,2}(?:job|role|opening|posting|vacancy))\b",
    re.IGNORECASE,
)
_FRACTIONS = {
    r"half\s+an?\s+million": "500000",
    r"(?:an?\s+)?quarter\s+(?:of\s+an?\s+)?million": "250000",
    r"three\s+quarters\s+of\s+an?\s+million": "750000",
    r"(?:a\s+)?half\s+(?:of\s+)?a\s+decade": "5 years",
    r"(?:one|a|1)\s+and\s+a\s+half\s+decades?|a\s+decade\s+and\s+a\s+half": "15 years",
    r"(?:two|2)\s+and\s+a\s+half\s+decades": "25 years",
    r"an?\s+decade": "10 years",
    r"(?:a|one)\s+grand(?=\s*(?:[,.;!?]|$|(?:an?|per|each|every|more|or|and|plus)\b))": "1 grand",
    r"an?\s+couple\s+(?:of\s+)?(?=years?\b|(?:[\w+#.-]+\s+){0,3}(?:jobs|roles|positions|openings|postings)\b)": "2 ",
    r"half\s+a\s+dozen": "6",
    r"(?:two|2)\s+dozen": "24",
    r"(?:three|3)\s+dozen": "36",
    r"(?:a\s+|the\s+)?dozen": "12",
    r"a\s+single(?=\s+(?:job|vacanc|opening|posting|position|role|result))": "1",
}
_FRACTION = re.compile("|".join(rf"\b(?P<f{n}>{wording})" for n, wording in enumerate(_FRACTIONS)), re.IGNORECASE)
_DECADES = re.compile(r"\b(\d{1,2})\s+decades\b", re.IGNORECASE)
_MONTHS = re.compile(r"\b(\d{1,3})\s+months?'?(?=\s+(?:of\s+)?(?:[a-z]+\s+)?experience\b)", re.IGNORECASE)
YEARS_OF_A_DECADE = 10
MONTHS_OF_A_YEAR = 12


def number_edits(text: str) -> list[Edit]:
    """Digits for every number in words; "one" only where it counts years, hours or money."""
    edits = [
        Edit(*match.span(), list(_FRACTIONS.values())[int((match.lastgroup or "f0")[1:])])
        for match in _FRACTION.finditer(text)
    ]
    taken = [(edit.start, edit.end) for edit in edits]
    for match in _RUN.finditer(text):
        words = match[0].lower()
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        if words != "one" or _COUNTS.match(text, match.end()):
            edits.append(Edit(*match.span(), _digits(words)))
    return sorted(edits, key=lambda edit: edit.start)


def hundredth_edits(text: str) -> list[Edit]:
    """One figure for an amount and its hundredths: "22 dollars 50 an hour" is "22.50 dollars an hour"."""
    return [
        Edit(*match.span(), f"{match['whole']}.{match['part']} {match['currency']}")
        for match in _HUNDREDTHS.finditer(text)
    ]


_HUNDREDTHS = re.compile(
    r"\b(?P<whole>\d{1,3})\s+(?P<currency>dollars|pounds|euros|bucks|quid)\s+(?:and\s+)?(?P<part>\d\d)(?:\s+(?:cents|pence))?"
    r"(?=\s+(?:an?|per|every|each)\s)",
    re.IGNORECASE,
)


def decade_edits(text: str) -> list[Edit]:
    """Years for decades that are counted in digits."""
    return [Edit(*match.span(), f"{int(match[1]) * YEARS_OF_A_DECADE} years") for match in _DECADES.finditer(text)]


def month_edits(text: str) -> list[Edit]:
    """Whole years for experience that is counted in months."""
    return [Edit(*match.span(), f"{int(match[1]) // MONTHS_OF_A_YEAR} years") for match in _MONTHS.finditer(text)]


def _digits(words: str) -> str:
    """The number; the words themselves where they are no number together ("five two")."""
    counted = re.sub(r"^an?\s+", "one ", words)
    try:
        return str(text2num(counted.replace("-", " "), "en"))
    except ValueError:
        return words
