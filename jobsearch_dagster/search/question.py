"""A question in English, understood by rules: what is asked, what it was read from, and whether it can be answered.

Belongs here: the order of the recognizers, the step from findings to a filter, what to do when there is nothing to
search for, and how a question goes on from the earlier ones. The wordings of each slot are in `recognizers/`. No
catalog and no model is needed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial, reduce
from itertools import pairwise

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.preparation.salary import DEFAULT_RATES
from jobsearch_dagster.search.conversation import (
    FAMILIES,
    LIST_SLOTS,
    Reading,
    Slots,
    continued,
    union,
    without_values,
)
from jobsearch_dagster.search.filter import Asked, Constraints, Intent, Interpretation, JobFilter
from jobsearch_dagster.search.follow_ups import (
    dropped_slots,
    how_it_follows,
    named_aspects,
    picked_row,
    split_exchange,
    split_start,
    takes_back,
    undoes,
)
from jobsearch_dagster.search.recognizers.aggregates import find_aggregate
from jobsearch_dagster.search.recognizers.conditions import find_conditions
from jobsearch_dagster.search.recognizers.corrections import without_corrected
from jobsearch_dagster.search.recognizers.described_work import find_described_work
from jobsearch_dagster.search.recognizers.experience import find_experience
from jobsearch_dagster.search.recognizers.levels import (
    find_education,
    find_employment_type,
    find_seniority,
    find_work_mode,
)
from jobsearch_dagster.search.recognizers.offices import find_offices
from jobsearch_dagster.search.recognizers.order import find_limit, find_sort
from jobsearch_dagster.search.recognizers.pay import UNREADABLE, Exchange, find_pay
from jobsearch_dagster.search.recognizers.places import (
    country_asked,
    country_of,
    find_named_places,
    find_places,
    find_unknown_places,
)
from jobsearch_dagster.search.recognizers.report_wordings import find_report_wordings
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding, Recognizer, blank, collect, tidy
from jobsearch_dagster.search.recognizers.titles import find_titles
from jobsearch_dagster.search.recognizers.unlisted_skills import find_asked_skills
from jobsearch_dagster.search.recognizers.words import (
    find_content_words,
    find_industries,
    find_keywords,
    find_phrases,
)
from jobsearch_dagster.search.refusals import is_harmful, is_personal
from jobsearch_dagster.search.revisions import revision
from jobsearch_dagster.search.rewriting import Rewritten, in_plain_english
from jobsearch_dagster.search.topic import topic


def recognizers(exchange: Exchange, question: str) -> tuple[Recognizer, ...]:
    """In this order, because each takes its words away from the later ones: "5 years" is no "5 jobs".

    Args:
        exchange: What the amounts of the question are worth.
        question: The whole, for what must be seen though it is used.
    """
    return (
        find_places,
        find_employment_type,
        find_experience,
        partial(find_pay, exchange=exchange),
        partial(find_aggregate, asked=question),
        find_limit,
        find_sort,
        find_education,
        find_work_mode,
        find_offices,
        find_seniority,
        find_described_work,
        find_named_places,
        find_titles,
        find_conditions,
        find_industries,
        find_asked_skills,
        find_unknown_places,
        find_keywords,
    )


LONGEST_QUESTION = 2000
"""Characters; the longest list of skills in a generated question has about 1,000."""


class QuestionTooLongError(UserError):
    """A question that leaves no room for an answer to whoever is to answer it."""


MESSAGES = {
    "empty": "What kind of job are you looking for? Name a skill, a title, a place or a salary.",
    "long": f"The question has more than {LONGEST_QUESTION} characters. Please ask a shorter one.",
    "vague": "Which job do you mean? Name at least one of: skill, title, place, salary, years of experience.",
    "place": "Which place do you mean? I do not know where you are; name a city, a region or a country.",
    "employers": "Postings have no column of employers. I can count jobs, also per title, skill or place.",
    "amount": "I read no amount of pay. In a shell, put the question in single quotes: double ones lose the $1.",
    "currency": (
        "I have no rate for that currency: give the pay in {currencies}, or add it to `rates` of imputed_salaries."
    ),
    "either": "I can look for all of several conditions, but not for either of two kinds: please ask two questions.",
    "pay": "No pay is at least ${low:,.0f} and at most ${high:,.0f} a year. Which of the two do you mean?",
    "over": "Started over. What kind of job are you looking for?",
    "harmful": "I only answer questions about job postings; I run no commands that stand in a question.",
    "personal": "I do not give out resumes or personal details of candidates. Ask me about job postings instead.",
    "off_topic": 'I answer questions about job postings, for example "remote Python jobs over $100K".',
}
INTENTS: dict[str, Intent] = {"harmful": "refuse", "personal": "refuse", "off_topic": "none"}
"""What the replies that ask nothing back come from."""


def parse_question(
    question: Asked, history: Sequence[Asked] = (), *, rates: Mapping[str, float] = DEFAULT_RATES
) -> Interpretation:
    """Understand a question.

    Args:
        question: Any string; or a filter, which asks for what it says and for nothing of the earlier questions.
        history: Earlier questions of the conversation, oldest first. A question that goes on from them ("only remote
            ones", "what about Berlin") keeps their slots and replaces those that it names itself; "also" adds to them.
        rates: USD per unit of each currency that pay is asked in; those that the catalog's pay was converted with.

    Returns:
        The interpretation; every string has one, nothing is raised.
    """
    exchange = Exchange(rates=tuple(rates.items()))
    first, *later = (*history, question)
    reading = _read(first, partial(_read_slots, exchange=exchange))
    return _interpretation(reduce(partial(_one_more, exchange=exchange), later, reading), rates)


def _one_more(before: Reading, asked: Asked, exchange: Exchange) -> Reading:
    """The conversation after one more question; "over $80,000" after a place in Australia is in its dollars."""
    exchange = exchange._replace(country=country_of(before.included.get("locations", ())))
    return continued(before, _read(asked, partial(_read_later, exchange=exchange)))


def _read(asked: Asked, by_words: Callable[[str], Reading]) -> Reading:
    if isinstance(asked, str):
        return by_words(tidy(asked))
    included = asked.model_dump(exclude={"exclude"}, exclude_defaults=True)
    return Reading(included, asked.exclude.slots, evidence={})


@lru_cache(maxsize=1000)
def _read_later(question: str, exchange: Exchange) -> Reading:
    """A question that may go on from the one before, which asked for places in that country."""
    reply = _reply_unread(question)
    if reply is not None:
        return _nothing(reply)
    starts_over, asked = split_start(question)
    if starts_over:
        return replace(_read_slots(asked, exchange), follows="no") if asked else _nothing("over")
    if undoes(question):
        return replace(_nothing("vague"), undoes=True)
    pick = picked_row(question)
    if pick is not None:
        return replace(_nothing("vague"), pick=pick)
    swapped = split_exchange(in_plain_english(question).text)
    if swapped is not None:
        old, new = swapped
        aspects = named_aspects(old)
        if aspects:
            return replace(_read_slots(new, exchange), follows="replacing", dropped=aspects)
        return replace(_read_slots(new, exchange), follows="adding", gone=_everything(_read_slots(old, exchange)))
    dropped, left = dropped_slots(question)
    reading = _read_slots(left, exchange)
    if takes_back(left):
        reading = replace(reading, included={}, excluded={}, gone=_everything(reading), follows="replacing")
    revises = revision(in_plain_english(question).text)
    is_open = reading.reply in ("vague", "off_topic") or (reading.reply is None and reading.follows != "no")
    if is_open or revises in ("list", "all", "any"):
        reading = replace(reading, revises=revises)
    if not dropped:
        return reading
    follows = "replacing" if reading.follows == "no" else reading.follows
    return replace(reading, dropped=dropped, follows=follows, reply=None if reading.reply == "vague" else reading.reply)


def _everything(reading: Reading) -> Slots:
    """All values that a question names, asked or excluded."""
    return reading.included | reading.excluded


@lru_cache(maxsize=1000)
def _read_slots(question: str, exchange: Exchange) -> Reading:
    """What one question asks by itself; cached, as every question of a conversation is read again with the next.

    Args:
        question: A tidy question.
        exchange: What amounts are worth; a place of the question itself says whose dollar a bare `$` is.
    """
    reply = _reply_unread(question)
    if reply is not None:
        return _nothing(reply)
    wording = find_report_wordings(question)
    rewritten = Rewritten.unchanged(question) if wording else in_plain_english(question)
    if rewritten.text != question and (reply := _reply_refused(rewritten.text)) is not None:
        return _nothing(reply)
    country = country_asked(rewritten.text) or exchange.country
    readers = recognizers(exchange._replace(country=country), rewritten.text)
    findings, rest = (wording, "") if wording else collect(rewritten.text, readers)
    about = topic(rewritten.text, rest, {finding.slot for finding in findings})
    if about == "vague" and not findings and (findings := find_phrases(rest)):
        about = "jobs"
        for found in findings:
            rest = blank(rest, found.start, found.end)
    asked = [finding for finding in findings if finding.slot not in (NO_PREFERENCE, UNREADABLE)]
    asked = compared_skills(without_corrected(remote_as_place(asked, rewritten.text), rewritten.text))
    unreadable = next((finding.value for finding in findings if finding.slot == UNREADABLE), None)
    if about == "jobs" and (unreadable or asks_either(asked, rewritten.text)):
        about = unreadable or "either"
    excluded = _slots(_without_choice(f) for f in asked if f.negated and f.slot in Constraints.model_fields)
    included = _slots(finding for finding in asked if not finding.negated)
    if included.get("agg") == "top":  # "which level do they hire, junior or senior?" asks for either
        included = {slot: value for slot, value in included.items() if slot != included["field"] or slot == "skills"}
    return Reading(
        # "Not remote. I go crazy at home": what is not wanted is not asked for either.
        included=without_values(included, excluded),
        excluded=excluded,
        evidence=_evidence(asked, question, rewritten),
        reply=None if about == "jobs" else about,
        # What is only not wanted says nothing of the work: "I don't like finance" goes on from the question before.
        follows=how_it_follows(rewritten.text, {f.slot for f in asked if not f.negated}),
        text=rewritten.text,
        unread=tuple(finding.value for finding in find_content_words(rest)),
    )


def compared_skills(findings: list[Finding]) -> list[Finding]:
    """The findings, skills to choose from where they are compared: "compare Kotlin with Swift"."""
    is_compared = any(finding.slot == "group_by" and finding.value == "skills" for finding in findings)
    if not is_compared or [finding.slot for finding in findings].count("skills") == 1:
        return findings
    return [replace(finding, slot="skills_any") if finding.slot == "skills" else finding for finding in findings]


def remote_as_place(findings: list[Finding], text: str) -> list[Finding]:
    """The findings, remote work as one of the places where it is a choice beside one: "remote or in Boston"."""
    for number, pair in enumerate(pairwise(findings)):
        is_choice = _EITHER.fullmatch(text, pair[0].end, pair[1].start) is not None
        if (
            not is_choice
            or {one.slot for one in pair} != {"locations", "work_mode"}
            or any(one.negated for one in pair)
        ):
            continue
        at = number if pair[0].slot == "work_mode" else number + 1
        if findings[at].value == "remote":
            as_place = replace(findings[at], slot="locations")
            return _with_its_place([*findings[:at], as_place, *findings[at + 1 :]], at, text)
    return findings


def _with_its_place(findings: list[Finding], at: int, text: str) -> list[Finding]:
    """The same with the place that remote work itself is in: "in Munich or remote in Germany"."""
    remote, *behind = findings[at : at + 2]
    if not behind or behind[0].slot != "locations" or not _IN.fullmatch(text, remote.end, behind[0].start):
        return findings
    joined = replace(remote, value=f"{remote.value}, {behind[0].value}", end=behind[0].end)
    return [*findings[:at], joined, *findings[at + 2 :]]


_IN = re.compile(r"\s+(?:in|within|across)\s+", re.IGNORECASE)


def asks_either(findings: list[Finding], text: str) -> bool:
    """Whether two kinds of condition stand to choose from: "over $100K or remote"."""
    return any(
        _EITHER.fullmatch(text, first.end, second.start) is not None and not _are_one_kind(first, second)
        for first, second in pairwise(findings)
        if first.end < second.start and not (first.negated and second.negated)
    )


_EITHER = re.compile(
    r"\s*,?\s*(?:jobs?\s+|roles?\s+)?or\s+(?:(?:is|are|in|at|that\s+are|just|at\s+least)\s+)*", re.IGNORECASE
)


def _are_one_kind(first: Finding, second: Finding) -> bool:
    return first.slot == second.slot or any({first.slot, second.slot} <= family for family in FAMILIES)


def _nothing(reply: str) -> Reading:
    return Reading({}, {}, {}, reply=reply)


def _reply_unread(question: str) -> str | None:
    """What to say where the words must not, or need not, be read for slots."""
    if not question:
        return "empty"
    if len(question) > LONGEST_QUESTION:
        return "long"
    return _reply_refused(question)


def _reply_refused(text: str) -> str | None:
    if is_harmful(text):
        return "harmful"
    return "personal" if is_personal(text) else None


def _slots(findings: Iterable[Finding]) -> Slots:
    """The findings as slot values: list slots collect, of a single value the last counts."""
    slots: Slots = {}
    for finding in findings:
        if finding.slot in LIST_SLOTS:
            slots[finding.slot] = union(finding.slot, slots.get(finding.slot, ()), (finding.value,))
        else:
            slots[finding.slot] = finding.value
    return slots


def _without_choice(finding: Finding) -> Finding:
    """Each excluded skill counts alone, so that "no Java or PHP" is no choice."""
    return replace(finding, slot="skills") if finding.slot == "skills_any" else finding


def _evidence(findings: list[Finding], question: str, rewritten: Rewritten) -> dict[str, str]:
    words: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        slot = f"exclude.{finding.slot}" if finding.negated else finding.slot
        start, end = rewritten.origin(finding.start, finding.end)
        words[slot] = union("evidence", words.get(slot, ()), (question[start:end].strip(),))
    return {slot: ", ".join(parts) for slot, parts in words.items()}


def _interpretation(reading: Reading, currencies: Iterable[str]) -> Interpretation:
    if reading.reply is not None:
        message = MESSAGES[reading.reply]
        if reading.reply == "currency":
            message = message.format(currencies=", ".join(currencies))
        return Interpretation(intent=INTENTS.get(reading.reply, "clarify"), message=message)
    low, high = reading.included.get("min_salary_usd"), reading.included.get("max_salary_usd")
    if low is not None and high is not None and low > high:
        return Interpretation(intent="clarify", message=MESSAGES["pay"].format(low=low, high=high))
    # "jobs by city" counts them, unless the question before asks for another figure.
    counted: Slots = {"agg": "count"} if "group_by" in reading.included else {}
    included = counted | reading.included
    job_filter = JobFilter(**included, exclude=Constraints(**reading.excluded))
    intent = "search" if job_filter.agg is None else "aggregate"
    return Interpretation(
        intent=intent, filter=job_filter, evidence=reading.evidence, row=reading.pick, unread=reading.unread
    )
