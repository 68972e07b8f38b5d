"""What a posting says, read by a language model behind an OpenAI-compatible endpoint.

Belongs here: what the model is asked, what of its answer counts, and what happens when there is none. Does not belong
here: how it is reached (`foundation/llm_endpoint.py`) and what the rules read (`entities.py`).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from jobsearch_dagster.foundation.llm_endpoint import EndpointError, Message
from jobsearch_dagster.foundation.text_cache import TextCache, cache_key
from jobsearch_dagster.preparation.entities import Entities, Span, extract_entities, posting_text
from jobsearch_dagster.preparation.salary import parse_salary
from jobsearch_dagster.preparation.skills import find_skills
from jobsearch_dagster.preparation.text import repair, without_contacts
from jobsearch_dagster.preparation.titles import split_title
from jobsearch_dagster.preparation.vocabulary import Education, EmploymentType, Seniority, WorkMode

Method = Literal["rules", "llm"]
BATCH = 64
"""Postings that are asked about before their answers are stored: what a kill may cost."""
MOST_YEARS = 50
_NUMBER = re.compile(r"[0-9]+")
LONGEST_POSTING = 24_000
"""Characters that are sent, about 6,000 tokens; a posting that goes on longer is read from its beginning."""


def _plain(value: object) -> object:
    """Lower case and no empty text: models without a schema answer `Full-time` and ``."""
    return value.strip().lower() or None if isinstance(value, str) else value


def _plausible(years: int) -> int:
    if not 0 <= years <= MOST_YEARS:
        raise ValueError(f"{years} years are not asked of anybody")
    return years


Years = Annotated[int, AfterValidator(_plausible)]  # bounds in the schema are refused by some servers


class Answer(BaseModel):
    """The fields that the model fills."""

    model_config = ConfigDict(extra="forbid")

    skills: list[str]
    seniority: Annotated[Seniority | None, BeforeValidator(_plain)]
    min_years: Years | None
    max_years: Years | None
    role: str | None
    education: Annotated[Education | None, BeforeValidator(_plain)]
    work_mode: Annotated[WorkMode | None, BeforeValidator(_plain)]
    employment_type: Annotated[EmploymentType | None, BeforeValidator(_plain)]
    pay: str | None


SCHEMA: dict[str, Any] = Answer.model_json_schema()
INSTRUCTION = (
    "You read job postings. Answer with one JSON object that follows this schema and nothing else:\n"
    f"{json.dumps(SCHEMA, sort_keys=True)}\n"
    "Use null where the posting does not say.\n"
    "skills: every skill, tool and method that the job asks for, in the posting's own words, without those that it says"
    " are not needed.\n"
    "min_years, max_years: years of experience that the job asks for, not the age of the company; 0 where it asks for"
    " none.\n"
    "role: the title without its level, place and notes.\n"
    'education: the lowest degree that is sufficient; "none" only where the posting says that no degree is needed.\n'
    "pay: the pay exactly as the posting writes it, with currency and period."
)


@dataclass(frozen=True)
class Reading:
    """What was read, and how.

    Attributes:
        entities: What the posting says.
        method: Who read it.
        fallback_reason: Why the rules read what the model was asked to.
        dropped_skills: Skills that the model named and the posting does not.
    """

    entities: Entities
    method: Method = "rules"
    fallback_reason: str | None = None
    dropped_skills: int = 0


class Asked(Protocol):
    """What answers: `foundation.llm_endpoint.Endpoint`."""

    model: str

    @property
    def parameters(self) -> Mapping[str, Any]:
        """All that decides an answer besides model and messages."""
        ...

    def complete_many(
        self, requests: list[list[Message]], schema: Mapping[str, Any]
    ) -> list[dict[str, Any] | EndpointError]:
        """One answer or error per request, in their order."""
        ...


class LlmReader:
    """Reads postings: first all are asked about, in batches, then each is read from the stored answers."""

    def __init__(self, endpoint: Asked, cache: TextCache) -> None:
        self._endpoint = endpoint
        self._cache = cache
        self._failed: dict[str, str] = {}

    def ask(self, postings: Iterable[tuple[str, str]], advance: Callable[[int], object] = lambda count: None) -> None:
        """Have an answer stored for every posting that has none; failures are remembered, not stored.

        Args:
            postings: Title and description of each, as written.
            advance: Gets the number of postings done.
        """
        remaining = iter(postings)
        while batch := list(islice(remaining, BATCH)):
            texts = {self._key(text): text for text in (_posting(*posting) for posting in batch)}
            stored = self._cache.get(texts)
            missing = [key for key in texts if key not in stored]
            answers = self._endpoint.complete_many([_messages(texts[key]) for key in missing], SCHEMA)
            fresh = {key: self._checked(key, answer) for key, answer in zip(missing, answers, strict=True)}
            self._cache.put({key: answer for key, answer in fresh.items() if answer is not None})
            advance(len(batch))

    def read(
        self, title: str, resume: str, description: str, *, skills_from: Literal["description", "both"]
    ) -> Reading:
        """Read a posting as `extract_entities` does, from the model's answer where there is one."""
        rules = extract_entities(title, resume, description, skills_from=skills_from)
        posting = _posting(title, description)
        key = self._key(posting)
        stored = self._cache.get([key])
        if key not in stored:
            return Reading(rules, fallback_reason=self._failed.get(key, "not asked"))
        answer = Answer.model_validate_json(stored[key])
        named, dropped = grounded_skills(answer.skills, posting)
        found = _entities(answer, tuple(named), posting, rules)
        found = replace(found, spans=_spans(found, named, posting_text(title, description)))
        if skills_from == "both":
            found = replace(found, skills=tuple(dict.fromkeys((*found.skills, *find_skills(repair(resume))))))
        return Reading(found, method="llm", dropped_skills=dropped)

    def _key(self, posting: str) -> str:
        parameters = {**self._endpoint.parameters, "schema": SCHEMA}
        return cache_key(INSTRUCTION, self._endpoint.model, parameters, posting)

    def _checked(self, key: str, answer: dict[str, Any] | EndpointError) -> str | None:
        """The answer as text; None, and the reason kept, where it is none that counts."""
        if isinstance(answer, EndpointError):
            self._failed[key] = str(answer)
            return None
        try:
            return Answer.model_validate(answer).model_dump_json()
        except ValidationError as error:
            first = error.errors()[0]
            self._failed[key] = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            return None


