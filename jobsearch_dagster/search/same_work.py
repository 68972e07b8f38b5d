"""Titles that name the same work: a software developer is a software engineer.

Belongs here: which titles stand for each other when postings are looked up. How a title is written in one form is for
`preparation.titles`.
"""

from jobsearch_dagster.preparation.titles import standardize_title

_OTHER_HEAD = {"developer": "engineer", "engineer": "developer"}
_SOFTWARE = frozenset(
    (
        "backend",
        "cloud",
        "data",
        "devops",
        "embedded",
        "frontend",
        "game",
        "mobile",
        "platform",
        "software",
        "stack",
        "web",
    )
)
"""Modifiers beside which "developer" and "engineer" name the same work; a sales engineer is no sales developer."""


def names_of_work(title: str) -> tuple[str, ...]:
    """A title and the others that name the same work, the title first; `qa tester` is a `quality assurance tester`."""
    standard = standardize_title(title)
    *modifiers, head = standard.split() or [""]
    other = _OTHER_HEAD.get(head) if _SOFTWARE.intersection(modifiers) else None
    others = [standard, *([" ".join([*modifiers, other])] if other else [])]
    return tuple(dict.fromkeys(name for name in (title, *others) if name))
