"""How an invented posting words its facts: sections, sentences, and how much of each.

Belongs here: choosing sentences and filling their slots. Does not belong here: the facts
(`facts.py`), typography (`layout.py`), spoiling the text (`mess.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from jobsearch_dagster.ingestion.sample_data.chance import seeded
from jobsearch_dagster.ingestion.sample_data.facts import Facts, Headline, compose_facts
from jobsearch_dagster.ingestion.sample_data.layout import Section, render
from jobsearch_dagster.ingestion.sample_data.mess import spoil
from jobsearch_dagster.ingestion.sample_data.pay import in_currency, sign
from jobsearch_dagster.ingestion.sample_data.pools import phrases

PRESENT = 2026
NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
)


@dataclass(frozen=True)
class Size:
    """How many duties, company facts, benefits and further sections a posting has."""

    duties: int
    facts: int
    benefits: int
    further: int
    sentences: int


# From a notice of 700 characters to a brochure of 6,000, with their shares in percent.
SIZES = {
    Size(duties=3, facts=0, benefits=0, further=0, sentences=0): 8,
    Size(duties=3, facts=1, benefits=2, further=0, sentences=0): 20,
    Size(duties=4, facts=1, benefits=3, further=1, sentences=2): 33,
    Size(duties=5, facts=2, benefits=4, further=2, sentences=2): 22,
    Size(duties=6, facts=2, benefits=5, further=4, sentences=3): 13,
    Size(duties=7, facts=4, benefits=8, further=7, sentences=5): 4,
}


@dataclass(frozen=True)
class Posting:
    """One posting: its facts, the text that states them, and the cell of the Salary column."""

    facts: Facts
    salary: str
    description: str


def compose_posting(headline: Headline, seed: int, body: int, number: int, *, paid: bool) -> Posting:
    """The posting under `headline`.

    Args:
        headline: Title and place, possibly shared with other postings.
        seed: The seed of the whole sample.
        body: Decides facts and wording; a repost has the body of the posting before it.
        number: The posting's own number; its reference code keeps any two descriptions apart.
        paid: Whether the Salary column is filled.
    """
    rng = seeded(seed, "body", body)
    facts = compose_facts(rng, headline)
    size = rng.choices(list(SIZES), list(SIZES.values()))[0]
    slots = _facts_as_slots(facts) | _small_numbers(rng, facts) | _contact(rng, facts, number)
    sections = _sections(rng, facts, size)
    if body != number:
        sections.append(Section("", (rng.choice(phrases()["reposted"]),)))
    text = spoil(render(rng, [s.filled(slots) for s in sections]), rng)
    return Posting(facts, facts.pay.text if paid else "", text)


def _sections(rng: Random, facts: Facts, size: Size) -> list[Section]:
    """The posting's sections in reading order, slots still empty."""
    pool, role = phrases(), facts.headline.role
    told = pool["facts"] + (pool["facts_of_young_firms"] if role.remote else [])
    about = [rng.choice(role.about), *rng.sample(told, size.facts)]
    about += [rng.choice(pool["summaries"])] if size.facts else []
    offer = _offer(rng, facts, size)
    middle = [
        _section(rng, "duties", rng.sample(role.duties, min(size.duties, len(role.duties)))),
        _section(rng, "requirements", _requirements(rng, facts)),
        *_extras(rng, facts, size),
    ]
    sections = [
        Section("", (_opening(rng, facts),)),
        _section(rng, "about", about, listed=False),
        *([*offer, *middle] if rng.random() < 0.2 else [*middle, *offer]),
        _section(rng, "arrangement", _arrangement(rng, facts), listed=False),
    ]
    if facts.pay_written == "section":
        pay = _section(rng, "pay", [rng.choice(pool["pay"]["section"])], listed=False)
        sections.insert(rng.randint(2, len(sections)), pay)
    further = rng.sample(sorted(pool["further"]), size.further)
    sections += (_further(rng, key, size.sentences) for key in further)
    return [*sections, *_ending(rng, small_print=size.facts > 0)]


def _section(rng: Random, key: str, items: Iterable[str], *, listed: bool = True) -> Section:
    pool = phrases()
    prose = pool["prose"].get(key, "") if listed else ""
    return Section(rng.choice(pool["headings"][key]), tuple(items), listed, prose)


def _opening(rng: Random, facts: Facts) -> str:
    pool = phrases()
    opening = rng.choice(pool["openings"])
    if facts.pay_written == "header":
        return f"{opening}\n{rng.choice(pool['pay']['line'])}"
    return opening


def _offer(rng: Random, facts: Facts, size: Size) -> list[Section]:
    """Benefits, the country's own first; the pay may hide among them."""
    pool = phrases()
    local = pool["benefits_by_country"].get(facts.headline.place.country.code, [])
    items = rng.sample(local, min(len(local), size.benefits, 1))
    items += rng.sample(pool["benefits"], size.benefits)
    if facts.pay_written == "benefits":
        items.insert(rng.randint(0, len(items)), rng.choice(pool["pay"]["line"]))
    return [_section(rng, "benefits", items)] if items else []


def _extras(rng: Random, facts: Facts, size: Size) -> list[Section]:
    """One or two skills of the role that the posting does not require."""
    others = [s for s in facts.headline.role.skills if s not in facts.skills]
    if len(others) < 2 or not size.further:
        return []
    first, second = rng.sample(others, 2)
    line = rng.choice(phrases()["extras"]).format(a=first, b=second)
    return [_section(rng, "extras", [line])]


