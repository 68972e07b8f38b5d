"""Whether a question is about jobs, and whether it says which.

Belongs here: what to do with a question that names nothing to search for. Questions that are refused are in
`refusals.py`.
"""

import re
from collections.abc import Iterable
from typing import Literal

from jobsearch_dagster.search.filter import Constraints
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE
from jobsearch_dagster.search.recognizers.words import words

Topic = Literal["jobs", "vague", "place", "employers", "off_topic"]
"""`vague` is about jobs and names none, `place` asks for a place that only the asker knows."""

_FLAGS = re.IGNORECASE | re.VERBOSE
_OFF_TOPIC_START = re.compile(
    r"""
    (?: what | who | where | when | why | how )
      (?: 's | \s+ (?: is | are | was | do | does | did | to | many\s+people | old | far | tall | big )) \b
    | (?: who | when | why ) \b (?! \s+ (?: is | are | 's )? \s* (?: hir | look | need | want | pay | offer | ha[sv]e?
        | else | would | will | can
        | might | employ | recruit | take | wants | sponsor
        | speak | use | teach | give | accept | let | allow | provide | cover | train ) \w* )
    | (?: is\s+it | should\s+i | do\s+you\s+(?:like|think|believe|know\s+(?:how|who|why)) ) \b
    | tell\s+me\s+(?:a|about)\b | (?: write | translate | explain | sing | play | calculate | solve | define
        | alexa | siri ) \b
    | say \s+ (?:good|hello|hi|something)\b | set \s+ (?:an?\s+|my\s+)? (?: alarm | timer | reminder ) \b
    | (?: recommend | buy | order | book | call | open | cook | draw ) \s+ (?: me | us | an? | the | my | some ) \b
    """,
    _FLAGS,
)
_OFF_TOPIC = re.compile(
    r"""
    \b (?: weather | raining | temperature | recipes? | jokes? | poems? | lyrics | horoscopes? | lottery | world\s+cup
        | (?: football | soccer | baseball ) \s+ (?: scores? | match(?:es)? | results? ) | who\s+won | capital\s+(?:of
            |city)
        | president\s+of | prime\s+minister | population\s+of | inhabitants | people\s+live | what\s+day |
            time\s+is\s+it
        | restaurants? (?= [^?]* \b(?:nic|best|good|near|recommend|cheap|eat) ) | cheap\s+(?:flights?|hotels?)
        | flights?\s+(?:to|from) | hotels?\s+in | apartments?\s+(?:in|to|for) | (?:stock|share|bitcoin|crypto)\s+prices?
        | bitcoin | exchange\s+rate | meaning\s+of\s+life | your\s+name | how\s+are\s+you | who\s+(?:are|made)\s+you
        | are\s+you\s+(?:a\s+)?(?:human|robot|real|ai|bot|single|alive) | boil(?:ing)?\s+(?:an?\s+)?eggs?
        | movies? (?= [^?]* \b(?:watch|tonight|recommend)\b ) | homework | square\s+root | tourist\s+attractions?
        | (?: solve | equation | integral ) \s+ of | news\s+(?:today|about) | calories |
            rain\s+(?:in|on|today|tomorrow|this)
        | (?:flats?|apartments?|houses?|rooms?|studios?) \s+ (?:to|for) \s+ (?:rent|let|sale) | love\s+me |
            marry\s+me ) \b
    """,
    _FLAGS,
)
_FACT = re.compile(
    r"""
    \b who \s+ (?:is|was|are|were) \s+ (?:the\s+)? (?: ceo | president | founder | king | queen | pope | author | mayor
      | owner | boss | inventor ) \s+ of \b
    | \b who \s+ (?: plays | played | won | wins | wrote | sings | sang | directed | stars | starred | invented
        | discovered | founded | painted | composed | scored ) \b
    | \b what \s+ (?:does|do|is|did) \b [^?]{1,40} \b (?: stand\s+for | mean | rhyme\w* ) \b | \b what\s+rhymes\b
    | \b how\s+many \s+ \w+ \s+ (?:does|do|did) \s+ (?:an?|the|one) \s+ \w+ \s+ (?:have|has|weigh|live|eat) \b
    | \b convert \s+ [$€£]?\d | \b \d+ \s? (?:%|per\s?cent) \s+ of \s+ [$€£]?\d | \b history\s+of\b
    | \b how\s+many \s+ (?: states | countries | planets | continents ) \s+ (?: are | exist | does | in ) \b
    """,
    _FLAGS,
)
"""What asks for a fact, whatever it names."""
_EMPLOYERS = re.compile(
    r"\bhow\s+many\s+(?:different\s+)?(?:employers|companies|firms|recruiters)\b|\b(?:by|per)\s+(?:company|employer)\b"
    r"|\b(?:top|best)\s+(?:\d+\s+)?(?:companies|employers)\b",
    re.IGNORECASE,
)
"""What no posting answers: the catalog has no column of employers."""
_CALCULATES = re.compile(
    r"^\W*\d+(?:\.\d+)?\s*(?:[+*/x-]|times|plus|minus|divided\s+by)\s*\d+(?:\.\d+)?\W*$", re.IGNORECASE
)
_SHOPS = re.compile(
    r"""
    \b (?: recommend | suggest | buy | good | best | cheap | cheapest | new | used | which | what ) \s+
      (?: (?: me | an? | the | good | new | used | cheap | best ) \s+ )*
      (?: phone | laptop | tv | television | camera | headphones | car | bike | mattress | fridge | book | novel | movie
        | series | hotel | restaurant | holiday | gift | present | shoes | watch ) s?
      (?= \s* (?: $ | [.?!,] | (?: under | below | for | less | around | to | on | in ) \b ) )
    """,
    _FLAGS,
)
"""What asks for something to buy or see, whatever it may cost."""
_GREETS = re.compile(
    r"\W*(?:(?:hello|hi|hey|hiya|good\s+(?:morning|evening|day)|thanks|thank\s+you|bye|goodbye)\W*)+|[^\w|]*",
    re.IGNORECASE,
)
_LISTS_ALL = re.compile(
    r"""
    \b (?: all | every | everything | list | browse | entire | whole ) \b
    | \b show \s+ (?:me\s+)? (?:the\s+|your\s+|some\s+)? (?:jobs|postings|openings) \s* [.?!]* $
    | \b (?:what|which) \s+ (?:jobs|openings|vacancies) \s+ (?:are|do\s+you\s+have)
      \b (?! \s+ (?:right|good|best|suitable) )
    """,
    _FLAGS,
)
_HIRES = re.compile(
    r"""
    what (?: 's | \s+is ) \s+ (?:there|available|going) \b
    | what \s+ (?:has|does) \s+ [\w'&.-]+ (?:\s+[\w'&.-]+)? \s+ (?:got|have) \s+
      (?:open|available|going|on\s+offer) \b
    | what (?: 's | \s+is | \s+are ) \s+ (?:(?:there|currently|still|now)\s+)*
        (?: open | available | on\s+offer | out\s+there | going | hiring | advertised | vacant | new ) \b
    | who (?: 's | \s+is ) \s+ (?:\w+ly\s+)? (?: taking\s+on | after | short\s+of | look | hir | seek | search |
        recruit | employ | need | want ) \w*
    """,
    _FLAGS,
)
"""What asks for work without the word: "what's open in Berlin", "who is looking for a welder"."""
_NEAR_ME = re.compile(
    r"\b(?:near|around|close\s+to)\s+(?:me|here|by)\b|\bnearby\b|\bmy\s+(?:area|city|town|region|place|neighbou?rhood)\b",
    re.IGNORECASE,
)
_EVERYWHERE = frozenset(("locations", "keywords", "skills", "skills_any", "education", "limit", "sort"))
"""Slots that questions about anything name: "how do I install Excel"."""
_JOB_SLOTS = frozenset(Constraints.model_fields) - _EVERYWHERE
"""Slots that only a job has."""
_SHAPE = frozenset(("limit", "sort"))


