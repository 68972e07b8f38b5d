"""How sections become one text: bulleted, starred, with emoji, styled letters, HTML or as prose.

Belongs here: typography. Does not belong here: what a section says (`posting.py`).
"""

import html
from dataclasses import dataclass
from random import Random
from typing import Any

from jobsearch_dagster.ingestion.sample_data.mess import bold


@dataclass(frozen=True)
class Section:
    """A heading (may be empty) and its sentences; `prose` sets a list as one sentence."""

    heading: str
    items: tuple[str, ...]
    listed: bool = False
    prose: str = ""

    def filled(self, slots: dict[str, Any]) -> "Section":
        """The section with every {slot} replaced."""
        items = tuple(item.format_map(slots) for item in self.items)
        return Section(self.heading.format_map(slots), items, self.listed, self.prose)


# Heading and bullet of the layouts that differ in nothing else; {H} is upper case, {B} bold.
LISTS = {
    "dashes": ("{h}:", "- "),
    "dots": ("{H}", "• "),
    "stars": ("**{h}**", "* "),
    "middots": ("{h}", "· "),
    "rockets": ("🚀 {h}", "✅ "),
    "pointing": ("👉 {h} 👇", "➡️ "),
    "styled": ("{B}", "▪ "),
    "numbers": ("== {h} ==", "{i}. "),
}
# Shares in percent.
LAYOUTS = {
    "dashes": 24, "dots": 16, "stars": 12, "middots": 4, "rockets": 6, "pointing": 4,
    "styled": 7, "numbers": 4, "html": 9, "html_breaks": 4, "prose": 10,
}  # fmt: skip


def render(rng: Random, sections: list[Section]) -> str:
    """The text of a posting in one randomly chosen layout."""
    layout = rng.choices(list(LAYOUTS), list(LAYOUTS.values()))[0]
    if layout == "html":
        return "\n".join(_html(s) for s in sections)
    if layout == "html_breaks":
        return "<br><br>".join(_html_breaks(s) for s in sections)
    if layout == "prose":
        return "\n\n".join(_prose(s) for s in sections)
    return "\n\n".join(_listed(s, *LISTS[layout]) for s in sections)


def _listed(section: Section, heading: str, bullet: str) -> str:
    title, lines = section.heading, []
    if title:
        shown = heading.format(h=title, H=title.upper(), B=bold(title))
        lines.append(shown.replace("?:", "?"))
    if section.listed:
        lines += [bullet.format(i=i) + item for i, item in enumerate(section.items, 1)]
    else:
        lines.append(_paragraph(section.items))
    return "\n".join(lines)


def _paragraph(items: tuple[str, ...]) -> str:
    return " ".join(i if i.endswith((".", "!", "?", ")")) or "\n" in i else f"{i}." for i in items)


def _prose(section: Section) -> str:
    if not section.prose:
        return _paragraph(section.items)
    items = [i[0].lower() + i[1:] if "will {items}" in section.prose else i for i in section.items]
    return section.prose.format(items="; ".join(items))


def _html(section: Section) -> str:
    heading = f"<h3>{html.escape(section.heading)}</h3>" if section.heading else ""
    if section.listed:
        items = "".join(f"<li>{html.escape(item)}</li>" for item in section.items)
        return f"{heading}<ul>{items}</ul>"
    text = html.escape(_paragraph(section.items)).replace("\n", "<br/>")
    return f"{heading}<p>{text}</p>"


def _html_breaks(section: Section) -> str:
    heading = f"<strong>{html.escape(section.heading)}</strong><br>" if section.heading else ""
    if not section.listed:
        return heading + html.escape(_paragraph(section.items)).replace("\n", "<br>")
    return heading + "<br>".join(f"&bull;&nbsp;{html.escape(item)}" for item in section.items)
