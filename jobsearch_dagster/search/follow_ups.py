"""What the words of a question say of the one before: go on, start over, take back, drop, exchange, point at a row.

Belongs here: the wordings. What becomes of the conversation then is in `conversation.py`; follow-ups that change one
value without naming it are in `revisions.py`.
"""

import re
from typing import Literal

from jobsearch_dagster.search.filter import Constraints
from jobsearch_dagster.search.recognizers.spans import USED
from jobsearch_dagster.search.recognizers.words import words

Follows = Literal["no", "replacing", "adding"]
"""How a question goes on from the one before: not, in place of its slots, or beside them."""

_FLAGS = re.IGNORECASE | re.VERBOSE
_OPENING = r"""
    (?: (?: ok | okay | please | let's | no | yes | oh | oops | ups | ah | uh | um | now | then | and | so | but |
        actually | hm+ | well | thanks | thank\s+you | sorry
        | too\s+\w+ | alright | great | cool | wait | on\s+second\s+thoughts? ) [\s,.!:-]+ )*
"""


_START_OVER = re.compile(
    rf"""
    {_OPENING}
    (?: (?:let(?:'?s|\s+us|\s+me)\s+|i\s+want\s+to\s+|can\s+(?:we|i)\s+)? start \s+ (?:over|again|afresh|anew
        |from\s+(?:scratch|zero))
        | reset (?:\s+(?:everything|all|it|that))? | (?:a\s+|my\s+)? (?:new|next|different|another) \s+ (?:search
            |question|topic)
        | (?:forget|scrap|drop|clear|scratch|discard|delete|cancel|ditch|remove) \s+ (?:about\s+)?
          (?: everything | (?:it\s+)?all(?:\s+(?:of\s+)?(?:that|this|it))? | it | that | what\s+i\s+said |
              (?:all\s+)?(?:the\s+|my\s+)?(?:search|filters?) )
          (?= \s* (?: [.,:;!?-] | $ | (?:and|i|now|show|what|find|let|before|then)\b ) )
        | clean\s+slate | from\s+scratch | clear(?=\s*(?:[.,:;!]|$))
        | (?:something\s+)?(?:(?:completely|totally|entirely)\s+)(?:different|else|new) | something\s+(?:different
            |else) )
    [\s,.:;!-]* (?:(?:and|now|instead|then|please|pls|thanks|i'd\s+like)\b[\s,.!]*)* (?P<rest>.*)
    """,
    _FLAGS | re.DOTALL,
)


def split_start(question: str) -> tuple[bool, str]:
    """Whether a question starts over, and what it asks after that."""
    match = _START_OVER.match(question)
    return (False, question) if match is None else (True, match["rest"].strip())


_UNDOES = re.compile(
    rf"""
    {_OPENING} (?: (?:remove|drop|delete|cancel|take)\s+(?:that|it|this)\s+(?:again|back|out\s+again) |
        undo (?!\s+the\s+\w) | go\s+back\b | back\s+(?:one\s+step|up|to\s+(?:the\s+)?(?:previous|before
        |last))
        | (?:take|scratch)\s+that\s+back | take\s+back | revert\b | (?:return|back)\s+to\s+what\s+(?:i|we)\s+had ) .*
    """,
    _FLAGS | re.DOTALL,
)


def undoes(question: str) -> bool:
    """Whether a question takes the one before back."""
    return _UNDOES.match(question) is not None


_EXCHANGES = (
    r"^(?:no,?\s+)?not\s+(?!only\b|just\b|interested\b)(?P<old>[^,;.]{1,40}?)\s*,\s*(?!\s*(?:not?\b|any\w+\s+else\b))(?P<new>.+)",
    r"\b(?:swap|replace|exchange|substitute|change|switch)\s+(?P<old>[^,;.]{1,80}?)\s+(?:for|with|to|by|into)\s+(?P<new>.+)",
    r"\binstead\s+of\s+(?P<old>[^,;.]{1,80}?)\s*,\s*(?P<new>.+)",
    r"^(?P<new>.{1,200}?),?\s+(?:instead\s+of|rather\s+than)\s+(?P<old>[^,;.?!]{1,80})[.?!]*$",
)
"""How one thing is asked in place of another."""


def split_exchange(question: str) -> tuple[str, str] | None:
    """The old and the new of "swap Java for Go" and "Seville instead of Madrid"; None for any other question."""
    found = (re.search(pattern, question, re.IGNORECASE) for pattern in _EXCHANGES)
    match = next(filter(None, found), None)
    if match is None or not re.search(r"[^\W\d_]", match["old"] + match["new"]):
        return None
    return match["old"], match["new"]


