"""Closed vocabularies in a question: work mode, seniority, education, employment type.

Belongs here: the wordings of each value. What postings say is read in `preparation`.
"""

import re

from jobsearch_dagster.search.recognizers.skills import find_skill_mentions
from jobsearch_dagster.search.recognizers.spans import Finding

_WORK_MODE = {
    "remote": r"(?:fully\s+|100%\s+|all[\s-]|completely\s+|entirely\s+|full\s+)?remote(?:ly)?(?:\s+work|[\s-]first|[\s-]only|[\s-]friendly)?"
    r"(?!\s+(?:villages?|areas?|communit\w+|sensing|islands?|mountains?|desktop|servers?|control|monitoring|regions?|locations?|sites?|support\s+tool))"
    r"|(?:purely\s+|fully\s+|only\s+)?online(?=\s+(?:only|lessons?|classes|jobs?|work|roles?|positions?|teaching|tutoring)|\s*[.,;!?]|\s*$)"
    r"|(?:work(?:ing|s)?[\s-])?(?:from|out\s+of|in)[\s-](?:my\s+(?:own\s+)?|the\s+)?(?:home|house|kitchen\s+table|couch|sofa|bedroom|living\s+room)"
    r"|work(?:ing)?[\s-]from[\s-]anywhere|from\s+anywhere|wfh|home[\s-](?:office|based|working|work)|at\s+home|tele(?:commut\w+|work\w*)"
    r"|distributed(?=\s+(?:team|compan|jobs?|roles?|work))|no\s+commut(?:e|ing)|without\s+(?:a\s+|any\s+)?commut(?:e|ing)|digital\s+nomads?(?:\s+friendly)?"
    r"|location[\s-]independent|(?:not|never)\s+(?:have\s+to\s+)?(?:leave|leaving)\s+(?:my|the)\s+(?:house|home)|virtual(?=\s+(?:job|role|position|work))",
    "hybrid": r"hybrid|blended\s+work\w*|(?:come|coming|go|going)\s+in(?:to\s+(?:the\s+)?office)?\s+[^.;|?!]{2,40}\b(?:at|from)\s+home"
    r"|(?:office|lab|site|desk|campus|studio)\s+(?:presence\s+|time\s+)?[^.;|?!]{0,30}\b(?:days?|once|twice)\b[^.;|?!]{0,20}\b(?:home|remote|wherever|anywhere)"
    r"|(?:partly|partially|part[\s-]time|half)\s+(?:remote|from\s+home)(?:[\s,]+(?:and\s+)?(?:partly|half)\s+(?:at|in|on)\s+(?:the\s+|an\s+)?(?:office|site))?"
    r"|(?:mix|combination|blend|split)\s+of\s+(?:home|office|remote|on-?site)\s+(?:and|/|with)\s+(?:home|office|remote|on-?site)(?:\s+work)?"
    r"|(?:some|a\s+few|few|couple\s+of|\d|two|three|one)\s+days?\s+(?:a\s+week\s+)?(?:at|in|from)\s+(?:the\s+|my\s+|an\s+)?(?:office|home)"
    r"(?:[^.;|?!]{0,30}\b(?:at|in|from)\s+(?:the\s+|my\s+|an\s+)?(?:office|home|rest\s+\w+))?"
    r"|(?:home|office)\s+(?:and|/)\s+(?:office|home)|semi[\s-]remote",
    "onsite": r"on[\s-]?site(?:\s+only)?|(?:in|at)[\s-](?:the[\s-]|an[\s-])?office|office[\s-](?:based|only)|in[\s-]person|on[\s-]premises?|face[\s-]to[\s-]face"
    r"|on\s+the\s+(?:spot|ground|premises)|(?:physically|always)\s+(?:present|there)|on\s+location|in[\s-]store(?=\s+(?:job|role|position|work))",
}
_INDIFFERENT = re.compile(
    r"\b(?:all\s+the\s+same|(?:do(?:es)?n't|do\s+not|does\s+not)\s+(?:matter|mind|care)|either\s+(?:is|way)|whatever|no\s+matter|any\s+is\s+fine|makes\s+no\s+difference)\b",
    re.IGNORECASE,
)
_SENIORITY = {
    "intern": r"interns?|trainees?|apprentices?(?:hips?)?|working\s+students?",
    "entry": r"entry[\s-]level|entry(?=\s+(?:jobs?|roles?|positions?)\b)|(?:new|fresh|recent)\s+(?:(?:college|university)\s+)?(?:grad(?:uate)?s?)"
    r"|freshers?|beginners?|early[\s-]career|grad(?:uate)?(?:[\s-]level)?(?=\s+(?:jobs?|roles?|positions?|openings?|scheme|programme|program)\b)|starter(?=\s+(?:jobs?|roles?|positions?)\b)"
    r"|newly\s+qualified|(?:just|straight|fresh|right)\s+out\s+of\s+(?:college|university|school|uni)|career\s+starters?",
    "junior": r"juniors?(?:[\s-]level)?(?!\s+(?:high|school|college))|jr\.?",
    "mid": r"middle[\s-]level|mid(?:[\s-]?(?:level|senior|career|weight))?|intermediate(?:[\s-]level)?|medior|mid(?=\s+(?:to|or|and|/))",
    "senior": r"seniors?(?:[\s-]level|\+)?(?!\s+(?:care|living|home|citizen|center|centre)s?)|sr\.?|snr\.?",
    "lead": r"team\s+leaders?|(?:(?:team|tech|technical)\s+)?leads?(?!\s+(?:generation|to|me|time))|lead[\s-]level",
    # "staff nurse" is a nurse among others
    "staff": r"staff[\s-]level|staff(?=\s+(?:or|and|/|to)\s+(?:senior|lead|principal)\b)|(?<=senior or )staff|(?<=principal or )staff"
    r"|staff(?=\s+(?:\w+\s+){0,2}(?:engineer|developer|scientist|designer|role|job|position|sre|swe)s?\b)",
    "principal": r"(?<!school )principal(?:[\s-]level)?(?!\s+investigator)",
    "manager": r"(?:top\s+)?managers?[\s-]level|(?:people\s+)?management(?=\s+(?:role|responsibilit)\w*)|managerial|management(?=\s+(?:level|job|role|position)s?\b)|managers(?=\s+(?:only|please)?\s*$)",
    "executive": r"executive[\s-]level|executive(?=\s+(?:jobs?|roles?|positions?|posts?|level|openings?)\b)|c-(?:level|suite)|directors?|vice[\s-]presidents?|vps?|heads?\s+of"
    r"|executives(?=\s*$)|board[\s-]level",
}
_EMPLOYMENT_TYPE = {
    "full-time": r"full[\s-]?time(?:rs?)?|full(?=\s+(?:or|and|/)\s+part[\s-]?time)|permanent(?:ly)?|(?:full\s+)?(?:3[5-9]|40)[\s-]*(?:hours?|hrs?|h)(?:\s*(?:a|per|/)\s*(?:week|wk))?|full[\s-]hours",
    "part-time": r"part[\s-]?time(?:rs?)?|(?:[5-9]|[12]\d|3[0-2])\s*(?:hours?|hrs?|h)(?:\s*(?:a|per|/)\s*(?:week|wk)|\s+or\s+so|\s+weekly)|half[\s-]days?|reduced\s+hours"
    r"|(?:a\s+few|few|couple\s+of)\s+hours\s+(?:a|per)\s+(?:day|week)|mini[\s-]?job|side\s+(?:hustle|gig|job)s?|(?:beside|next\s+to|alongside|during)\s+(?:my\s+)?(?:studies|school|university|college)|(?:a\s+)?(?:couple\s+of|few|2|3|two|three)\s+evenings\s+(?:a|per)\s+week|weekends?\s+only|only\s+(?:on\s+)?weekends?|(?:two|three|2|3)\s+days\s+(?:a|per)\s+week(?!\s+(?:in|at|from))",
    "contract": r"contract(?:or|ors|ing|s)?(?!\s+(?:types?|drafting|negotiation|law|manage\w*|admin\w*))(?:[\s-](?:work|basis|to[\s-]hire))?|fixed[\s-]term(?:\s+contracts?)?|c2c|corp[\s-]to[\s-]corp",
    "temporary": r"temp(?:orary|s|ing)?(?:\s+(?:work|job|role)s?)?|seasonal|(?:summer|winter|christmas|holiday|harvest)\s+(?:jobs?|work|gigs?|season)|for\s+the\s+(?:summer|season|holidays)|interim|maternity\s+cover|short[\s-]term",
    "internship": r"internships?|work\s+placements?|placement\s+year|co-?op(?=\s+(?:job|position|placement|role)s?\b)|stage(?=\s+in\b)",
    "freelance": r"freelanc(?:e|er|ers|ing)|self[\s-]employed|gig\s+work|(?<!contractor, )1099|project[\s-]based",
}
_DEGREE = r"(?:\s+(?:degrees?|diplomas?|level))?"
_EDUCATION = {
    "high school": r"(?:high|secondary)[\s-]school(?:\s+(?:diploma|degree|leaver|graduate|education))?s?(?!\s+(?:teacher|principal|counsel\w+|teach\w*))|ged|school[\s-]leavers?|a[\s-]levels?"
    r"|abitur|matric(?:ulation)?|secondary\s+education",
    "bachelor": r"bachelor(?:'?s)?(?!\s+part(?:y|ies))(?:\s+of\s+\w+)?"+_DEGREE+r"|b\.?\s?sc\.?(?:\s+degree)?|b\.a\.?|(?-i:BA)|b\.?a\.?(?=\s+(?:degree|in\b|or\b))|bsn|b\.?eng\.?|b\.?tech|bba|undergraduate"+_DEGREE
    + r"|undergrad"+_DEGREE+r"|(?:four|4)[\s-]year\s+degree|(?:college|university)\s+(?:degree|graduate|education|grad)s?|university\s+graduates?|first\s+degree",
    "master": r"ll\.?m\.?(?!s)|a\s+master(?=\s*[.,;?!]|\s*$)|masters?'?s?(?:\s+of\s+\w+)?\s+(?:degrees?|level|diploma|required|needed|asked)|master'?s|masters|(?<=bachelor or )master|(?<=bachelor and )master|(?<=bachelor/)master|(?<=bachelor's or )master|(?<=bsc or )master"
    r"|(?:with|have|hold|finished|need(?:s|ing)?|requir\w+|got)\s+(?:a|my|an)\s+master|master(?=\s+(?:or|and|/)\s+(?:phd|doctora\w+|bachelor))|m\.?\s?sc\.?(?:\s+degree)?|mba|m\.?tech|m\.?eng\.?|m\.?a\.?(?=\s+degree)|graduate\s+degree|post[\s-]?graduate"+_DEGREE,
    "phd": r"ph\.?\s?d\.?'?s?"+_DEGREE+r"|doctora(?:te|l)s?(?:\s+(?:degree|level))?|dphil",
}
DEGREES = ("bachelor", "master", "phd")
_A_DEGREE = (
    r"(?:(?:college|university|uni|formal|academic|higher|school|any\s+kind\s+of)\s+)*"
    r"(?:degrees?|diplomas?|education|qualifications?|schooling|university|college|school)"
)
_NO_DEGREE = re.compile(
    rf"""
    \b(?: without | no | lack(?:s|ing)? | (?:not|don'?t|doesn'?t|does\s+not|do\s+not|isn't|aren't|never|haven't|won't|wouldn't) \s+
        (?:need|require|requiring|have|having|ask\s+for|asking\s+for|demand|insist\s+on|want|got|finished|finish|went\s+to|gone\s+to|go\s+to|completed|care\s+about|expect|call\s+for|look\s+for)
      ) \s+ (?:needing\s+|requiring\s+|having\s+|going\s+to\s+)?
      (?:an?\s+|any\s+|my\s+|the\s+)? {_A_DEGREE}\b
      (?: \s+ (?:is\s+|are\s+)? (?:required|needed|necessary|asked(?:\s+for)?|wanted) )?
    | \bnever \s+ (?:finished|went\s+to|completed|attended|did) \s+ (?:any\s+)? {_A_DEGREE}\b
    | \bdropped\s+out\s+of\s+(?:school|college|university)\b | \b(?:school|college|university)\s+drop[\s-]?outs?\b | \bunqualified\b
    | \b{_A_DEGREE} \s+ (?:is\s+|are\s+)? (?:not|n't|isn't|aren't|unnecessary|optional) (?:\s+(?:required|needed|necessary|asked|wanted|a\s+must|important))?\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_INDIFFERENT_DEGREE = re.compile(r"\b(?:degree|diploma)\s+or\s+(?:no|without|not)(?:\s+\w+)?\b|\bwith\s+or\s+without\s+(?:a\s+)?(?:degree|diploma)\b", re.IGNORECASE)
_ANY_DEGREE = re.compile(r"\b(?:a\s+|any\s+)?(?:(?:college|university|academic)\s+)?degrees?\b", re.IGNORECASE)


def find_work_mode(text: str) -> list[Finding]:
    """`work_mode`; none where somebody takes every one of them."""
    found = _find("work_mode", _WORK_MODE, text)
    named = {finding.value for finding in found}
    if "hybrid" in named:  # "partly from home" is no "from home"
        wide = [finding for finding in found if finding.value == "hybrid"]
        found = [f for f in found if f in wide or not any(w.start <= f.start < w.end for w in wide)]
    if len(named) > 1 and _INDIFFERENT.search(text):
        return [Finding("no_preference", None, finding.start, finding.end) for finding in found]
    return found


def find_seniority(text: str) -> list[Finding]:
    """`seniority`."""
    return _find("seniority", _SENIORITY, text)


def find_employment_type(text: str) -> list[Finding]:
    """`employment_type`."""
    return _find("employment_type", _EMPLOYMENT_TYPE, text)


def find_education(text: str) -> list[Finding]:
    """`education`: the level that is named, whoever names it; `none` where no degree is needed."""
    indifferent = _INDIFFERENT_DEGREE.search(text)
    if indifferent:
        return [Finding("no_preference", None, *indifferent.span())]
    match = _NO_DEGREE.search(text)
    if match:
        return [Finding("education", "none", *match.span(), is_final=True)]
    found = _find("education", _EDUCATION, text)
    if found:
        return found
    return [Finding("education", degree, *match.span()) for match in _ANY_DEGREE.finditer(text) for degree in DEGREES]


def _find(slot: str, wordings: dict[str, str], text: str) -> list[Finding]:
    found = [
        Finding(slot, value, *match.span())
        for value, wording in wordings.items()
        for match in re.finditer(rf"(?:(?<![\w-])|(?<=non-))(?:{wording})(?![\w+#]|-(?!time|level)\w)", text, re.IGNORECASE)
    ]
    skills = find_skill_mentions(text) if found else []
    return [level for level in found if not any(_is_part(level, skill) for skill in skills)]


def _is_part(level: Finding, skill: Finding) -> bool:
    """Whether a word belongs to the longer name of a skill: `distributed systems`, `contract law`."""
    return skill.start <= level.start and level.end <= skill.end and skill.end - skill.start > level.end - level.start
