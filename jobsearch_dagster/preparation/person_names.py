"""Names of people in contact lines and at the head of a resume.

Belongs here: the words that announce a name, and what may then be one. Elsewhere a name is not looked for: without
such words a place, a company or a product (Paris, Harvey, Jenkins) is as likely. First names are those of
`first_names.txt`: the name lists of Faker (MIT) and some more, without those that are also an English word, a large
city, a skill or a title.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.contact_details import Span

FIRST_NAMES = Path(__file__).with_name("first_names.txt")
WORDS = Path(__file__).with_name("name_words.yaml")

_CUE = re.compile(
    r"(?:"
    r"(?:(?:contact|kontakt)(?: ?person| name)?|point of contact|s?poc|recruiter(?: name)?|hiring manager"
    r"|talent (?:partner|acquisition(?: \w{4,12})?)|posted by|attn\.?|attention|ansprechpartner(?:in)?"
    r"|personne à contacter|contacto|contatto|contactpersoon)(?:\s(?:is|ist|est)\s|(?P<label>\s?[:–—|-]\s?)|\s?,\s?|\s)"
    r"|(?:(?:full |candidate )?name|hr(?: manager| contact)?)\s?[:–-]\s?"
    r"|(?:regards|sincerely|yours truly|yours faithfully|best wishes|cheers|grüßen|grüße|cordialement|saludos)"
    r"\s?[,!.]?\s"
    r"|(?:contact|ask for|reach(?: out to)?|(?:call/)?whatsapp|call|e-?mail|text|message|(?:speak|chat) (?:to|with)"
    r"|talk to|write to|get in touch with|(?:application|resume|résumé|cv) to|posted by|submitted by|wenden sie sich an"
    r"|(?:cv|candidature) à|bewerbung (?:an|bitte an)|meld(?:e dich|en sie sich) bei|beantwortet (?:ihnen|dir|euch))\s"
    r"|(?:thanks|thank you)\s?[,!\n]\s?"
    r")\s{0,3}"
)
CUE_WORDS = (
    "contact", "ask for", "reach", "call", "whatsapp", "chat ", "cv à", "candidature à", "bewerbung", "meld",
    "beantwortet", "e-mail", "email", "text", "message", "speak ", "talk to",
    "write to", "get in touch", "application to", "resume to", "résumé to", "cv to", "posted by", "submitted by",
    "wenden sie", "kontakt", "point of contact", "poc", "spoc", "recruiter", "hiring manager", "talent ", "attn",
    "attention", "ansprechpartner", "personne à", "contatto", "name", "full name", "candidate name", "hr", "regards",
    "sincerely", "yours ", "best wishes", "cheers", "grüße", "cordialement", "saludos", "thank",
)  # fmt: skip
"""How the cues begin: `str.find` reads a text fifty times faster than the pattern does."""
_HONORIFIC = re.compile(
    r"(?:(?:(?:mr|mrs|ms|dr|prof)\.?|herrn?|frau|monsieur|madame|mme|señora?|shri|smt\.?)[ \t]+){1,3}"
)
_WORD = re.compile(r"[^\W\d_]{2,}(?:[-'’][^\W\d_]{2,})*|[^\W\d_]['’][^\W\d_]{2,}|(?<=[ \t])ó(?=[ \t])", re.IGNORECASE)
_JOINED = re.compile(r"[ \t]+(?:[a-z]\.[ \t]+)?")
_LONGEST_LINE = 60
_HEAD = 400
"""Characters below a name at the head of a resume in which its owner's contact details stand."""
_BEFORE_A_CONTACT = re.compile(r"(?P<name>[^\W\d_][^\n|,;:<>()@\d]{2,38})[ \t]*[|,:<(–-]{0,2}[ \t]*\Z")
_ENDS = re.compile(r"[ \t]*(?:$|[\n,.;|(<])")
_SAID_AT = re.compile(r"[ \t]?[,:|(–-]?[ \t]?(at |on )?")


@cache
def first_names() -> frozenset[str]:
    """The first names that are known, lowercased."""
    return frozenset(FIRST_NAMES.read_text(encoding="utf-8").split())


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(read_yaml(WORDS)[kind].split())


