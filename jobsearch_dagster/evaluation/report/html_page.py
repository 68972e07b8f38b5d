"""The report as one HTML file that needs nothing else: pictures are inside it, and nothing is asked of a network.

Belongs here: markup, style and escaping. It is read with a keyboard, a screen reader and on a phone: tables have
headers and scroll by themselves, pictures have texts, nothing depends on colour alone. The page forbids its reader's
browser to load or run anything, so that a posting with markup in it could do nothing even if it were not escaped.
"""

import base64
import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

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

_CONTROL = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
"""Characters that no HTML text may hold."""
_STYLE = """
:root{color-scheme:light}
body{margin:0 auto;max-width:72rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}
h1{font-size:1.7rem;line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid #ccc}h3{margin-top:1.8rem}
p,li{max-width:46rem;overflow-wrap:anywhere}
.wide{overflow-x:auto;margin:1rem 0}.wide:focus-visible,summary:focus-visible{outline:3px solid #0072b2}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{padding:.3rem .6rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}
td{min-width:8rem}thead th{border-bottom:2px solid #555}
figure{margin:1.2rem 0}figure img{width:100%;min-width:44rem;max-width:76rem;height:auto}
figcaption{color:#444;font-size:.875rem;max-width:46rem}
details{margin:1rem 0}summary{cursor:pointer;font-weight:600}
.side{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr))}
.side article{border:1px solid #ccc;border-radius:.4rem;padding:.6rem;min-width:0}
.side h4{margin:0 0 .4rem}.side p{margin:0;font-size:.875rem}
.side p.said{white-space:pre-wrap;margin-bottom:.6rem}.side p.scores{color:#444}
@media print{.wide{overflow:visible}}
"""


def html_page(blocks: Sequence[Block], folder: Path) -> str:
    """The whole page.

    Args:
        blocks: Its parts; the first is the title.
        folder: Where the pictures' PNG files are.
    """
    title = blocks[0]
    assert isinstance(title, Heading)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        f"<title>{text(title.text)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{_all(blocks, folder)}\n</main>\n</body>\n</html>\n"
    )


def text(value: str) -> str:
    """Any text as HTML, whatever stands in it."""
    return escape(_CONTROL.sub("\ufffd", value))


def _all(blocks: Sequence[Block], folder: Path) -> str:
    return "\n".join(_WRITERS[type(block)](block, folder) for block in blocks)


def _heading(block: Heading, folder: Path) -> str:
    return f"<h{block.level}>{text(block.text)}</h{block.level}>"


def _paragraph(block: Paragraph, folder: Path) -> str:
    return f"<p>{text(block.text)}</p>"


def _bullets(block: Bullets, folder: Path) -> str:
    return "<ul>\n" + "\n".join(f"<li>{text(item)}</li>" for item in block.texts) + "\n</ul>"


def _table(block: Table, folder: Path) -> str:
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in block.columns)
    rows = "\n".join(
        f'<tr><th scope="row">{text(first)}</th>' + "".join(f"<td>{text(cell)}</td>" for cell in rest) + "</tr>"
        for first, *rest in block.rows
    )
    return _wide(
        block.caption,
        f"<table>\n<caption>{text(block.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>",
    )


def _wide(label: str, inner: str) -> str:
    """What is wider than a phone scrolls in a box of its own, by keyboard too."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{text(label)}">\n{inner}\n</div>'


def _picture(block: Picture, folder: Path) -> str:
    data = base64.b64encode((folder / f"{block.name}.png").read_bytes()).decode()
    image = f'<img src="data:image/png;base64,{data}" alt="{text(block.alt)}">'
    return f"<figure>\n{_wide(block.caption, image)}\n<figcaption>{text(block.caption)}</figcaption>\n</figure>"


def _side_by_side(block: SideBySide, folder: Path) -> str:
    articles = "\n".join(
        f'<article><h4>{text(said.who)}</h4><p class="said">{text(said.text)}</p>'
        f'<p class="scores">{text(said.scores)}</p></article>'
        for said in block.answers
    )
    return f'<div class="side">\n{articles}\n</div>'


def _folded(block: Folded, folder: Path) -> str:
    return f"<details>\n<summary>{text(block.title)}</summary>\n{_all(block.blocks, folder)}\n</details>"


_WRITERS: dict[type[Any], Callable[[Any, Path], str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Bullets: _bullets,
    Table: _table,
    Picture: _picture,
    SideBySide: _side_by_side,
    Folded: _folded,
}