def _further(rng: Random, key: str, sentences: int) -> Section:
    """A section about the employer; hiring and first weeks keep the order of events."""
    told = phrases()["further"][key]
    chosen = sorted(rng.sample(range(len(told)), min(sentences, len(told))))
    return _section(rng, key, [told[i] for i in chosen], listed=key in ("hiring", "questions"))


def _ending(rng: Random, *, small_print: bool) -> list[Section]:
    pool, shares = phrases(), {"equal": 0.6, "privacy": 0.3}
    apply = [rng.choice(pool["apply"]), rng.choice(pool["references"])]
    ending = [_section(rng, "apply", apply, listed=False)]
    lines = [rng.choice(pool[key]) for key, share in shares.items() if rng.random() < share]
    return [*ending, Section("", tuple(lines))] if lines and small_print else ending


def _requirements(rng: Random, facts: Facts) -> list[str]:
    pool, headline = phrases(), facts.headline
    items = [_years(rng, facts), _education(rng, facts), *_skills(rng, facts.skills)]
    items.append(rng.choice(pool["soft"]))
    if headline.role.licence:
        items.append(headline.role.licence)
    if not headline.role.remote and rng.random() < 0.5:
        items.append(rng.choice(pool["soft_onsite"]))
    if rng.random() < 0.3:
        rng.shuffle(items)
    return items


def _years(rng: Random, facts: Facts) -> str:
    forms = phrases()["years"]
    if facts.min_years == 0:
        return rng.choice(forms["up_to_one" if facts.max_years else "zero"])
    if facts.min_years == 1:
        return rng.choice(forms["one"])
    return rng.choice(forms["range" if facts.max_years else "open"])


def _education(rng: Random, facts: Facts) -> str:
    if facts.education == "high school":
        return rng.choice(facts.headline.place.country.school)
    return rng.choice(phrases()["education"][facts.education])


def _skills(rng: Random, skills: tuple[str, ...]) -> list[str]:
    """All required skills, one to three to a sentence."""
    lines, rest, forms = [], list(skills), phrases()["skills"]
    while rest:
        size = min(rng.randint(1, 3), len(rest))
        group, rest = rest[:size], rest[size:]
        form = rng.choice(forms[("one", "two", "three")[size - 1]])
        lines.append(form.format(**dict(zip("abc", group, strict=False))))
    return lines


def _arrangement(rng: Random, facts: Facts) -> list[str]:
    pool = phrases()
    employment = rng.choice(pool["employment"][facts.employment_type])
    return [employment, rng.choice(pool["mode"][facts.headline.work_mode])]


def _facts_as_slots(facts: Facts) -> dict[str, Any]:
    headline, least, most = facts.headline, facts.min_years, facts.max_years or 0
    plain = phrases()["title_forms"][headline.level][0].format(t=headline.base_title)
    return {
        "company": facts.company,
        "city": headline.place.city,
        "country": headline.place.country.name,
        "location": headline.location,
        "plain": plain,
        "area": headline.role.area,
        "study": headline.role.study,
        "pay": facts.pay.text,
        "n": least,
        "m": most,
        "word": NUMBERS[least],
        "word_m": NUMBERS[most],
        "word_upper": NUMBERS[least].capitalize(),
    }


def _small_numbers(rng: Random, facts: Facts) -> dict[str, Any]:
    """Numbers that answer no question about the job, to be told apart from those that do."""
    currency, founded = facts.pay.currency, rng.randint(1935, 2012)
    return {
        "founded": founded,
        "age": PRESENT - founded,
        "team": NUMBERS[rng.randint(3, 12)],
        "career": rng.randint(15, 35),
        "staff": rng.randint(3, 90) * 20,
        "sites": rng.randint(2, 14),
        "customers": f"{rng.randint(2, 80) * 500:,}",
        "combined": rng.randint(25, 80),
        "percent": rng.randint(20, 60),
        "days": NUMBERS[rng.randint(2, 3)],
        "hours": rng.choice((37.5, 38, 40)),
        "part_hours": rng.randint(15, 28),
        "months": rng.randint(4, 18),
        "intern_months": rng.randint(2, 6),
        "holidays": rng.randint(25, 32),
        "bonus": rng.randint(4, 12),
        "match": rng.randint(3, 9),
        "sign": sign(currency),
        "funding": in_currency(rng.randint(4, 60), currency),
        "order": in_currency(rng.randint(1, 40), currency),
        "donation": in_currency(rng.randint(2, 30) * 1000, currency),
        "training": in_currency(rng.randint(2, 8) * 250, currency),
        "sign_on": in_currency(rng.randint(1, 6) * 500, currency),
        "referral": in_currency(rng.randint(1, 4) * 250, currency),
    }


def _contact(rng: Random, facts: Facts, number: int) -> dict[str, str]:
    """Addresses under example.com, telephone numbers from the 555-01xx range, a unique code."""
    pool = phrases()
    given, family = rng.choice(pool["given"]), rng.choice(pool["family"])
    code = f"{facts.company[:2].upper()}-{number:05d}"
    phone = rng.choice(("+1 555 {}", "(555) 555-{}", "555-{}", "+1-555-555-{}"))
    return {
        "host": facts.company.lower().replace(" ", "-").replace("é", "e") + ".example.com",
        "ref": code,
        "ref_path": code.lower(),
        "given": given,
        "given_cap": given.capitalize(),
        "family": family,
        "family_cap": family.capitalize(),
        "phone": phone.format(f"01{rng.randint(0, 99):02d}"),
    }