def find_names(text: str, lower: str, contacts: Sequence[Span]) -> Iterator[Span]:
    """Names of people in contact lines.

    Args:
        text: The text as written.
        lower: The same in lower case, of the same length.
        contacts: Where its e-mail addresses, phone numbers and street addresses are.
    """
    starts = {start for start, _ in contacts}
    for cue in _cues(lower):
        name = _name_at(text, lower, cue.end(), starts, is_labelled=cue["label"] is not None)
        if name is not None:
            yield name
    for start, end in contacts:
        yield from _name_before(text, lower, start, lower[start:end])
    yield from _name_at_the_head(text, lower, contacts)


def _cues(lower: str) -> Iterator[re.Match[str]]:
    for word in CUE_WORDS:
        start = lower.find(word)
        while start >= 0:
            if start == 0 or not lower[start - 1].isalnum():
                cue = _CUE.match(lower, start)
                if cue:
                    yield cue
            start = lower.find(word, start + len(word))


def _name_at(text: str, lower: str, start: int, contacts: set[int], *, is_labelled: bool) -> Span | None:
    """The name that begins here: after a title, with a known first name, or two words that leave no doubt.

    These are two words just before a contact, or alone behind a label (`Hiring manager: Ciarán Ó Briain`).
    """
    honorific = _HONORIFIC.match(lower, start)
    begin = honorific.end() if honorific else start
    words = _words_from(text, lower, begin)
    if not words or any(lower[a:b] in _words("no_people") for a, b in words):
        return None
    end = words[-1][1]
    known = lower[slice(*words[0])].split("-")[0] in first_names()
    said = _SAID_AT.match(lower, end)
    contact_follows = said is not None and (len(words) > 1 or said[1]) and said.end() in contacts
    is_written_as_one = text[words[0][0]].isupper() or text == lower
    is_alone = is_labelled and len(words) > 1 and _ENDS.match(lower, end)
    return (begin, end) if honorific or known or ((contact_follows or is_alone) and is_written_as_one) else None


def _words_from(text: str, lower: str, start: int) -> list[Span]:
    """Up to three words that may be a name: capitalized ones where the first is."""
    capitalized = text[start : start + 1].isupper()
    words: list[Span] = []
    word = _WORD.match(lower, start)
    while word and len(words) < 4:
        particle = word[0] in _words("particles") and words
        is_name = word[0] not in _words("no_names") and (particle or not capitalized or text[word.start()].isupper())
        if not is_name or len([w for w in words if lower[slice(*w)] not in _words("particles")]) == 3:
            break
        words.append(word.span())
        gap = _JOINED.match(lower, word.end())
        word = _WORD.match(lower, gap.end()) if gap else None
    if not capitalized and len(words) > 2 and word:
        del words[2:]  # lower case running on: `ask for priya sharma about ...`
    while words and lower[slice(*words[-1])] in _words("particles"):
        words.pop()
    return words


def _name_before(text: str, lower: str, start: int, contact: str) -> Iterator[Span]:
    """`Jane Doe | jane@example.com`: two or three words before a contact, known or repeated in it."""
    line = lower[max(lower.rfind("\n", 0, start) + 1, start - _LONGEST_LINE) : start]
    before = _BEFORE_A_CONTACT.search(line)
    if not before:
        return
    begin = start - len(line) + before.start("name")
    words = _words_from(text, lower, begin)
    reaches = len(words) > 1 and words[-1][1] >= begin + len(before["name"].rstrip(" -–"))
    if reaches and _is_person(lower, words, contact):
        yield words[0][0], words[-1][1]


def _name_at_the_head(text: str, lower: str, contacts: Sequence[Span]) -> Iterator[Span]:
    """`Jane Doe` on the first line of a resume, with contact details below."""
    start = len(lower) - len(lower.lstrip())
    below = [lower[a:b] for a, b in contacts if a < start + _HEAD]
    line = lower[start : start + _LONGEST_LINE].split("\n")[0].rstrip(" ,.")
    words = _words_from(text, lower, start) if below else []
    if len(words) > 1 and words[-1][1] == start + len(line) and _is_person(lower, words, " ".join(below)):
        yield words[0][0], words[-1][1]


def _is_person(lower: str, words: Sequence[Span], contact: str) -> bool:
    """Whether words are a person's name: a known first name, or the contact is an e-mail address that repeats one."""
    written = [lower[a:b] for a, b in words]
    if any(word in _words("no_people") for word in written):
        return False
    local = " ".join(part.split("@")[0] for part in contact.split() if "@" in part)
    return written[0].split("-")[0] in first_names() or all(word in local for word in written)
