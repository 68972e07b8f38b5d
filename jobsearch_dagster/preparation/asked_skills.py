"""Which of the skills that a posting names are asked of its reader.

Belongs here: what the text waves aside, what others use, what is the company's name. Does not belong here: finding
names (`skills.py`).
"""

import re
from functools import lru_cache

from jobsearch_dagster.preparation.posting import Posting, Reading, Sentence, lay_out
from jobsearch_dagster.preparation.skills import BREAKS, Mention, Mentions

_NEGATIONS = frozenset(("no", "not", "without", "nor", "never", "isn", "aren", "nobody"))
_NEGATION_REACH = 4
"""How many words before a skill a negation may stand: `not big on deep learning`."""
_STILL_ASKED = frozenset(("only", "just", "limited", "optional", "matter", "scared", "afraid", "shy"))

_WAIVED_AHEAD = re.compile(
    r"\b(?:(?:you|we)(?: do|['’]ll| will| would)?(?: not|n['’]t) (?:\w+ )?(?:need|use|require|ask|expect"
    r"|have to|run|do|work with)\b"
    r"|\byou (?:won['’]t|needn['’]t|don['’]t|need not) (?:need|have to|be using)\b"
    r"|\b(?:won['’]t|don['’]t|doesn['’]t|do not|does not) (?:need|require|use|ask|expect)\b"
    r"|\b(?:no need (?:for|of|to)|nobody (?:will )?asks?|not looking for|instead of|rather than|away from"
    r"|no longer use"
    r"|forget(?: about)?|don['’]t (?:worry|bother|care) (?:about|with)|never (?:have to )?(?:touch|see|use"
    r"|need)|won['’]t (?:touch|see|ask)"
    r"|goodbye to|no use for|moved off|left behind|replac(?:ed|es|ing)|retir(?:ed|ing)|formerly|free of"
    r"|no interest in|leave (?:your )?(?=\w+ at))"
    r")(?P<waived>[^.!?\n]*)",
    re.IGNORECASE,
)
_WAIVER = re.compile(
    r"\b(?:no|not|nor|nobody|never|instead|rather|away|forget|goodbye|moved|left|replac\w+|retir\w+|formerly|free|leave|plays?"
    r"|someone|somebody|behind|only|separate|out|outside)\b|n['’]t\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\bbut\b|\bonly\b|\bjust\b|;|\bhowever\b|\bto be an? (?:expert|guru)|\bto (?:be|know|have) (?:everything"
    r"|all)|\buntil\b"
)
_NOT_NEEDED_BEHIND = re.compile(
    r"(?:(?!\b(?:is|are|but|while|required|must|preferred|welcome|plus|asset|helpful|nice|and you)\b)[^.;!?\n]){0,60}"
    r"(?:\b(?:is|are|was|will)(?: not|n['’]t)|\bnot|\bnor\b|\bwon['’]t)(?: be)? (?:\w+ ){0,2}?"
    r"(?:needed|required|necessary|asked|mandatory|expected|part of|our thing|in scope|within scope|within"
    r"|help you|essential|relevant"
    r"|a requirement|a prerequisite|a condition|a criterion|used|our (?:thing|world|topic)|what we|a must"
    r"|on the list|a topic|in use"
    r"|of interest)\b(?! to (?:be|have))"
    r"|[^.;!?\n]{0,30}\b(?:plays? no (?:role|part)|(?:is|are) (?:someone|somebody) else|behind us)\b",
    re.IGNORECASE,
)
_BACK_REFERENCE = re.compile(
    r"\b(?:you|these|those|they|it|this)\b[^.;!?\n]{0,25}?(?:\bnot|n['’]t)\b (?:\w+ ){0,3}?"
    r"(?:asked|need(?:ed)?|have to|required|expect|learn|technical|care|relevant)\b"
    r"|\bwe do(?: not|n['’]t) expect\b|\bthe incumbent doesn|\bonly through\b|\bseparate (?:track|team)\b"
    r"|\bout(?:side)? (?:of )?(?:this|the|your) (?:remit|scope)\b",
    re.IGNORECASE,
)
_SET_APART = re.compile(
    r"[,;:–—(-]? ?(?:\b(?:but|and|though|so|yet|which|while|where|although)\b ?)?"
    r"(?:\byou\b[^.!?\n]{0,30}(?:\b(?:not|never|no)\b|n['’]t\b)"
    r"|(?:\b(?:not|never|none|neither|nobody|nothing|no)\b|n['’]t\b)[^.!?\n]{0,30}\b(?:you|your|it|them|those"
    r"|these|that|which|here|this job|this role)\b)",
    re.IGNORECASE,
)
_SET_APART_NEXT = re.compile(
    r" ?(?:but |and )?(?:(?:you|we|nobody|no one|none|neither|this|that|those|these|it"
    r"|they)\b[^.!?\n]{0,25}(?:\b(?:not|never)\b|n['’]t\b)"
    r"|none of|neither|not (?:your|you|for|part)|no need|don['’]t)[^.!?\n]{0,50}"
    r"\b(?:it|them|that|those|these|either|any|which|concern|problem|touch|need|job|care|know|learn|see|matter)\b",
    re.IGNORECASE,
)
_DONE_BY_OTHERS = re.compile(
    r"\b(?:run|managed|built|handled|maintained|done|owned|coordinated|looked after|taken care of) by "
    r"(?:an? |another |the |our |other )(?:[\w-]+ ){0,3}?(?:team|vendor|partner|provider|party|contractor"
    r"|colleagues?|cent(?:er|re)"
    r"|company|department|agency|people|accountant|bookkeeper)\b"
    r"|\b(?:sits?|lies?|lives?|stays?|remains?|rests?|is) with (?:another|the|our|a)\b"
    r"|\bbelongs? to (?:another|the|our)\b"
    r"|\bis (?:the )?(?:job|work|business|domain|task|turf) of\b|\boutsourced\b|\bbought in\b"
    r"|\b(?:another|other|separate|different|sister) (?:team|department|company|group|person|unit|crew|site)\b",
    re.IGNORECASE,
)
_OTHERS_USE = re.compile(
    r"(?:^|[.;,(–-] ?|\b(?:our|the|and|while|as) )(?P<who>[A-Za-z]+(?:[eo]rs|ists|ians|ants|[aeio]gues|people"
    r"|nts|yers|team|side|backend|department|clients|customers))"
    r"(?: \w+){0,4}? (?:uses?|runs?|lives? (?:in|on)|works? (?:in|with|on)|working (?:in|with|on)|comes? from"
    r"|like to|do it (?:with|in)|analyse in"
    r"|analyze in|writes?|maintains?|is written in|is built (?:in|on)|is in|speak|prefer|love)\b",
    re.IGNORECASE,
)
_DEPARTMENT_USES = re.compile(
    r"\b(?P<who>HR|marketing|finance|accounting|accounts|sales|payroll|legal|head office|head quarters"
    r"|purchasing|procurement|the office"
    r"|management|the founders?|the owner|our (?:\w+ )?(?:accountant|bookkeeper|controller|designer|agency"
    r"|founder|lawyer|colleague|partner|supplier|vendor"
    r"|parent|sister)|an? (?:\w+ )?(?:colleague|agency|partner|vendor|contractor|accountant|bookkeeper)"
    r"|another \w+|someone else|somebody else)"
    r"(?: \w+){0,3}? (?:uses?|runs?|lives? in|works? in|keeps?|handles?|does|do|wrote|writes?|looks? after"
    r"|takes? care of|owns?|maintains?|manages?)\b",
    re.IGNORECASE,
)
_AMONG_CUSTOMERS = re.compile(
    r"\b(?:customers?|clients?|partners?|users|brands|companies|platforms|competitors|investors)\b(?:,"
    r"| of ours)? (?:include|includes|including|such as|like|are)\b"
    r"|\b(?:trusted by|backed by|integrat\w+ with|acquired by|founded by|hired from)\b",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"^(?:[Ww]e|[Oo]ur company|[Cc]lient|[Tt]he (?:company|client)|[A-Z][\w&'’-]+(?: (?:&"
    r"|[A-Z][\w&'’-]+)){0,4})(?: also| now)? "
    r"(?:makes?|builds?|designs?|sells?|provides?|offers?|helps?|develops?|produces?|operates?|delivers?"
    r"|serves?|suppl(?:y|ies)"
    r"|publish(?:es)?|rents?|trades?|runs?|grows?|brings?|turns?)\b(?P<what>[^.!?\n]*)"
)
_BY_MEANS = re.compile(r"\b(?:in|with|using|on|by|through|written|built)\b")
_APPLYING = re.compile(
    r"^(?:to apply|apply|(?:please )?(?:send|submit|e-?mail|include|attach|text|call|write to)\b|interested\?"
    r"|questions\?|interviews?\b"
    r"|(?:the|our) (?:hiring |interview |selection )?process|how to apply|applications?\b|your application"
    r"|we interview)",
    re.IGNORECASE,
)
_OWN_TEAM = re.compile(
    r"\b(?:our|the|your|this|whole|engineering|development|dev|entire) team\b|\bone team\b", re.IGNORECASE
)
_BENEFIT = re.compile(
    r"401\(?k|\bpaid time off\b|\bPTO\b|\bparental leave\b|\b(?:health|life|dental|vision"
    r"|medical) (?:insurance|cover)"
    r"|\bmedical, dental\b|\bhealth(?: and|,) dental\b|\btuition\b|\bstock options\b|\bstipend\b"
    r"|\bpaid (?:leave|holidays|vacation)\b",
    re.IGNORECASE,
)
_TO_THE_READER = re.compile(
    r"\b(?:you|your|must|looking for|seek(?:ing)?|candidates?|required?|requirements?|responsib\w+|experience"
    r"|knowledge)\b",
    re.IGNORECASE,
)
_FIELD_OF_STUDY = re.compile(
    r"\b(?:degrees?|bachelor(?:['’]?s)?|master['’]s|diploma|ph\.?d|studies|graduate|b\.?sc|m\.?sc|beng|meng"
    r"|[bm]\.?s|[bm]a|b\.?tech)\b"
    r"[^.;:]{0,40}?(?:\bin\b|\bof\b|:)(?:(?!\b(?:experience|knowledge|skills|certif|years|proficien"
    r"|familiar)\b)[^.;])*$",
    re.IGNORECASE,
)
_COMPANY_KIND = (
    r"(?:company|provider|firm|start-?up|leader|agency|platform|group|business|organi[sz]ation|manufacturer"
    r"|consultancy|retailer"
    r"|employer|bank|brand|studio|charity|practice|school|hospital|university)"
)
_IS_A_COMPANY = re.compile(
    rf",? (?:is|are|was) (?:an? |the "
    rf"|one of )[^.\n]{{0,80}}?\b{_COMPANY_KIND}\b",
    re.IGNORECASE,
)
_COMPANY_SUFFIX = re.compile(
    r"[ ,]+(?:Inc|Ltd|LLC|LLP|GmbH|AG|Corp|Corporation|plc|PLC|S\.A|Pvt|Limited|Technologies|Solutions"
    r"|Consulting|Partners|Labs"
    r"|University|Street|Road|Avenue|Hospital|Holdings|Ventures|Recruitment|Staffing|Foundation|Institute|Bank)\b"
)
_NAME_BEFORE = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.? (?:[A-Z]\w+ )?|\b(?:[Aa]bout|[Jj]oin|[Ww]elcome to|[Aa]t) (?=[A-Z]))$"
)