def topic(question: str, rest: str, named: Iterable[str]) -> Topic:
    """What a question is about.

    Args:
        question: In plain English.
        rest: What of it no recognizer has used.
        named: The slots that were found in it.
    """
    if _EMPLOYERS.search(question):
        return "employers"
    return _topic_of_jobs(question, rest, set(named))


def _topic_of_jobs(question: str, rest: str, slots: set[str]) -> Topic:
    says_job = bool(_words(question) & words("job"))
    if _GREETS.fullmatch(question) or _CALCULATES.search(question):
        return "off_topic"
    of_work = slots & {"titles", "seniority", "employment_type", "work_mode"}
    if not says_job and (_FACT.search(question) or (_SHOPS.search(question) and not of_work)):
        return "off_topic"
    if _OFF_TOPIC.search(question) and not (says_job or slots & _JOB_SLOTS):
        return "off_topic"
    if _NEAR_ME.search(rest) and "locations" not in slots:
        return "place"
    orders_something = "sort" in slots and len(slots) > 1  # "where is the biggest money without a degree?"
    asks_for_work = says_job or orders_something or _HIRES.match(question) is not None
    if not asks_for_work and slots <= _EVERYWHERE and _OFF_TOPIC_START.match(question):
        return "off_topic"
    seeks_something_else = slots == {NO_PREFERENCE} and _FOR_SOMEBODY.search(question) is not None
    if slots - _SHAPE and not seeks_something_else:
        return "jobs"
    if says_job:
        return "jobs" if _LISTS_ALL.search(rest) or slots else "vague"
    if _FOR_SOMEBODY.search(question):
        return "vague"
    if _names_a_thing(question):
        return "vague"
    return "off_topic" if _OFF_TOPIC_START.match(question) or _says_something(rest) else "vague"


_FOR_SOMEBODY = re.compile(
    r"\b(?:anything|something)\s+(?:suitable\s+)?for\s+(?:an?|my|our|the)\b"
    r"|\blooking\s+for\s+(?:something|anything)\b|\bwant\s+to\s+do\s+something\b",
    re.IGNORECASE,
)


def _names_a_thing(question: str) -> bool:
    """Whether a question is a name or a thing and nothing else, as people type it into a search: "UNICEF"."""
    said = question.strip(" .?!").split()
    return 0 < len(said) <= _MOST_WORDS and all(
        _NOUN.fullmatch(word) and word.lower() not in words("function") and not _OFF_TOPIC_START.match(word)
        for word in said
    )


_MOST_WORDS = 3
_NOUN = re.compile(r"[^\W\d_][\w&'.-]+")


def _says_something(rest: str) -> bool:
    """Whether a word has a meaning of its own: "that one" says nothing, "pizza please" does."""
    return any(len(word) > 1 and word not in words("function") for word in _words(rest))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+(?:'[a-z]+)?", text.lower()))
