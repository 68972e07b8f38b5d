"""What is true of an invented posting: facts that agree with each other, before any wording.

Belongs here: title, seniority, years, place, work mode, pay, skills. Does not belong here: how a
text states them (`posting.py`), how many postings share a title and place (`ingestion.sample`).
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

from jobsearch_dagster.ingestion.sample_data.chance import deal, seeded
from jobsearch_dagster.ingestion.sample_data.pay import Pay, choose_period, invent_pay
from jobsearch_dagster.ingestion.sample_data.pools import Place, Role, phrases, places, roles

# Fewest years of experience a level asks for: from, to.
LEAST_YEARS = {
    "intern": (0, 0),
    "entry": (0, 1),
    "junior": (1, 2),
    "mid": (2, 4),
    "senior": (5, 8),
    "lead": (5, 8),
    "staff": (7, 10),
    "principal": (9, 12),
    "manager": (5, 8),
    "executive": (10, 15),
}
# Levels that are always full-time and never paid by the hour.
SALARIED = ("manager", "executive")
# Shares in percent, and the odds that a location names the work mode.
EMPLOYMENT = {"full-time": 73, "part-time": 9, "contract": 10, "temporary": 4, "freelance": 4}
PAY_WRITTEN = {"nowhere": 66, "section": 17, "benefits": 10, "header": 7}
LOCATION_NAMES_MODE = {"remote": 0.65, "hybrid": 0.5, "onsite": 0.08}


@dataclass(frozen=True)
class Headline:
    """Title and location as written, and what they mean."""

    role_number: int
    base_title: str
    level: str
    place: Place
    work_mode: Literal["remote", "hybrid", "onsite"]
    title: str
    location: str

    @property
    def role(self) -> Role:
        """The role behind the title."""
        return roles()[self.role_number]


@dataclass(frozen=True)
class Facts:
    """Everything a posting says. `pay_written` tells where the description states pay."""

    headline: Headline
    company: str
    pay: Pay
    pay_written: str
    skills: tuple[str, ...]
    min_years: int
    max_years: int | None
    education: str
    employment_type: str


def compose_headline(seed: int, number: int) -> Headline:
    """Title and place number `number`; roles and places are dealt so that all come up equally."""
    rng = seeded(seed, "headline", number)
    role_number = deal(seed, "role", len(roles()), number)
    role = roles()[role_number]
    place = places()[deal(seed, "place", len(places()), number)]
    level, base = rng.choice(role.levels), rng.choice(role.titles)
    mode = rng.choice(("remote", "hybrid", "onsite")) if role.remote else "onsite"
    title = _decorated(rng, rng.choice(_title_forms(role, level)).format(t=base), role, place)
    return Headline(role_number, base, level, place, mode, title, _location(rng, place, mode))


def compose_facts(rng: Random, headline: Headline) -> Facts:
    """Facts for one employer who fills the post `headline`."""
    role, country, level = headline.role, headline.place.country, headline.level
    employment = _employment(rng, role, level)
    period = choose_period(rng, role, country, employment, salaried=level in SALARIED)
    least, most = _years(rng, level)
    company = phrases()["company_names"]
    return Facts(
        headline=headline,
        company=f"{rng.choice(company['first'])}{rng.choice(company['last'])} {rng.choice(role.sectors)}",
        pay=invent_pay(rng, role, level, country, period),
        pay_written=_weighted(rng, PAY_WRITTEN),
        skills=tuple(rng.sample(role.skills, min(len(role.skills), rng.randint(3, 8)))),
        min_years=least,
        max_years=most,
        education="none" if level == "intern" else rng.choice(role.education),
        employment_type=employment,
    )


def _weighted(rng: Random, shares: dict[str, int]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]


def _employment(rng: Random, role: Role, level: str) -> str:
    if level == "intern":
        return "internship"
    chosen = _weighted(rng, EMPLOYMENT)
    usual = level in SALARIED or (chosen == "freelance" and not role.remote)
    return "full-time" if usual else chosen


def _years(rng: Random, level: str) -> tuple[int, int | None]:
    least = rng.randint(*LEAST_YEARS[level])
    if least > 1 and rng.random() < 0.3:
        return least, least + rng.randint(2, 3)
    if level == "entry" and least == 0 and rng.random() < 0.5:
        return 0, 1
    return least, None


def _title_forms(role: Role, level: str) -> list[str]:
    pool = phrases()
    special = {} if role.remote else pool["title_forms_on_the_spot"]
    return special.get(level, pool["title_forms"][level])


def _decorated(rng: Random, title: str, role: Role, place: Place) -> str:
    """The title with the tags and codes that offices add to it."""
    if role.field in ("software", "data") and rng.random() < 0.2:
        title += f" ({'/'.join(rng.sample(role.skills[:6], 2))})"
    if not role.remote and rng.random() < 0.15:
        title += f" - {rng.choice(phrases()['shifts'])}"
    if place.country.tags and rng.random() < 0.7:
        title += f" {rng.choice(place.country.tags)}"
    odd = rng.random()
    if odd < 0.04:
        return title.upper()
    if odd < 0.08:
        return title.lower()
    if odd < 0.13:
        return f"{title} - REQ{rng.randint(1000, 9999)}"
    return f"{place.city} - {title}" if odd < 0.16 else title


def _location(rng: Random, place: Place, mode: str) -> str:
    spelling = place.spellings[0] if rng.random() < 0.5 else rng.choice(place.spellings)
    if rng.random() >= LOCATION_NAMES_MODE[mode]:
        return spelling
    return rng.choice(phrases()["location_forms"][mode]).format(
        place=spelling, country=place.country.name, short=rng.choice(place.country.short)
    )