def find_asked_skills(text: str) -> tuple[str, ...]:
    """Like `find_skills`, without those that the text itself waves aside: `without PHP`, `Java is not required`."""
    return tuple(reading.value for reading in read_skills(lay_out(text)))


def read_skills(posting: Posting) -> tuple[Reading, ...]:
    """The skills that a posting asks for or would like, each with its first such mention.

    Left out are those it waves aside anywhere, those of clients and colleagues, those in the company's own
    description, among the benefits and in the small print, and names of companies and people.
    """
    mentions = Mentions(posting.text, respect_case=True)
    asked: dict[str, Reading] = {}
    waived: set[str] = set()
    title = posting.text[: posting.title_end].lower()
    for mention in mentions:
        sentence = posting.sentence_at(mention.start)
        if _is_waived(mentions, mention, sentence):
            waived.add(mention.skill)
        elif mention.skill not in asked and not _is_of_others(posting, mention, sentence, title):
            asked[mention.skill] = Reading(mention.skill, mention.start, mention.end)
    return tuple(reading for skill, reading in asked.items() if skill not in waived)


def _is_waived(mentions: Mentions, mention: Mention, sentence: Sentence) -> bool:
    if sentence.section == "waived" or _is_negated(mentions, mention):
        return True
    if not _has_waiver(sentence.text):
        return False
    if _NOT_NEEDED_BEHIND.match(mentions.text, mention.end):
        return True
    at = mention.start - sentence.start
    return any(
        ahead.start("waived") <= at and not _BUT.search(sentence.text, ahead.start("waived"), at)
        for ahead in _WAIVED_AHEAD.finditer(sentence.text, 0, min(len(sentence.text), at + 1))
    )