_TAKES_BACK = re.compile(
    r"\b(?:drop|remove|forget|lose|scrap|ditch|take\s+(?:out|away|off)|get\s+rid\s+of|leave\s+out)\b"
    r"(?!\s+(?:(?:the|all|any|those|every)\s+)*(?:ones|those|jobs|postings|roles|ads|openings)\b)",
    re.IGNORECASE,
)


def takes_back(question: str) -> bool:
    """Whether what a question excludes is only no longer asked: "drop Texas"."""
    return _TAKES_BACK.search(question) is not None


_ASPECTS: dict[str, tuple[str, ...]] = {
    r"salar(?:y|ies)|pay|money|wages?|compensation|income": ("min_salary_usd", "max_salary_usd", "has_salary"),
    r"degrees?|education|diplomas?|qualifications?": ("education",),
    r"locations?|places?|cit(?:y|ies)|countr(?:y|ies)|region|anywhere": ("locations",),
    r"years?|experience": ("min_years", "max_years"),
    r"seniority|levels?": ("seniority",),
    r"skills?|technolog(?:y|ies)|tools?|languages?|stack": ("skills", "skills_any"),
    r"titles?|role|occupation": ("titles",),
    r"sort(?:ing)?|order(?:ing)?|ranking": ("sort",),
    r"limit": ("limit",),
    r"work\s?mode|work\s+model|home\s+office": ("work_mode",),
    r"contract(?:\s+type)?|employment(?:\s+type)?|type|hours": ("employment_type",),
    r"keywords?|industry|sector|company|shifts?": ("keywords",),
    r"exclusions?|exceptions?": ("exclude",),
}
"""What a constraint is called -> its slots."""
_ASPECT = "|".join(_ASPECTS)


def named_aspects(phrase: str) -> frozenset[str]:
    """The slots of a constraint that is only called by its name: "the location"."""
    name = re.sub(r"^(?:the|my|that|this)\s+", "", phrase.strip(), flags=re.IGNORECASE)
    named = (slots for aspect, slots in _ASPECTS.items() if re.fullmatch(aspect, name, re.IGNORECASE))
    return frozenset(slot for slots in named for slot in slots)


