"""Skills that no list has, known by where they stand: "Fanuc or Siemens controls", "who can do lime mortar".

Belongs here: the words beside a known skill in a list, and those behind "knowledge of" and its like. Skills by name are
in `skills.py`, which also tells "and" from "or".
"""

import re
from dataclasses import replace
from itertools import chain, pairwise

from jobsearch_dagster.search.recognizers.skills import choices, listed_skills, name_asked, skill_named
from jobsearch_dagster.search.recognizers.spans import USED, Finding
from jobsearch_dagster.search.recognizers.words import has_meaning, words

MOST_WORDS = 3
"""Of a skill that is not listed; more are a part of the sentence."""
_REACH = 60
"""Characters before a skill that are looked at; three words and what joins them have fewer."""
_WORD = re.compile(r"[^\W\d_](?:[\w+#'&.-]*[\w+#])?")
_JOINT = (
    r"(?:\s*,\s*(?:and(?:\s+then)?|or(?:\s+failing\s+that)?)\s+|\s+(?:and|or(?:\s+else)?|nor|plus|&|\+|alongside)\s+"
    r"|\s*[/&+]\s*|\s*,\s*|\s+(?:along|together)\s+with\s+"
    r"|\s+as\s+well\s+as\s+)"
)
_FILLER = r"(?:(?:with|in|of|an?|the|my|some|also|even|both|basic|good|do|does)\s+)*"
_AFTER = re.compile(rf"{_JOINT}{_FILLER}", re.IGNORECASE)
_BEFORE = re.compile(rf"{_JOINT}{_FILLER}$", re.IGNORECASE)
_FRAME = re.compile(
    r"""
    (?: \b | (?<=[|]) )
    (?: knowledge\s+of | knowing | experience\s+(?:in|with|of|using) | experienced\s+(?:in|with) | background\s+in
        | (?:skilled|proficient|trained|certified|versed|competent|expert|expertise|proficiency|training|qualified)
          \s+ (?:in|at|with|on)
        | familiar(?:ity)?\s+with | fluent\s+in | good\s+(?:with|at) | speak(?:s|ing)? | who\s+knows?
        | i\s+(?:know|read|sign|speak)
        | (?:who|i|and|to) \s+ (?:can|could|is\s+able\s+to|am\s+able\s+to) \s+
          (?:do|use|operate|handle|run|speak|play|make|read|teach)
        | who \s+ (?: do(?:es)? | uses? | handles? | operates? | speaks? | makes? | plays? )
        | (?:that|which|they|,|:) \s* (?:(?:should|must)\s+)?
          (?:uses?|wants?|needs?|has\s+to\s+(?:know|want|do)|asks?\s+for)
        | hands-on\s+with | works?\s+with | mention(?:s|ing)?
      ) \s+ (?: (?: an? | the | my | some | both | basic | good | either ) \s+ )*
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What only something that one can do stands behind."""
_ENDS = re.compile(
    r"\s*(?:[.,;:!?)/&+]|$|-\s|\b(?:and|or|nor|plus|in|at|near|for|from|around|as|is|are|would|will|but|if|that|which"
    r"|jobs?|roles?|positions?|please|experience|skills?|knowledge|required|wanted|needed|too|also|preferred|only|speaking"
    r"|all|together)\b)",
    re.IGNORECASE,
)
"""What may stand behind such a skill; anything else makes its words a part of the sentence."""
_BEGINS = re.compile(
    r"(?:^|[,:;.(/]|[|]\s*[-,]|\b(?:and|or|with|in|of|for|know|knows|speak|use|using|can|do|does|are|either|both|need|my|wants?))"
    r"(?:\s+(?:an?|the|my|either|both))*\s*$",
    re.IGNORECASE,
)
"""What stands before the first of a list."""


def find_asked_skills(text: str) -> list[Finding]:
    """`skills`, and `skills_any` for those that stand in a choice: the listed ones and those that stand like them."""
    mentions = listed_skills(text)
    framed = [found for match in _FRAME.finditer(text) if (found := _skill_at(text, match.end(), mentions))]
    mentions = _apart([*mentions, *framed])
    for mention in tuple(mentions):
        mentions += chain(_those_behind(text, mention, mentions), _those_before(text, mention, mentions))
    return choices(_with_shared_ends(_apart(mentions), text), text)


def _with_shared_ends(mentions: list[Finding], text: str) -> list[Finding]:
    """The mentions, with the end of the next one where only both together name a skill: "TIG or MIG welding"."""
    named = list(mentions)
    for number, (one, other) in enumerate(pairwise(mentions)):
        whole = f"{one.value} {other.value.split()[-1]}".lower()
        is_joined = _AFTER.fullmatch(text, one.end, other.start) is not None
        skill = skill_named(whole) if is_joined else None
        if skill and skill_named(one.value.lower()) in (None, skill):
            named[number] = replace(one, value=name_asked(whole, skill))
    return named


def _apart(mentions: list[Finding]) -> list[Finding]:
    """The mentions in order, without those that lie in others."""
    kept: list[Finding] = []
    for mention in sorted(mentions, key=lambda one: (one.start, -one.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _those_behind(text: str, mention: Finding, mentions: list[Finding]) -> list[Finding]:
    found: list[Finding] = []
    end = mention.end
    while (joint := _AFTER.match(text, end)) and (skill := _skill_at(text, joint.end(), mentions)):
        found.append(skill)
        end = skill.end
    return found


def _those_before(text: str, mention: Finding, mentions: list[Finding]) -> list[Finding]:
    found: list[Finding] = []
    start = mention.start
    while joint := _BEFORE.search(text, max(0, start - _REACH), start):
        runs = (_skill_at(text, first, mentions) for first in _starts(text, joint.start()))
        skill = next((run for run in runs if run and run.end == joint.start()), None)
        if skill is None or not _BEGINS.search(text, max(0, skill.start - _REACH), skill.start):
            break
        found.append(skill)
        start = skill.start
    return found


def _starts(text: str, end: int) -> list[int]:
    """Where the last words before a position begin, the longest run first."""
    starts = [match.start() for match in _WORD.finditer(text, max(0, end - _REACH), end)]
    return starts[-MOST_WORDS:]


def _skill_at(text: str, start: int, mentions: list[Finding]) -> Finding | None:
    """The words that stand where a skill does; None where they mean something else."""
    if any(mention.start <= start < mention.end for mention in mentions):
        return None
    end, count, position = start, 0, start
    while count < MOST_WORDS and (word := _WORD.match(text, position)) and _may_name(word[0]):
        if any(mention.start <= position < mention.end for mention in mentions):
            break
        end, count = word.end(), count + 1
        if text[end : end + 1] != " ":
            break
        position = end + 1
    phrase = text[start:end].lower()
    if not count or USED in phrase or not _ENDS.match(text, end) or phrase in words("industry"):
        return None
    return Finding("skills", phrase, start, end)


def _may_name(word: str) -> bool:
    return has_meaning(word) and word.lower() not in words("in_no_place")
