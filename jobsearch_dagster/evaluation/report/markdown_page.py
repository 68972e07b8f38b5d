"""The report as Markdown, with its pictures as files beside it.

Belongs here: Markdown and its escaping.
"""

import re
from collections.abc import Sequence

from jobsearch_dagster.evaluation.report.blocks import (
    Block,
    Bullets,
    Folded,
    Heading,
    Paragraph,
    Picture,
    SideBySide,
    Table,
)

_MARKUP = re.compile(r"([\\`*_\[\]|#~]|^[-+=](?=[-=\s]|$))")
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
"""What would begin an item of a list."""


def markdown_page(blocks: Sequence[Block]) -> str:
    """The whole page."""
    return "\n\n".join(_written(block) for block in blocks) + "\n"


def text(value: str) -> str:
    """Any text on one line, whatever stands in it, so that no Markdown and no HTML comes of it."""
    flat = " ".join(value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", flat))


def _written(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {text(block.text)}"
        case Paragraph():
            return text(block.text)
        case Bullets():
            return "\n".join(f"- {text(item)}" for item in block.texts)
        case Table():
            rule = "|" + " --- |" * len(block.columns)
            lines = [_row(block.columns), rule, *map(_row, block.rows)]
            return "\n".join([f"**{text(block.caption)}**", "", *lines])
        case Picture():
            return f"![{text(block.alt)}]({block.name}.png)\n\n{text(block.caption)}"
        case SideBySide():
            return "\n\n".join(
                f"**{text(said.who)}** ({text(said.scores)})\n\n{_quoted(said.text)}" for said in block.answers
            )
        case Folded():
            return f"### {text(block.title)}\n\n" + "\n\n".join(_written(inner) for inner in block.blocks)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(text, cells)) + " |"


def _quoted(value: str) -> str:
    """Lines stay lines; a backslash at the end of one is Markdown's break."""
    return "\\\n".join(f"> {text(line)}" for line in value.splitlines() if line.strip()) or "> (empty)"
