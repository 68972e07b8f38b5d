"""What the index knows of a posting: its text, and the words of a text.

Belongs here: which cells make the text, and where a word begins and ends. How words and meanings are compared is in
`index.py` and `ranking.py`.
"""

import re
from collections.abc import Mapping
from typing import Any

from jobsearch_dagster.preparation.text import fold

TEXT_COLUMNS = ("title", "standard_title", "place", "skills", "summary")
"""Cells of a posting's text, in order.

The title stands twice, as written and written out, so that its words weigh double and both spellings are found. Skills
are names of the lexicon: "k8s" in a description is found as "kubernetes". The encoder cuts what exceeds its window, so
the summary, of which there is most, stands last. What has one right value (pay, years, work mode) is the filter's.
"""

_WORD = re.compile(r"[\w.+#]*[\w+#]")
"""The words that `sql.py` compares: `c++`, `c#`, `.net` and `node.js` are words, a final full stop belongs to none."""


def posting_text(row: Mapping[str, Any]) -> str:
    """The text of a catalog row, one cell a line; empty cells are left out."""
    cells = (row[name] for name in TEXT_COLUMNS)
    lines = (", ".join(cell) if isinstance(cell, list) else " ".join((cell or "").split()) for cell in cells)
    return "\n".join(line for line in lines if line)


def words(text: str) -> list[str]:
    """The words of a text in order, without case and accents.

    They are not stemmed: a posting must hold each asked word itself to pass the filter, so other forms of it could only
    add to scores, and "analytics" and "analyst" would become one word.
    """
    return _WORD.findall(fold(text).replace("_", " "))