_VALUES: dict[str, tuple[str, ...]] = {
    r"remote|hybrid|on-?site|in\s+the\s+office": ("work_mode",),
    r"full[\s-]?time|part[\s-]?time|permanent|freelance": ("employment_type",),
    r"bachelor'?s?|master'?s|phd": ("education",),
    r"senior|junior|entry[\s-]level": ("seniority",),
}
"""Values that can stop being asked -> their slots: "it doesn't have to be remote"."""
_VALUE = "|".join(_VALUES)
_PART = (
    r"(?:\s+(?:requirement|filter|limit|restriction|condition|constraint|part|thing|bit|preference|range|bounds?|minimum"
    r"|maximum)s?\b)?"
)
_DROPS = re.compile(
    rf"""
    \b (?: (?: drop | forget | ignore | remove | lose | scrap | undo | clear | cancel | reset | lift | relax | ditch
            | take\s+(?:off|out|away) | get\s+rid\s+of | never\s?mind | disregard | no\s+longer\s+need ) \s+
                (?: about\s+ | (?:what|everything|all)\s+(?:i|we)\s+said\s+about\s+
                  | (?:the|that)\s+(?:thing|bit|part)\s+(?:about|with)\s+)?
         | (?: don't | do\s+not | no\s+longer ) \s+ (?: care | worry | mind | bother ) \s+ (?:about|for) \s+
         | no\s+(?:more\s+)? (?= (?:\w+\s+)? (?:requirement|filter|limit|restriction|condition|constraint|preference)
             ) )
      (?: (?:the|my|any|that|this|all|its|their)\s+ )* (?:\w+\s+)?? (?:{_ASPECT})\b {_PART}
      (?: (?:\s*,\s*|\s+and\s+|\s+or\s+)+ (?:(?:the|my|any|about)\s+)* (?:{_ASPECT})\b {_PART} )*
    | \b (?:any|whatever|every) \s+ (?:{_ASPECT}) \s+ (?:(?:is|are|will|would)\s+)? (?:fine|ok|okay|good|do|does
        |works?|goes)\b
    | \b leave \s+ (?:(?:the|my)\s+)? (?:{_ASPECT}) \s+ out (?:\s+of\s+(?:it|this))? \b
    | \b anywhere \s+ (?:else\s+)? (?:is|would\s+be|will|works) \s+ (?:fine|ok|okay|do|good)\b
      (?: ,? \s+ not \s+ (?:just|only) \s+ (?:there|here) )?
    | ^\W* (?:(?:any|whatever) \s+ (?:{_ASPECT}) | anywhere(?:\s+(?:is\s+)?(?:fine|ok|okay|else))?) \W* $
    | \b (?:{_ASPECT}|{_VALUE}) \s+ (?:(?:really|actually)\s+)? (?:does(?:\s+not|n't)|do(?:\s+not|n't)|is(?:\s+not|n't)
        |are(?:\s+not|n't)|no\s+longer)
      \s+ (?:\w+\s+)? (?:matters?|important|relevant|needed|required|necessary)\b
    | \b (?:does(?:n't|\s+not)|don't|needn't|do\s+not) \s+ (?:(?:have|need)\s+to\s+)? be \s+ (?:{_ASPECT}|{_VALUE})\b
    | ^ {_OPENING} (?: drop | forget | remove | lose | scrap | cancel | ditch | lift | never\s?mind )
      \s+ (?:the|that) \s+
        (?:{_VALUE}) \b {_PART}
    | \b (?:{_VALUE}) \s+ (?:is|are) (?:\s+not|n't) \s+ (?:\w+\s+)? (?:important|needed|required|necessary)\b
    """,
    _FLAGS,
)
_KEEPS_ONLY = re.compile(
    rf"""
    \b (?: (?: drop | forget | ignore | remove | lose | scrap | clear | cancel | reset | ditch | delete ) \s+
            (?:about\s+)? (?: everything | all | the\s+(?:rest|others?) ) (?:\s+else)? \s*,?\s*
            (?: except (?:\s+for)? | but | besides | apart\s+from | other\s+than )
        | (?:just\s+)?keep \s+ (?:only|just) )
      \s+ (?:the|my|that)? \s* (?P<kept>(?:{_ASPECT})\b (?:(?:\s*,\s*|\s+and\s+)(?:(?:the|my)\s+)?(?:{_ASPECT})\b)* )
      (?: \s+ and \s+ (?:drop|lose|forget|remove) \s+ (?:the\s+rest|everything\s+else) )?
    """,
    _FLAGS,
)
"""What drops all but what it names: "lose everything except the city"."""


def dropped_slots(question: str) -> tuple[frozenset[str], str]:
    """The slots that "forget about the degree" drops, and the question with those words used up."""
    only = _KEEPS_ONLY.search(question)
    if only is not None:
        kept = {slot for aspect in re.split(r",|\band\b", only["kept"]) for slot in named_aspects(aspect)}
        everything = {*Constraints.model_fields, *_SHAPE, "exclude"}
        return frozenset(everything - kept), question[: only.start()] + USED * len(only[0]) + question[only.end() :]
    slots: set[str] = set()
    for match in _DROPS.finditer(question):
        for aspect, names in (_ASPECTS | _VALUES).items():
            if re.search(rf"\b(?:{aspect})\b", match[0], re.IGNORECASE):
                slots |= set(names)
    return frozenset(slots), _DROPS.sub(lambda match: USED * len(match[0]), question)