@lru_cache(maxsize=1_000)
def _has_waiver(sentence: str) -> bool:
    """Whether a sentence has a word without which it waves nothing aside; most have none."""
    return _WAIVER.search(sentence) is not None


def _is_negated(mentions: Mentions, mention: Mention) -> bool:
    words = mentions.lowered
    for at in range(mention.first - 1, max(-1, mention.first - 1 - _NEGATION_REACH), -1):
        if words[at] in BREAKS:
            return False
        if words[at] in _NEGATIONS:
            return words[at + 1] not in _STILL_ASKED
    return False


def _is_of_others(posting: Posting, mention: Mention, sentence: Sentence, title: str) -> bool:
    if sentence.section == "boilerplate" or _is_name(posting.text, mention):
        return True
    words = sentence.text
    if _APPLYING.match(words):
        return True
    if sentence.section in ("company", "benefits", "process") and not _TO_THE_READER.search(words):
        return True
    at = mention.start - sentence.start
    if _FIELD_OF_STUDY.search(words, 0, at):
        return True
    if _is_referred_back(posting, sentence, at) or _DONE_BY_OTHERS.search(words, at) or _BENEFIT.search(words):
        return True
    users = (user for pattern in (_OTHERS_USE, _DEPARTMENT_USES) for user in pattern.finditer(words, 0, at))
    if _AMONG_CUSTOMERS.search(words, 0, at) or not all(_is_reader(user, title) for user in users):
        return True
    return _is_product(words, at)


