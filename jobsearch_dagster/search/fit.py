"""How well postings fit a person: one figure to order them by, and what speaks for and against each.

Belongs here: what of a posting is compared with a `Profile`. A posting that fits badly is never left out: only the
question leaves out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jobsearch_dagster.preparation.locations import Location, parse_location
from jobsearch_dagster.preparation.vocabulary import EDUCATIONS, SENIORITIES
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.reasons import Row
from jobsearch_dagster.search.same_work import names_of_work
from jobsearch_dagster.search.sql import (
    RESULT_COLUMNS,
    CompiledQuery,
    Condition,
    compile_filter,
    conditions_of,
    order_of,
    source_of,
    where_all,
)
from jobsearch_dagster.search.wording import describe_order, dollars

_SKILLS, _TITLE, _YEARS, _EDUCATION, _PLACE = 0.5, 0.25, 0.1, 0.1, 0.05
"""Weights of the parts of a fit; together 1, which no posting reaches: see the skills in `Fit._score`."""
_PAY = 0.1
"""Weight of the pay, which only some say that they want: with it the parts are divided by 1.1."""
_LEVELS = SENIORITIES[: SENIORITIES.index("manager")]
"""Seniorities that stand above one another; a manager is no higher engineer."""


@dataclass(frozen=True)
class Fit:
    """The order of postings by how well they fit a profile."""

    profile: Profile

    @classmethod
    def asked(cls, profile: Profile, job_filter: JobFilter) -> "Fit":
        """The fit to a profile where the question, if it says something else of the person, wins over the resume."""
        if job_filter.max_years is not None:
            profile = replace(profile, years=job_filter.max_years)
        if job_filter.titles:
            profile = replace(profile, title=job_filter.titles[0])
        if job_filter.locations:
            profile = replace(profile, place=None)
        if job_filter.min_salary_usd is not None:
            profile = replace(profile, pay=job_filter.min_salary_usd)
        return cls(profile)

    def ordered(self, job_filter: JobFilter) -> tuple[CompiledQuery, str]:
        """The statement for a filter, best fit first where the question asks for no other order, and that in words.

        Its rows have the column `fit` behind `RESULT_COLUMNS`: 0 to less than 1. An aggregate does not look at the
        person.
        """
        if job_filter.agg is not None:
            return compile_filter(job_filter), describe_order(job_filter)
        score, score_params = self._score()
        where, params = where_all(conditions_of(job_filter).values())
        order, order_params = ("fit DESC, posting_id", ()) if job_filter.sort == "relevance" else order_of(job_filter)
        sql = (
            f"SELECT {', '.join(RESULT_COLUMNS)},\n  round({score}, 3) AS fit\n"
            f"FROM {source_of(job_filter)}\n{where}\nORDER BY {order}"
        )
        params = score_params + params + order_params
        if job_filter.limit is not None:
            sql, params = f"{sql}\nLIMIT ?", (*params, job_filter.limit)
        is_fit = job_filter.sort == "relevance"
        return CompiledQuery(sql, params), "best fit to you first" if is_fit else describe_order(job_filter)

    def explained(self, row: Row) -> dict[str, str]:
        """What speaks for a posting (`matches`) and against it (`gaps`)."""
        return {
            "matches": "; ".join(_matches(self.profile, row)) or "nothing named",
            "gaps": "; ".join(_gaps(self.profile, row)) or "none",
        }

    def _score(self) -> Condition:
        """The fit in SQL; what the profile does not know counts the same for every posting, and so is left out."""
        profile = self.profile
        skills = "list_intersect([lower(x) FOR x IN skills], ?::VARCHAR[])"
        # One more than is asked, so that nine of ten skills (9/11) are a better fit than one of one (1/2).
        parts = [(f"{_SKILLS} * len({skills}) / (len(skills) + 1)", ([skill.lower() for skill in profile.skills],))]
        if profile.title:
            # Of the names of the work, the one of which the posting's title holds the most words.
            names = [list(dict.fromkeys(name.split())) for name in names_of_work(profile.title)]
            title = "string_split(lower(concat_ws(' ', standard_title, role)), ' ')"
            held = ", ".join(f"len(list_intersect({title}, ?::VARCHAR[])) / {len(name)}" for name in names)
            parts.append((f"{_TITLE} * greatest({held})", tuple(names)))
        if profile.years is not None:
            enough = "CASE WHEN coalesce(min_years, 0) <= ? THEN 1 ELSE ?::DOUBLE / min_years END"
            parts.append((f"{_YEARS} * {enough}", (profile.years, profile.years)))
        if profile.education is not None:
            enough = list(EDUCATIONS[: EDUCATIONS.index(profile.education) + 1])
            parts.append((f"{_EDUCATION} * coalesce(list_contains(?::VARCHAR[], education), true)::INT", (enough,)))
        if profile.place is not None:
            near = "coalesce(work_mode = 'remote' OR country = ?, true)"
            parts.append((f"{_PLACE} * {near}::INT", (parse_location(profile.place).country,)))
        whole = 1.0
        if profile.pay:
            # Between a posting that pays enough and one that pays next to nothing stands one that does not say.
            enough = "CASE WHEN {p} >= ? THEN 1 ELSE coalesce({p} / ?, 0.5) END".format(p="coalesce(max_usd, min_usd)")
            parts.append((f"{_PAY} * {enough}", (profile.pay, profile.pay)))
            whole += _PAY
        sql = " + ".join(f"coalesce({part}, 0)" for part, _ in parts)
        sql = sql if whole == 1 else f"({sql}) / {whole}"
        return sql, tuple(param for _, params in parts for param in params)


def _matches(profile: Profile, row: Row) -> Iterator[str]:
    has = {skill.lower() for skill in profile.skills}
    skills = [skill for skill in row["skills"] or () if skill.lower() in has]
    if skills:
        yield f"you have: {', '.join(skills)}"
    asked = row["min_years"]
    if asked and profile.years is not None and profile.years >= asked:
        yield f"{_years(asked)} asked, you have {profile.years}"
    if _degree_is_asked(row) and profile.education and _rank(profile.education) >= _rank(row["education"]):
        yield f"{row['education']} asked, you have {profile.education}"
    if profile.title and any(set(name.split()) <= _title_words(row) for name in names_of_work(profile.title)):
        yield f"your title: {profile.title}"
    if profile.place and row["country"] and _is_near(parse_location(profile.place), row):
        yield f"where you are: {row['place']}"
    if profile.pay and (_most_pay(row) or 0) >= profile.pay:
        yield f"pays {dollars(_most_pay(row) or 0)}, you want {dollars(profile.pay)}"


def _gaps(profile: Profile, row: Row) -> Iterator[str]:
    has = {skill.lower() for skill in profile.skills}
    missing = [skill for skill in row["skills"] or () if skill.lower() not in has]
    if missing:
        yield f"asks for: {', '.join(missing)}"
    asked = row["min_years"]
    if asked and (profile.years is None or profile.years < asked):
        yield f"{_years(asked)}, you have {'not said how many' if profile.years is None else profile.years}"
    if _degree_is_asked(row) and (profile.education is None or _rank(profile.education) < _rank(row["education"])):
        yield f"{row['education']}, you have {profile.education or 'named no degree'}"
    level = row["seniority"]
    if level in _LEVELS and profile.seniority in _LEVELS and _LEVELS.index(level) > _LEVELS.index(profile.seniority):
        yield f"{level} level, you are {profile.seniority}"
    if profile.place and row["country"] and row["work_mode"] != "remote":
        here = parse_location(profile.place)
        if here.country and not _is_near(here, row):
            yield f"is in {row['place']}, you are in {profile.place}"
    if profile.pay and (_most_pay(row) or 0) < profile.pay:
        pays = "states no pay" if _most_pay(row) is None else f"pays {dollars(_most_pay(row) or 0)}"
        yield f"{pays}, you want {dollars(profile.pay)}"


def _years(number: int) -> str:
    return "1 year" if number == 1 else f"{number} years"


def _most_pay(row: Row) -> float | None:
    """The upper end of the stated pay, USD a year; what was imputed is no figure in the catalog."""
    return row["max_usd"] if row["max_usd"] is not None else row["min_usd"]


def _degree_is_asked(row: Row) -> bool:
    return row["education"] not in (None, "none")


def _rank(education: str) -> int:
    return list[str](EDUCATIONS).index(education)


def _title_words(row: Row) -> set[str]:
    return set(f"{row['standard_title'] or ''} {row['role'] or ''}".lower().split())


def _is_near(here: Location, row: Row) -> bool:
    """Whether a posting's first place is in the same city, or in the same country where one of them names no city."""
    if here.country != row["country"]:
        return False
    return here.city is None or row["city"] is None or here.city == row["city"]
