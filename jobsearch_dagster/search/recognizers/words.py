"""English words that a question about jobs is built of, and that by themselves ask for nothing.

Belongs here: the word lists of `words.yaml`, and what is left of a question once all else is read: its keywords.
"""

import re
from functools import cache
from importlib import resources
from typing import Literal

import yaml

from jobsearch_dagster.search.recognizers.spans import Finding

WordList = Literal["job", "function", "plain", "occupation", "title_modifier", "industry"]
_INCLUDES: dict[WordList, tuple[WordList, ...]] = {"function": ("job",), "plain": ("job", "function")}


@cache
def words(name: WordList) -> frozenset[str]:
    """A list of `words.yaml`; every job word is a function word, and every function word a plain one."""
    file = resources.files("jobsearch_dagster.search.recognizers") / "words.yaml"
    lists = yaml.safe_load(file.read_text(encoding="utf-8"))
    return frozenset(word for part in (name, *_INCLUDES.get(name, ())) for word in lists[part].split())


_WORD = re.compile(r"[^\W\d_](?:[\w+#'-]*[\w+#])?")
LEAST_LETTERS = 2


def find_keywords(text: str) -> list[Finding]:
    """`keywords`: words that mean something and that nothing else has used; neighbours make one phrase."""
    findings: list[Finding] = []
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word in words("function") or len(word) < LEAST_LETTERS:
            continue
        last = findings[-1] if findings else None
        if last and text[last.end : match.start()] == " ":
            findings[-1] = Finding("keywords", f"{last.value} {word}", last.start, match.end())
        else:
            findings.append(Finding("keywords", word, *match.span()))
    return findings
