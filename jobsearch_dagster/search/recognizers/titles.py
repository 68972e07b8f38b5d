"""Job titles in a question: an occupation word and the words before it that belong to it.

Belongs here: spotting a title inside a sentence, in singular and plural, with a slip of the keyboard. Writing a title in standard form
is `preparation.titles`' business.
"""

import re

OCCUPATIONS = frozenset(
    ["accountant", "actor", "actuary", "administrator", "advisor", "adviser", "advocate", "agent", "analyst", "anesthesiologist", "animator", "architect", "artist", "assistant", "associate", "astronomer", "attendant", "attorney", "auditor", "baker", "banker", "barber", "barista", "bartender", "biologist", "bookkeeper", "bricklayer", "broker", "builder", "butcher", "buyer", "captain", "caregiver", "caretaker", "carpenter", "cashier", "chef", "chemist", "cleaner", "clerk", "coach", "comedian", "conductor", "consultant", "controller", "cook", "coordinator", "copywriter", "counselor", "courier", "curator", "dancer", "dentist", "designer", "detective", "developer", "dietitian", "dispatcher", "diver", "doctor", "draftsman", "driver", "economist", "editor", "electrician", "engineer", "epidemiologist", "estimator", "evangelist", "examiner", "fabricator", "farmer", "firefighter", "fitter", "florist", "forester", "gardener", "geologist", "guard", "guide", "hairdresser", "handyman", "handler", "hygienist", "illustrator", "inspector", "installer", "instructor", "interpreter", "investigator", "investor", "janitor", "journalist", "judge", "laborer", "landscaper", "lawyer", "lecturer", "librarian", "lifeguard", "linguist", "locksmith", "machinist", "manager", "marketer", "mason", "mathematician", "mechanic", "mediator", "merchandiser", "meteorologist", "midwife", "miner", "model", "moderator", "musician", "nanny", "negotiator", "nurse", "nutritionist", "officer", "operator", "optician", "optometrist", "painter", "paralegal", "paramedic", "pathologist", "pediatrician", "pharmacist", "phlebotomist", "photographer", "physician", "physicist", "physiotherapist", "pilot", "planner", "plumber", "podiatrist", "poet", "policeman", "porter", "postman", "practitioner", "producer", "professor", "programmer", "proofreader", "psychiatrist", "psychologist", "radiologist", "realtor", "receptionist", "recruiter", "reporter", "representative", "researcher", "roofer", "sailor", "salesman", "salesperson", "scientist", "seamstress", "secretary", "server", "sociologist", "soldier", "solicitor", "sommelier", "specialist", "statistician", "steward", "stylist", "superintendent", "supervisor", "surgeon", "surveyor", "tailor", "teacher", "technician", "technologist", "teller", "tester", "therapist", "trader", "trainer", "translator", "tutor", "underwriter", "usher", "veterinarian", "videographer", "waiter", "waitress", "warehouseman", "welder", "woodworker", "worker", "writer", "zoologist", "dev", "eng", "engr", "mgr", "admin", "rep", "swe", "sre", "sde", "sdet", "dba", "ux", "ui"]
)
"""Last words of a title. `standardize_title` writes the abbreviations of the last line out."""

MODIFIERS = frozenset(
    """
    account accounts ai application applications automation backend big business civil cloud commercial content customer cyber
    cybersecurity data database deep delivery design development devops digital electrical embedded end enterprise finance financial
    firmware front frontend full full-stack fullstack front-end back-end game games graphic hardware hr infrastructure integration it
    language learning machine marketing mechanical ml mlops natural network nlp operations optical performance platform processing
    product program project qa quality registered reliability research robotics sales science security site social software solution
    solutions stack support system systems test ui ux vision web
    """.split()
)
"""Words that belong to a title even where they name a skill as well; other skills stand beside it ("java developer")."""

_WORD = re.compile(r"[^\W\d_][\w+#.'-]*[\w+#]|[^\W\d_]")
_MOST_WORDS = 4
"""Words of a title; a fifth is more likely a part of the sentence."""
_LEAST_LETTERS = 5
"""Shorter words are too near each other to guess at a slip."""
_SAME_WORK = {"developer": "engineer", "engineer": "developer"}
_SOFTWARE = frozenset(
    "backend cloud data devops embedded frontend full game ios machine mobile platform software stack web".split()
)
"""Modifiers beside which "developer" and "engineer" name the same work."""


def find_titles(text: str) -> list[Finding]:
    """`titles`, in standard form and singular; "python developers" names the title `developer` and leaves `python`."""
    words = list(_WORD.finditer(text))
    findings: list[Finding] = []
    last = len(words) - 1
    while last >= 0:
        occupation = _occupation(words[last][0].lower())
        first = last
        if occupation is not None:
            first = _first_word(words, last, text)
            findings += _titles(words[first : last + 1], occupation, _after_skill(words, first, text))
        last = first - 1
    return findings


def _titles(words: list[re.Match[str]], occupation: str, after_skill: bool) -> list[Finding]:
    title = standardize_title(" ".join([*(word[0].lower() for word in words[:-1]), occupation]))
    names = [title]
    *modifiers, head = title.split() or [""]
    if head in _SAME_WORK and (after_skill or _SOFTWARE.intersection(modifiers)):
        names.append(" ".join([*modifiers, _SAME_WORK[head]]))
    return [Finding("titles", name, words[0].start(), words[-1].end()) for name in names if name]


def _first_word(words: list[re.Match[str]], last: int, text: str) -> int:
    """Index of the first word of the title that ends with the last one."""
    first = last
    while first > 0 and last - first + 1 < _MOST_WORDS:
        word = words[first - 1]
        if text[word.end() : words[first].start()] != " " or not _belongs(word[0].lower()):
            break
        first -= 1
    return first


def _belongs(word: str) -> bool:
    return word in MODIFIERS or not (word in FUNCTION_WORDS or is_skill(word))


def _after_skill(words: list[re.Match[str]], first: int, text: str) -> bool:
    if first == 0:
        return False
    before = words[first - 1]
    return text[before.end() : words[first].start()] == " " and is_skill(before[0])


@lru_cache(maxsize=20_000)
def _occupation(word: str) -> str | None:
    """The occupation word in the singular; None where the word is none, not even with one letter wrong."""
    for singular in (word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word), re.sub("men$", "man", word)):
        if singular in OCCUPATIONS:
            return singular
    if word in PLAIN_WORDS or word in MODIFIERS or len(word) < _LEAST_LETTERS or is_skill(word):
        return None
    plain = word.removesuffix("s")
    found = process.extractOne(plain, _occupations(), scorer=OSA.distance, score_cutoff=1)
    return None if found is None or found[0][0] != word[0] or len(found[0]) < _LEAST_LETTERS else found[0]


@cache
def _occupations() -> tuple[str, ...]:
    return tuple(sorted(OCCUPATIONS))
