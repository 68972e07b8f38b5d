"""What a question asks for, in the form that tests compare."""

from typing import Any

from jobsearch_dagster.search.question import parse_question


def asked(question: str, history: tuple[str, ...] = ()) -> tuple[str, dict[str, Any]]:
    """Intent and all that was asked: the slots, those of `exclude`, and what to see of the jobs."""
    found = parse_question(question, history)
    shape = {name: getattr(found.filter, name) for name in ("sort", "limit", "agg", "field", "group_by")}
    shape = {name: value for name, value in shape.items() if value not in (None, "relevance")}
    excluded = {f"not {slot}": value for slot, value in found.filter.exclude.slots.items()}
    return found.intent, found.filter.slots | excluded | shape


def searched(question: str, history: tuple[str, ...] = ()) -> dict[str, Any]:
    """The same of a question that is a search."""
    intent, slots = asked(question, history)
    assert intent == "search", intent
    return slots
