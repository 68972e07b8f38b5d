"""What people tell of themselves in a conversation: added up, forgotten, and kept in a file where they ask for it.

Belongs here: which sentences are such a statement, and what of a profile they change. What the values in them are is
read by the rules of every question (`question.py`), the profile itself is in `profile.py`. What is remembered orders
postings and leaves none out (`fit.py`).
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.salary import parse_salary
from jobsearch_dagster.preparation.skills import find_skills
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.question import LONGEST_QUESTION, parse_question
from jobsearch_dagster.search.recognizers.spans import tidy
from jobsearch_dagster.search.wording import dollars

SLOTS = tuple(field.name for field in fields(Profile))
NOBODY = Profile()
LARGEST_FILE = 100_000
"""Bytes of a profile's file; one with every skill of a long career has about 2,000."""

_STATEMENTS = {
    "skills": r"""I \s+ (?:(?:also|already)\s+)? (?:know|speak|master|program\s+in|code\s+in) \b
        | (?:I\s+am|I'm) \s+ (?:(?:also|very)\s+)? (?:good\s+at|good\s+with|skilled\s+in|fluent\s+in|proficient\s+in) \b
        | my \s+ (?:main\s+)? skills \s+ (?:are|include) \b""",
    "place": r"""(?:I\s+am|I'm) \s+ (?:(?:now|currently)\s+)? (?:based|located|living) \s+ in \b
        | I \s+ (?:(?:now|currently)\s+)? live \s+ (?:in|near) \b""",
    "pay": r"""my \s+ (?:minimum|least|desired|expected|target) \s+ (?:salary|pay|income) \s+ (?:is|would\s+be) \b
        | I \s+ (?:want|need|expect|would\s+like|have) \s+ (?:to\s+(?:earn|make)|a\s+salary\s+of|at\s+least) \b
        | I'd \s+ like \s+ to \s+ (?:earn|make) \b""",
    "person": r"""(?:I\s+(?:only\s+)?have|I've(?:\s+(?:only\s+)?got)?) \s+
          (?=  (?:(?:about|around|almost|over|more\s+than|only|just)\s+)* (?:\w+\+?)\s+ (?:years?|yrs?)\b
            |  (?:an?\s+)? (?:high\s+school|bachelor|master|ph\.?d|doctorate|degree|b\.?sc|m\.?sc) )
        | (?:I\s+am|I'm) \s+ (?:now\s+)? an? \b (?! \s+ (?:looking|interested) )""",
}
"""What a statement is about -> how it begins."""
_TOLD = {
    "skills": ("skills", "skills_any"),
    "place": ("locations",),
    "pay": ("min_salary_usd",),
    "person": ("max_years", "education", "titles", "seniority", "skills", "skills_any"),
}
"""What a statement is about -> slots of a filter that it may fill."""
_ALTERNATIVES = "|".join(f"(?P<{about}>{opening})" for about, opening in _STATEMENTS.items())
_STATEMENT = re.compile(
    rf"""
    (?<![\w']) (?:{_ALTERNATIVES}) .*?
    (?= $ | [.!?;] (?:\s|$)
      | ,? \s+ (?:and\s+|so\s+|but\s+)? (?:I|I'm|I've|I'd|my|show|find|list|give|tell|what|which|where|how|are\s+there
          |looking|search|please) \b
      | , \s+ [^,.;!?]* \b(?:jobs?|roles?|positions?|postings?|openings?|ones)\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
CALLED = {
    "job": "title",
    "occupation": "title",
    "level": "seniority",
    "skill": "skills",
    "experience": "years",
    "degree": "education",
    "location": "place",
    "city": "place",
    "home": "place",
    "salary": "pay",
    "income": "pay",
}
"""What else people call a slot."""
_SENTENCE_ENDS = re.compile(r"[.!?;](?:\s+|$)")
_OF_THE_JOBS = re.compile(
    r"\b(?:where|wh(?:ich|o|om|ose|at|en)|that|if|unless|whether|how|without|lets?|letting|allow(?:s|ing)?)\b",
    re.IGNORECASE,
)
"""What a sentence says from here on is said of jobs or employers: "jobs where I don't use Excel"."""
_CLAUSE = r"""
    (?: ^\W* | , \s* | \b(?:and|but|so|please|then)\s+ )
    (?: (?: and | but | so | also | then | now | please | ok(?:ay)? | oh | no | hey | hi | hello | sorry | actually
      | just | you \s+ (?:can|may|should) | (?:can|could|would|will) \s+ you | I \s+ want \s+ you \s+ to ) [\s,]+ )*
"""
"""How a clause begins that tells or orders something."""
_FORGETS = re.compile(
    rf"""
    {_CLAUSE} (?:forget|delete|remove|drop|erase|clear) \s+ (?:about\s+)? my \s+
    (?: (?:current|old|former|new|own|whole|minimum|least|desired|expected|target) \s+ )?
    (?P<slot>{"|".join((*SLOTS, *CALLED))})
    (?= \W* $ | \s*, | \s+ (?: and | or | but | please | too | now | again | also | completely | entirely | altogether
      | for \s+ (?:now|good) | from \s+ (?:my|the|your) | I | show | find | list | data | info(?:rmation)?
      | requirements? | expectations? | wish(?:es)? | preferences? ) \b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ENDS_DENIAL = r"""
    (?: ,? \s+ (?:and\s+|so\s+)? (?: but | I | I'm | I've | my | show | find | list | give | search | look(?:ing)? ) \b
      | , [^,]* \b(?:jobs?|roles?|positions?|postings?|openings?)\b )
"""
"""What follows upon what is not known: "I don't know Excel, python jobs please"."""
_DENIES = re.compile(
    rf"""
    {_CLAUSE} I \s+ (?:(?:really|actually)\s+)?
    (?:don't|do\s+not|no\s+longer|can't|cannot) \s+ (?:know|speak|master|use) \b
    (?P<what> (?: (?! {_ENDS_DENIAL} | \b (?: (?:at|in|on)\s+(?:work|my|this|the) | enough | often | much ) \b ) . )* )
    (?= $ | {_ENDS_DENIAL} )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Of a skill that is missing, not of one that is left idle: "I can't use Python at work"."""
_JOINED = re.compile(r"(?<=\w)\s+and\s+(?=(?:also\s+)?(?:know|speak|live|have)\b)", re.IGNORECASE)
"""Between two statements of which the second leaves out its "I"."""
_REMAINS = re.compile(r"^(?:[\s,.;:!?]|\b(?:and|so|but)\b(?=\s*[,.;]))+")
"""What statements leave before a question."""
_SAYS_NOTHING = re.compile(
    r"(?:\W|\b(?:and|also|so|but|hi|hello|hey|well|please|now|then|ok|okay|too|thanks)\b)*", re.I
)


def statements(text: str) -> tuple[Profile, str]:
    """What a message tells of the person who writes it.

    Args:
        text: "I have 3 years of experience and I know Python. Which jobs are in Berlin?"

    Returns:
        What it tells, and what is left of the text: empty where it tells and asks nothing.
    """
    if len(text) > LONGEST_QUESTION:
        return NOBODY, text
    text = left = tidy(text)
    told = NOBODY
    if re.match(r"\W*I\b", text):
        text = left = _JOINED.sub(" and I ", text)
    for statement in _STATEMENT.finditer(text):
        says = _told(statement[0], _TOLD[str(statement.lastgroup)])
        if says != NOBODY:
            told = added(told, says)
            left = left.replace(statement[0], " ", 1)
    if told == NOBODY:
        return NOBODY, text
    left = _REMAINS.sub("", left).strip()
    return told, "" if _SAYS_NOTHING.fullmatch(left) else left


def taken_back(text: str, profile: Profile) -> Profile:
    """The profile without what a message says holds no longer: "forget my location", "I don't know Excel"."""
    for sentence in _SENTENCE_ENDS.split(tidy(text[:LONGEST_QUESTION])):
        of_oneself = _OF_THE_JOBS.split(sentence, maxsplit=1)[0]
        for match in _FORGETS.finditer(of_oneself):
            profile = forgotten(profile, match["slot"].lower())
        denied = {skill.lower() for match in _DENIES.finditer(of_oneself) for skill in find_skills(match["what"])}
        profile = replace(profile, skills=tuple(skill for skill in profile.skills if skill.lower() not in denied))
    return profile


def lost(before: Profile, after: Profile) -> Profile:
    """What the earlier of two profiles knows and the later one does not."""
    kept = {name: value for name, value in asdict(before).items() if getattr(after, name) in (None, ())}
    skills = tuple(skill for skill in before.skills if skill not in after.skills)
    return replace(NOBODY, **kept | {"skills": skills})


def _told(statement: str, counting: tuple[str, ...]) -> Profile:
    """What one sentence tells; nothing where it asks for more than it is about: "I want at least $80K in Berlin"."""
    interpretation = parse_question(statement)
    values: dict[str, Any] = interpretation.filter.slots
    if interpretation.filter.exclude.slots or not values.keys() <= {*counting, "keywords"}:
        return NOBODY
    place = next(iter(values.get("locations", ())), None)
    return Profile(
        title=next(iter(values.get("titles", ())), None),
        seniority=next(iter(values.get("seniority", ())), None),
        skills=(*values.get("skills", ()), *values.get("skills_any", ())),
        years=values.get("max_years"),
        education=next(iter(values.get("education", ())), None),
        place=None if place is None else normalize_place(parse_location(place)) or place,
        pay=values.get("min_salary_usd"),
    )


def added(profile: Profile, told: Profile) -> Profile:
    """The profile with what was told: skills join those known, any other value takes the place of the old one."""
    new = {name: value for name, value in asdict(told).items() if value not in (None, ())}
    if told.skills:
        known = {skill.lower() for skill in profile.skills}
        new["skills"] = (*profile.skills, *(skill for skill in told.skills if skill.lower() not in known))
    return replace(profile, **new)


def forgotten(profile: Profile, slot: str) -> Profile:
    """The profile without one of `SLOTS`.

    Raises:
        UserError: There is no such slot.
    """
    slot = _known(slot)
    return replace(profile, **{slot: getattr(NOBODY, slot)})


def written(profile: Profile, slot: str, text: str) -> Profile:
    """The profile with another value of one slot, as a person writes it: skills with commas, pay as in a posting.

    Raises:
        UserError: There is no such slot, or the value is none of it.
    """
    slot = _known(slot)
    value: Any = text.strip()
    if slot == "skills":
        names = [name.strip() for name in text.split(",") if name.strip()]
        value = tuple(dict.fromkeys(skill for name in names for skill in find_skills(name) or (name,)))
    elif slot == "place":
        value = normalize_place(parse_location(value)) or value
    elif slot == "pay":
        pay = parse_salary(value)  # None for a figure that says neither currency nor period
        value = value if pay is None or pay.midpoint_usd is None else pay.midpoint_usd
    elif slot in ("title", "seniority", "education"):
        value = value.lower()
    try:
        return _VALIDATED.validate_python(asdict(profile) | {slot: value})
    except ValidationError as error:
        raise UserError(f"{slot} cannot be {text.strip()!r}: {_first(error)}") from error


def lines(profile: Profile) -> Iterator[str]:
    """The profile as a person reads it, a line for each slot that is known."""
    for name in SLOTS:
        value = getattr(profile, name)
        if value not in (None, ()):
            yield f"{name}: {_in_words(name, value)}"


def _in_words(slot: str, value: Any) -> str:
    if slot == "skills":
        return ", ".join(value)
    return f"{dollars(value)} a year or more" if slot == "pay" else str(value)


def _known(slot: str) -> str:
    """The name of a slot that is called so."""
    slot = CALLED.get(slot, slot)
    if slot not in SLOTS:
        raise UserError(f"nothing called {slot!r} is remembered: use one of {', '.join(SLOTS)}")
    return slot


# --- in a file ---

_VALIDATED = TypeAdapter(Profile)


def read(path: Path) -> Profile:
    """The profile of a file; of nobody where there is no file yet.

    Raises:
        UserError: It cannot be read or is no profile.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return NOBODY
    except OSError as error:
        raise UserError(f"cannot read the profile {path}: {error.strerror}; name another file") from error
    if len(text) > LARGEST_FILE:
        raise UserError(f"{path} is no profile (more than {LARGEST_FILE:,} bytes): name another file")
    try:
        return _VALIDATED.validate_json(text)
    except ValidationError as error:
        raise UserError(f"{path} is no profile ({_first(error)}): correct it or name another file") from error


def write(profile: Profile, path: Path) -> None:
    """Write the profile, for its owner's eyes only; a kill leaves the old file or the new one.

    Raises:
        UserError: It cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    text = json.dumps(asdict(profile), ensure_ascii=False, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"cannot write the profile {path}: {error.strerror}; name another file") from error


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    wrong = error.errors()[0]
    return ": ".join(filter(None, (".".join(map(str, wrong["loc"])), wrong["msg"])))
