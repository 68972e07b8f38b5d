"""Job titles in a question: an occupation word and the words before it that belong to it.

Belongs here: spotting a title inside a sentence, in singular and plural, with a slip of the keyboard. Writing a title in standard form
is `preparation.titles`' business.
"""

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.search.recognizers.spans import Finding
from jobsearch_dagster.search.recognizers.words import FUNCTION_WORDS, PLAIN_WORDS

OCCUPATIONS = frozenset(
    """
    accountant actor actuary administrator advisor adviser advocate agent analyst anesthesiologist animator architect artist assistant
    associate astronomer attendant attorney auditor baker banker barber barista bartender biologist bookkeeper bricklayer broker builder
    butcher buyer captain caregiver caretaker carpenter cashier chef chemist cleaner clerk coach comedian conductor consultant
    controller cook coordinator copywriter counselor courier curator dancer dentist designer detective developer dietitian dispatcher
    diver doctor draftsman driver economist editor electrician engineer epidemiologist estimator evangelist examiner fabricator farmer
    firefighter fitter florist forester gardener geologist guard guide hairdresser handyman handler hygienist illustrator inspector
    installer instructor interpreter investigator investor janitor journalist judge laborer landscaper lawyer lecturer librarian
    lifeguard linguist locksmith machinist manager marketer mason mathematician mechanic mediator merchandiser meteorologist midwife
    miner model moderator musician nanny negotiator nurse nutritionist officer operator optician optometrist painter paralegal paramedic
    pathologist pediatrician pharmacist phlebotomist photographer physician physicist physiotherapist pilot planner plumber podiatrist
    poet policeman porter postman practitioner producer professor programmer proofreader psychiatrist psychologist radiologist realtor
    receptionist recruiter reporter representative researcher roofer sailor salesman salesperson scientist seamstress secretary server
    sociologist soldier solicitor sommelier specialist statistician steward stylist superintendent supervisor surgeon surveyor tailor
    teacher technician technologist teller tester therapist trader trainer translator tutor underwriter usher veterinarian videographer
    waiter waitress warehouseman welder woodworker worker writer zoologist
    dev eng engr mgr admin rep swe sre sde sdet dba ux ui
    """.split()
)
"""Last words of a title. `standardize_title` writes the abbreviations of the last line out."""

_MODIFIERS = frozenset(
    """
    account accounts ai android application applications automation back back-end backend big business civil cloud commercial content
    customer cyber cybersecurity data database deep delivery design development devops digital electrical embedded end enterprise
    finance financial firmware front front-end frontend full full-stack fullstack game games graphic hardware hr ios it language
    learning machine marketing mechanical mobile ml mlops natural network nlp operations optical performance platform processing product
    program project python qa quality registered reliability research robotics sales science security site social software solution
    solutions stack supply support system systems test ui ux video vision web
    """.split()
)
"""Words that belong to a title even where they name a skill as well."""
_SKILL_WORDS = frozenset({"python"})
_EMPTY_AFTER_SKILL = frozenset({"specialist", "worker", "associate"})
_WORD = re.compile(r"[^\W\d_][\w+#.'/-]*[\w+#]|[^\W\d_]")
_MOST_WORDS = 4
"""Words of a title; a fifth is more likely a part of the sentence."""
_LEAST_LETTERS = 5
"""Shorter words are too near each other to guess at a slip."""
_SOFTWARE = {"developer": "engineer", "engineer": "developer"}
_SOFTWARE_MODIFIERS = frozenset(
    "software frontend backend full stack web mobile android ios data platform cloud devops machine learning game embedded".split()
)