_PICKS = re.compile(
    r"""
    [^\w#]* (?: (?: ok | okay | and | please | show | tell | give | open | explain | let | me | see | about | more |
        details? | information | on
        | what | of | for | i | like | want | take | how | is | the | with | do | would | apply | to | choose | pick |
            know | job | why ) [\s,']+ )*
    (?P<number> number \s+ | no\.? \s* | \# )? (?P<word> first | second | third | fourth | fifth | sixth | seventh
        | eighth | ninth | tenth | last
        | \d{1,2} (?:st|nd|rd|th)? )
    (?P<noun> (?: \s+ (?: one | job | result | posting | of\s+(?:them|these|those) | please | option | entry | row |
        in\s+the\s+list | match | hit ) )* ) \W*
    """,
    _FLAGS,
)
_THE_ORDINAL = re.compile(r"\bthe\s+[a-z\d]*[a-z]\W*$", re.IGNORECASE)
"""Of "more about the second"."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def picked_row(question: str) -> int | None:
    """The row that "the second one" points at, from 1, -1 for the last; None for any other question."""
    match = _PICKS.fullmatch(question)
    if match is None:
        return None
    word = match["word"].lower()
    if not (match["noun"] or match["number"] or _THE_ORDINAL.search(question)):
        return None  # "10" and "last" alone say nothing of a row
    if word == "last":
        return -1
    return _ORDINALS.index(word) + 1 if word in _ORDINALS else int(re.sub(r"\D", "", word)) or None


_SHAPE = frozenset(("sort", "limit", "agg", "field", "group_by"))
"""Slots that say what to see of the jobs, not which."""
_SUBJECT = frozenset(("titles", "skills", "skills_any", "keywords"))
"""Slots that say what the work is."""
_OF_PERSON = frozenset(("min_years", "max_years", "education", "seniority"))
"""Slots that somebody adds about themselves: "I have 2 years of experience"."""
_SHORT = 4
"""Words of a fragment ("in Berlin", "over $100K") that goes on from the question before."""
_FOLLOWS_UP = re.compile(
    rf"""
    {_OPENING}
    (?: only | just | also | plus | add | what\s+about | how\s+about | what\s+if | same | make\s+(?:it|that|them) |
        change | switch
        | instead | rather | skip | drop | remove | leave | without | keep | filter | include | exclude | restrict |
            limit | narrow
        | sort | order | rank | any | more | cheaper | better | higher | lower | i\s+meant? | correction | not |
            could\s+also | must\s+be
        | (?:has|have)\s+to\s+be | should\s+be | they\s+(?:must|should|have) | these | those )\b
    | .{{0,80}} \b(?: ones? | of\s+(?:those|these|them) | instead | those | these | them | there | too | as\s+well |
        also | either
        | any\s?more | after\s+all )\b
    | .{{0,80}} \bonly \W* $
    """,
    _FLAGS,
)
_REFINES = re.compile(
    rf"""
    {_OPENING}
    (?: (?:(?:they|it|he|she|the\s+\w+)\s+)? (?: must | should | needs?\s+to | ha(?:s|ve)\s+to ) \s+
            (?: speak | know | have | ask | want | use | be | offer | mention | include | come ) \b
        | i \s+ (?:(?:also|do|even|really)\s+)* (?: have | hold | speak | know | can | use ) \b
        | i'?d\s+(?:like|love|prefer)\s+(?:to\s+(?:work|use|deal)|something|it)\b
        | i'm\s+(?:also\s+)?(?:certified|licensed|trained|fluent)\b
    )
    """,
    _FLAGS,
)
"""What adds to the question before: a further demand, or something more about oneself."""
_GOES_ON = re.compile(rf"{_OPENING}(?:with(?:out)?|not|no|in|under|over|at|or|for|near|from|except)\b", _FLAGS)
_BEGINS_AND = re.compile(r"(?:and|but|or|now|then)\b", re.IGNORECASE)
_ADDS = re.compile(
    rf"{_OPENING}(?:also|plus|add|include|or)\b|.*\b(?:also|as\s+well|too(?=\s*(?:[.,;!?]|$))|in\s+addition|additionally|on\s+top|could\s+be|can\s+be)\b"
    r"|and\b(?!\s+(?:in|what|how)\b)|with\b",
    _FLAGS,
)
_REPLACES = re.compile(
    r"\b(?:instead|rather\s+than|(?:what|how)\s+about|change|switch|make\s+(?:it|that))\b", re.IGNORECASE
)


def how_it_follows(question: str, named: set[str]) -> Follows:
    """Whether a question goes on from the one before, by its words and the slots it names."""
    asked = set(re.findall(r"[a-z]+", question.lower()))
    says_job = bool(
        asked
        & words("job") - {"pay", "paid", "paying", "salary", "wage", "wages", "salaries", "work", "position", "based"}
    )
    if named and not says_job and not named & {"titles", "locations"} and _REFINES.match(question):
        return "replacing" if _REPLACES.search(question) else "adding"
    shape_only = bool(named) and (named <= _SHAPE or named <= _OF_PERSON)
    fragment = not says_job and (
        len(asked) <= _SHORT or not named & _SUBJECT or _GOES_ON.match(question) or _BEGINS_AND.match(question)
    )
    if not (shape_only or fragment or _FOLLOWS_UP.match(question)):
        return "no"
    return "adding" if _ADDS.match(question) and not _REPLACES.search(question) else "replacing"
