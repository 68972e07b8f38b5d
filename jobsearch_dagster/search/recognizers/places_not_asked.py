"""Places that a question names and does not ask for: of somebody's past, of a permit, another one of the name.

Belongs here: what tells such a place from one where somebody wants to work. How far it reaches is in `places.py`.
"""

import re

from jobsearch_dagster.search.recognizers.spans import Finding

_MOVING = re.compile(
    r"\b(?:mov|relocat|com|transferr)(?:e|ing)\s+from\s+(?P<left>[^|,.;?!]{2,40}?)\s+to\b"
    r"|\b(?:leav(?:e|ing)|left|quitt?(?:ing)?)\s+(?P<quit>[^|,.;?!]{2,40}?)(?:,?\s+(?:for|to|in|and|next|this)\b|[.;,])"
    r"|\b(?:(?:i'm|i\s+am|we're|we\s+are|originally|come|coming|is)\s+from|born\s+in|grew\s+up\s+in|studied\s+in"
    r"|residency\s+in)\s+(?P<home>[^|,.;?!]{2,40}?)(?:,?\s+(?:but|and|now|want|looking|living|who)\b|[.;,])",
    re.IGNORECASE,
)


def places_left(text: str) -> list[tuple[int, int]]:
    """Where a question says what someone comes from, and goes on with what they want."""
    return [match.span(match.lastgroup or 0) for match in _MOVING.finditer(text)]


_SAID_OF_OTHERS = (
    re.compile(
        r"\bnot\s+the\s+(?:[A-Z]\w+(?:\s+[A-Z]\w+)?\s+(?:one|town|city)\b"
        r"|(?:one|town|city)\s+in\s+(?:the\s+)?[A-Z]\w+(?:\s+[A-Z]\w+)?)"
    ),
    re.compile(r"\bnon[\s-]+[A-Z]\w+\s+(?:citizens?|nationals?|residents?)\b"),
    re.compile(
        r"\b(?:hold|have|has|got|with)\s+(?:an?\s+|my\s+)?[A-Z]\w+\s+(?:work\s+permits?|passports?|citizenship|residency)\b"
    ),
)


def said_of_others(text: str) -> list[tuple[int, int]]:
    """Where a question names the other place of a name ("not the one in England"), citizens, or a permit."""
    return [match.span() for pattern in _SAID_OF_OTHERS for match in pattern.finditer(text)]


_BEFORE_NOW = re.compile(
    r"""
    \b (?: (?:i|we) \s+ (?: live | lived | came | served | worked | studied | was | were | grew | trained | graduated
            | qualified | finished | taught | ran | spent | did | moved | went | got | left | come )
        | (?:i|we)\s+ (?:have|had) \s+ (?: (?:been|lived|worked|studied|finished|served|trained|spent) \b
            | (?:an?|my) \s+ (?:\w+\s+){0,2} (?:degree|bachelor|master|diploma|phd|licen[cs]e|certificate) )
        | (?:i|we)'ve \s+ (?:been|lived|worked|studied|finished|served|trained|spent|got|had)
        | (?:i'm|i\s+am|we\s+are|we're) \s+ (?:an?\s+)? (?:\w+\s+){0,3} (?:from|living\s+in)
        | (?<!now\s)(?<!currently\s)(?:living|stuck|stationed|posted|trained|qualified|born|raised|educated)
            \s+ (?:in|at|to|from)
        | (?:degree|bachelor|master|diploma|phd|nurse|doctor|teacher) (?:\s+of\s+\w+)? \s+ from
        | (?:months?|years?) \s+ (?:\w+\s+){0,3} (?:in|at)
        | (?:^|[.!?]\s) \s* (?:an?\s+)?
          (?!anything|something|work|remote|home) (?:[^\W\d_][\w-]*\s+){1,3} from
        | (?:coming\s+home\s+from|back\s+from|leaving)
        | (?:flats?|rents?|houses?|life|childhood|youth|studies|apprenticeship) \s+ in
      ) \b [^.;|,]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What makes a place behind it one where somebody was or is, not one where they want to work."""
_WANTED = re.compile(
    r"\b(?:want\w*|look\w*|seek\w*|find|hunting|search\w*|moving\s+to|relocat\w+|jobs?|roles?|work\s+in|posts?|openings?"
    r"|positions?|vacanc\w+|hiring|cross\s+to|now|next|show|prefer\w*|would|but)\b[^.;]*$",
    re.IGNORECASE,
)
_SENTENCE = 120
"""Characters of a sentence before and behind a place."""
_AS_WELL = re.compile(r"\b(?:also|as\s+well|there\s+or|here\s+or)\b|\btoo\s*(?:[.,;!?]|$)", re.IGNORECASE)


def is_past(place: Finding, text: str) -> bool:
    """Whether a place is one where somebody was or is, by the words of its sentence."""
    if _AS_WELL.search(text, place.end, place.end + _SENTENCE):
        return False
    before = _BEFORE_NOW.search(text, max(0, place.start - _SENTENCE), place.start)
    return before is not None and _WANTED.search(text, before.start(), place.start) is None
