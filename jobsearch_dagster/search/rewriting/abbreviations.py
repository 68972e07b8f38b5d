"""Short forms of the words that a question is made of, such as `w/o` and `lvl`.

Belongs here: what people shorten in a question. Abbreviations of titles are in `preparation.titles`, of places in
`preparation.gazetteer`. The forms are in `abbreviations.yaml`.
"""

import re
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.rewriting.edits import Edit

_RIGHT_NOW = re.compile(r"(?<=[a-z]s )rn(?=\W*$)")
"""Behind a plural it is no registered nurse."""
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,4}(?!\w)|(?<![\w.])[A-Z]\.[A-Z](?![\w.])")
_SLASHED = re.compile(
    r"(?<![\w/:.])([^\W\d_][\w+#.]*)/(?!(?:hr|hour|h|day|wk|week|mo|month|yr|year|annum)\b)"
    r"([^\W\d_][\w+#]*)(?![\w/])"
)


def abbreviation_edits(text: str) -> list[Edit]:
    """The long forms."""
    found = {match.span(): _listed()["words"][match[0].lower()] for match in _pattern("words").finditer(text)}
    found |= {match.span(): "right now" for match in _RIGHT_NOW.finditer(text)}
    found |= {match.span(): _listed()["as_written"][match[0]] for match in _pattern("as_written").finditer(text)}
    found |= _titles(text)
    return [Edit(*span, form) for span, form in sorted(found.items())]


def _titles(text: str) -> dict[tuple[int, int], str]:
    """Where initials stand for a title, and which: "OTs wanted", "work as a PA", "NP jobs"."""
    of_somebody = _listed()["titles_of_somebody"]
    long_forms = _listed()["titles"] | of_somebody
    found: dict[tuple[int, int], str] = {}
    for match in _pattern("titles", "titles_of_somebody").finditer(text):
        initials, plural = match[0].removesuffix("s"), match[0].endswith("s")
        before_jobs = initials not in of_somebody and _BEFORE_JOBS.match(text, match.end())
        behind_comma = initials in of_somebody and "," in text[: match.start()]  # "Pittsburgh, PA"
        before = max(0, match.start() - _REACH), match.start()
        is_clear = not behind_comma and (initials not in _SOMETHING_ELSE_TOO or _FOR.match(text, match.end()))
        opens = is_clear and _OPENS.search(text, *before) and _ENDS.match(text, match.end())
        if plural or before_jobs or opens or _OF_SOMEBODY.search(text, *before):
            found[match.span()] = long_forms[initials] + "s" * plural
    return found


_REACH = 60
"""Characters before initials that are looked at."""
_OPENS = re.compile(
    r"(?:^|[.:;,])\W*(?:(?:senior|junior|sr|jr|night|lead|remote|part[\s-]time"
    r"|full[\s-]time)\s+)*$",
    re.IGNORECASE,
)
_SOMETHING_ELSE_TOO = frozenset(("BA", "MA", "OT", "PT", "RT"))
_FOR = re.compile(r"\s+(?:for|at|with)\b", re.IGNORECASE)
"""What tells a title from a degree, overtime and part-time: "OT for a school"."""
_ENDS = re.compile(r"\s*(?:[,.;:!?]|$|-\s|\b(?:in|at|for|with|who|near|here|wanted|needed|to)\b)", re.IGNORECASE)
"""Where initials are all that the first words say: "SLP, remote", "OT for a school"."""
_BEFORE_JOBS = re.compile(
    r"\s+(?:jobs?|roles?|positions?|openings?|vacanc\w+|posts?|gigs?|work|wanted|needed)\b", re.IGNORECASE
)
_OF_SOMEBODY = re.compile(
    r"\b(?:(?:i\s+am|i'm|be|become|hire|hiring|as|or|after)\s+an?"
    r"|(?:jobs?|roles?|positions?|openings?|vacanc\w+|work|anything|something)\s+(?:for|as)(?:\s+an?)?)\s+$",
    re.IGNORECASE,
)


@cache
def _listed() -> dict[str, dict[str, str]]:
    return read_yaml(resources.files("jobsearch_dagster.search.rewriting") / "abbreviations.yaml")


@cache
def _pattern(*parts: str) -> re.Pattern[str]:
    """Finds the short forms of some parts, the longest first; only `words` in any case."""
    forms = sorted((form for part in parts for form in _listed()[part]), key=len, reverse=True)
    plural = "s?" if "titles" in parts else ""
    any_of = "|".join(map(re.escape, forms))
    return re.compile(
        rf"(?<![\w&/.-])(?:{any_of}){plural}(?![\w&/-])", re.IGNORECASE if parts == ("words",) else re.NOFLAG
    )


def initial_edits(text: str) -> list[Edit]:
    """Initials without full stops: `U.S.` is `US`."""
    return [Edit(*match.span(), match[0].replace(".", "")) for match in _INITIALS.finditer(text)]


def slash_edits(text: str) -> list[Edit]:
    """An "or" for a slash between two words that are no skill together: `django/flask`, but `ci/cd`."""
    return [Edit(match.end(1), match.start(2), " or ") for match in _SLASHED.finditer(text) if not is_skill(match[0])]
