"""Short forms of the words that a question is made of, such as `w/o` and `lvl`.

Belongs here: what people shorten in a question. Abbreviations of titles are in `preparation.titles`, of places in
`preparation.gazetteer`.
"""

import re

from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.rewriting.edits import Edit

_WORDS = {
    "w/o": "without",
    "w/": "with",
    "and/or": "or",
    "&": "and",
    "lvl": "level",
    "exp": "experience",
    "yr": "year",
    "yrs": "years",
    "yoe": "years of experience",
    "mths": "months",
    "sal": "salary",
    "dept": "department",
    "asap": "immediately",
    "pls": "please",
    "plz": "please",
    "ppl": "people",
    "uni": "university",
    "undergrad": "undergraduate",
    "approx": "about",
    "min": "minimum",
    "max": "maximum",
    "dont": "don't",
    "doesnt": "doesn't",
    "isnt": "isn't",
    "cant": "can't",
    "wont": "won't",
    "im": "I'm",
    "ive": "I've",
    "fulltime": "full-time",
    "parttime": "part-time",
    "partime": "part-time",
    "homeoffice": "home office",
    "hrs": "hours",
    "payed": "paid",
    "back end": "backend",
    "back-end": "backend",
    "front end": "frontend",
    "front-end": "frontend",
    "manger": "manager",
    "mangers": "managers",
    "nite": "night",
    "u": "you",
    "ur": "your",
}
_AS_WRITTEN = {
    "FT": "full-time",
    "PT": "part-time",
    "pt only": "part-time only",
    "ft only": "full-time only",
    "FTC": "fixed-term contract",
    "WFH": "remote",
    "LA": "Los Angeles",
}
"""Those that only capitals make clear."""
_ANY = re.compile(
    rf"(?<![\w&/.-])(?:{'|'.join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))})(?![\w&/-])",
    re.IGNORECASE,
)
_CAPITALS = re.compile(rf"(?<![\w&/.-])(?:{'|'.join(_AS_WRITTEN)})(?![\w&/-])")
_RIGHT_NOW = re.compile(r"(?<=[a-z]s )rn(?=\W*$)")
"""Behind a plural it is no registered nurse."""
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,4}(?!\w)|(?<![\w.])[A-Z]\.[A-Z](?![\w.])")
_SLASHED = re.compile(r"(?<![\w/:.])([^\W\d_][\w+#.]*)/([^\W\d_][\w+#]*)(?![\w/])")


def abbreviation_edits(text: str) -> list[Edit]:
    """The long forms."""
    edits = [Edit(*match.span(), _WORDS[match[0].lower()]) for match in _ANY.finditer(text)]
    edits += [Edit(*match.span(), "right now") for match in _RIGHT_NOW.finditer(text)]
    edits += [Edit(*match.span(), _AS_WRITTEN[match[0]]) for match in _CAPITALS.finditer(text)]
    return sorted(edits, key=lambda edit: edit.start)


def initial_edits(text: str) -> list[Edit]:
    """Initials without full stops: `U.S.` is `US`."""
    return [Edit(*match.span(), match[0].replace(".", "")) for match in _INITIALS.finditer(text)]


def slash_edits(text: str) -> list[Edit]:
    """An "or" for a slash between two words that are no skill together: `django/flask`, but `ci/cd`."""
    return [Edit(match.end(1), match.start(2), " or ") for match in _SLASHED.finditer(text) if not is_skill(match[0])]
