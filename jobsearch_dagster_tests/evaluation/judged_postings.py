"""Postings of which examples for the judges are made, and examples without texts, for tests."""

import numpy as np

from jobsearch_dagster.evaluation.corruptions import Example, Source
from jobsearch_dagster.evaluation.truth import Asked, NamedJob
from jobsearch_dagster.preparation.locations import normalize_place, parse_location

PLACES = ("Malmö, Sweden", "Berlin", "Austin, TX", "Pune, India", "Leeds, England", "Toronto, Canada")
BUCKETS = ("under $50K", "$50K-$75K", "$75K-$100K", "$100K-$150K", "over $150K", "$50K-$75K")
SKILLS = ("Python", "Excel", "Kafka", "Docker", "Spark", "Tableau")


def make_sources(count: int = 6) -> list[Source]:
    """Analysts and developers, each with its own place, pay, years and skill."""
    return [_source(number) for number in range(count)]


def _source(number: int) -> Source:
    at = number % 6
    place = normalize_place(parse_location(PLACES[at]))
    title = f"{('data analyst', 'software developer')[number % 2]}"
    skill, years = SKILLS[at], number % 5 + 2
    said = f"You need {years} years of experience with {skill}."
    whole = f"We are team {number} in {place.split(', ')[0]}. {said} Lunch is at noon. Apply before May."
    questions = {
        "location": (f"What jobs are open in {place}?", Asked("location", (place,))),
        "skills": (f"Are there jobs for {skill}?", Asked("skills", (skill,))),
        "salary": (f"What jobs offer a salary of {BUCKETS[at]}?", Asked("salary", (BUCKETS[at],))),
        "experience": (f"What jobs are there for {years} years of experience?", Asked("experience", (str(years),))),
    }
    job = NamedJob(title, place, BUCKETS[at], whole)
    return Source(f"posting-{number}", job, NamedJob(title, place, BUCKETS[at], said), questions)


POSTINGS = 30


def drawn(seed: int = 0) -> tuple[list[Example], np.ndarray, np.ndarray]:
    """Examples of three kinds of corruption, with features of which the first tells true from false."""
    luck = np.random.default_rng(seed)
    kinds = [("as it is", True)] * 3 + [("swapped", False), ("truncated", False), ("off topic", False)]
    examples = [
        Example("answer_relevance", kind, f"posting-{posting}", "", "", "", label)
        for posting in range(POSTINGS)
        for kind, label in kinds
    ]
    labels = np.array([example.label for example in examples])
    features = luck.normal(size=(len(examples), 4))
    features[:, 0] += 3 * labels
    return examples, features, labels


def relabelled(examples: list[Example], labels: np.ndarray) -> list[Example]:
    return [example._replace(label=bool(label)) for example, label in zip(examples, labels, strict=True)]