def grounded_skills(named: Iterable[str], posting: str) -> tuple[dict[str, str], int]:
    """The named skills that the posting names too, each with the words it was named by, and how many it does not.

    A skill of the lexicon gets its name there, whatever spelling the posting uses; any other counts if it stands in the
    posting.
    """
    known = set(find_skills(posting))
    lower = posting.lower()
    skills: dict[str, str] = {}
    dropped = 0
    for name in (" ".join(name.split()) for name in named):
        found = find_skills(name)
        in_lexicon = [skill for skill in found if skill in known]
        if in_lexicon:
            skills |= {skill: name for skill in in_lexicon if skill not in skills}
        elif name and not found and re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", lower):
            skills.setdefault(name, name)
        else:
            dropped += 1
    return skills, dropped


def _posting(title: str, description: str) -> str:
    """What the model sees: contact details and names leave this machine no more than they reach a table."""
    return without_contacts(posting_text(title, description))[:LONGEST_POSTING]


def _messages(posting: str) -> list[Message]:
    return [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": posting}]


def _entities(answer: Answer, skills: tuple[str, ...], posting: str, rules: Entities) -> Entities:
    """The answer in the product's terms: pay in USD a year and standard titles are computed, not asked for."""
    numbers = set(_NUMBER.findall(answer.pay or ""))
    pay = parse_salary(answer.pay) if answer.pay and numbers <= set(_NUMBER.findall(posting)) else None
    return replace(
        rules,
        skills=skills,
        seniority=answer.seniority,
        min_years=answer.min_years,
        max_years=answer.max_years,
        role=split_title(answer.role)[0] if answer.role else rules.role,
        education=answer.education,
        work_mode=answer.work_mode,
        employment_type=answer.employment_type,
        min_usd=pay.min_usd if pay else None,
        max_usd=pay.max_usd if pay else None,
    )


def _spans(found: Entities, named: Mapping[str, str], text: str) -> tuple[Span, ...]:
    """Where the rules read the same; for a skill that they did not, where its words stand."""
    alike = [s for s in found.spans if s.value == getattr(found, s.field) or (s.field == "skills" and s.value in named)]
    for skill in named.keys() - {span.value for span in alike if span.field == "skills"}:
        words = re.search(rf"(?<!\w)(?:{re.escape(named[skill])}|{re.escape(skill)})(?!\w)", text, re.IGNORECASE)
        if words:
            alike.append(Span("skills", skill, *words.span()))
    return tuple(sorted(alike, key=lambda span: (span.start, span.field, str(span.value))))