def _is_referred_back(posting: Posting, sentence: Sentence, at: int) -> bool:
    """Whether what others use is set apart from the job, in its sentence or the next: `..., you won't touch it`."""
    words = sentence.text
    if _has_waiver(words) and _BACK_REFERENCE.search(words, at):
        return True
    if posting.text[max(0, sentence.start - 2) : sentence.start].strip() or _TO_THE_READER.search(words, 0, at):
        return False
    return bool(_SET_APART.search(words, at) or _SET_APART_NEXT.match(posting.text, sentence.start + len(words)))


def _is_product(words: str, at: int) -> bool:
    """Whether a skill's name stands for what the company makes: `We design textiles`, not `We design in Figma`."""
    if _TO_THE_READER.search(words):
        return False
    makes = _MAKES.match(words)
    return bool(makes and makes.start("what") <= at and not _BY_MEANS.search(words, makes.start("what"), at))


def _is_reader(user: re.Match[str], title: str) -> bool:
    """Whether those who use something have the title of the job, or are its team."""
    who = user["who"].lower()
    return who.removesuffix("s") in title or bool(_OWN_TEAM.search(user[0]))


def _is_name(text: str, mention: Mention) -> bool:
    if not text[mention.start].isupper():
        return False
    return bool(
        _COMPANY_SUFFIX.match(text, mention.end)
        or _IS_A_COMPANY.match(text, mention.end)
        or _NAME_BEFORE.search(text, max(0, mention.start - 20), mention.start)
    )
