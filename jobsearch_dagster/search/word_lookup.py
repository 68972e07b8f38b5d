r"""How filters find words: texts are cut into words once, when the catalog is written, and never in a question.

Belongs here: how a text is cut in SQL, what the catalog file holds of it beside the declared columns, and the condition
that a posting holds a word. `c++`, `c#`, `.net` and `node.js` are words, a final full stop belongs to none; case and
accents do not count.

Short texts stand as cut words in columns. Of summaries there is a table of its own, word -> postings in order, where a
word takes 2 ms among 100,000 postings; cutting them in the question took 350 ms, searching the cut ones 40 ms.
"""

import re

Condition = tuple[str, tuple[str, ...]]
"""An SQL condition with as many `?` as parameters."""

_BETWEEN_SKILLS = "|"
_WORD = r"[\p{L}\p{N}.+#]*[\p{L}\p{N}+#]"
_SAME_WORD = re.compile(r"(?:[^\W_]|[.+#])*(?:[^\W_]|[+#])")
"""In Python's syntax."""


def folded(expression: str) -> str:
    """SQL for a text without case and accents."""
    return f"strip_accents(lower({expression}))"


def _cut(expression: str) -> str:
    """SQL for the list of a text's words."""
    return f"regexp_extract_all({folded(expression)}, '{_WORD}')"


def _spaced(words: str) -> str:
    """SQL for words as one text, each between blanks."""
    return f"' ' || array_to_string({words}, ' ') || ' '"


WORD_COLUMNS = {
    "title_words": _spaced(_cut("concat_ws(' ', title, standard_title, role)")),
    "place_words": _spaced(_cut("place")),
    "skill_names": f"'{_BETWEEN_SKILLS}' || lower(array_to_string(skills, '{_BETWEEN_SKILLS}')) || '{_BETWEEN_SKILLS}'",
}
"""Further columns of `jobs`: name and SQL over the declared ones."""
TEXT_WORDS = f"""
    CREATE TABLE text_words AS
    SELECT DISTINCT word, number
    FROM (SELECT unnest({_cut("concat_ws(' ', title, standard_title, summary)")}) AS word, number FROM jobs)
    ORDER BY word, number
"""
"""The table of the words of titles and summaries."""


def has_word(value: str) -> bool:
    """Whether a value holds a word that could be looked up."""
    return _SAME_WORD.search(value) is not None


def holds_words(column: str, value: str) -> list[Condition]:
    """Conditions that a column of cut words holds all words of a value, in any order; none where it has none."""
    return [(f"contains({column}, ' ' || {folded('?')} || ' ')", (word,)) for word in _SAME_WORD.findall(value)]


def text_holds_words(value: str) -> list[Condition]:
    """Conditions that title and summary hold all words of a value, in any order; none where it has none."""
    found = f"number IN (SELECT number FROM text_words WHERE word = {folded('?')})"
    return [(found, (word,)) for word in _SAME_WORD.findall(value)]


def holds_skill(name: str) -> Condition:
    """The posting asks for a skill."""
    return f"contains(skill_names, '{_BETWEEN_SKILLS}' || ? || '{_BETWEEN_SKILLS}')", (name.lower(),)
