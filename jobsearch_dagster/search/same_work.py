"""Titles that name the same work: a software developer is a software engineer.

Belongs here: which titles stand for each other when postings are looked up. How a title is written in one form is for
`preparation.titles`.
"""

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
    """A title and the others that name the same work, the title first."""
    *modifiers, head = title.lower().split() or [""]
    if head in _OTHER_HEAD and _SOFTWARE.intersection(modifiers):
        return title, " ".join([*modifiers, _OTHER_HEAD[head]])
    return (title,)
