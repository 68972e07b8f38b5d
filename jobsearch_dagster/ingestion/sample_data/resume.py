"""Invented resumes of 300 to 1,000 characters.

Belongs here: choosing and wording what an applicant says. A resume belongs to a role and not to a
posting, so that postings of one role share applicants. Does not belong here: who applies where
(`ingestion.sample`).
"""

from functools import lru_cache
from random import Random

from jobsearch_dagster.ingestion.sample_data.chance import seeded
from jobsearch_dagster.ingestion.sample_data.pools import Role, phrases, roles


@lru_cache(maxsize=4096)
def compose_resume(seed: int, role_number: int, number: int) -> str:
    """Resume `number` of a role; no two are equal, because the contact line holds the number."""
    rng = seeded(seed, "resume", role_number, number)
    role, pool = roles()[role_number], phrases()["resume"]
    sentences = [
        _opening(rng, role),
        _skills(rng, role),
        *(f"I {_lower_first(text)}." for text in _achievements(rng, role)),
        *_duties(rng, role),
        rng.choice(pool["education"][rng.choice(role.education)]).format(n=rng.randint(2, 9)),
        *rng.sample(pool["closings"], rng.randint(0, 3)),
        _contact(rng, number),
    ]
    return ("\n" if rng.random() < 0.1 else " ").join(sentences)


def _opening(rng: Random, role: Role) -> str:
    pool, years = phrases()["resume"], rng.randint(1, 16)
    adjective = rng.choice(pool["adjectives"])
    return rng.choice(pool["openings" if years > 1 else "newcomer"]).format(
        title=rng.choice(role.titles),
        area=role.area,
        y=years,
        adjective=adjective,
        adjective_lower=adjective.lower(),
    )


def _skills(rng: Random, role: Role) -> str:
    known = rng.sample(role.skills, min(len(role.skills), rng.randint(4, 8)))
    named = dict(zip("abcd", known, strict=False))
    return rng.choice(phrases()["resume"]["skills"]).format(all=", ".join(known), **named)


def _achievements(rng: Random, role: Role) -> list[str]:
    chosen = rng.sample(role.did, rng.randint(2, len(role.did)))
    return [text.format(n=rng.randint(3, 28), pct=rng.randint(8, 45)) for text in chosen]


def _duties(rng: Random, role: Role) -> list[str]:
    forms = rng.sample(phrases()["resume"]["duty"], rng.randint(1, 2))
    duties = rng.sample(role.duties, len(forms))
    return [f.format(duty=_lower_first(d)) for f, d in zip(forms, duties, strict=True)]


def _contact(rng: Random, number: int) -> str:
    pool = phrases()
    return rng.choice(pool["resume"]["contacts"]).format(
        given=rng.choice(pool["given"]),
        family=rng.choice(pool["family"]),
        n=number,
        nn=f"{number % 100:02d}",
    )


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
