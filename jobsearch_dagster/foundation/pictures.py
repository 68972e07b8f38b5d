"""Pictures in the web UI.

Belongs here: a PNG as Markdown. Drawing is in the stages.
"""

import base64
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg

LARGEST = 500_000  # bytes; the run's page stalls on much larger metadata


def drawn(draw: Callable[[Path], None]) -> dg.MarkdownMetadataValue:
    """A picture that is kept nowhere but on its page.

    Args:
        draw: Draws it into a PNG file.
    """
    with TemporaryDirectory() as folder:
        target = Path(folder) / "picture.png"
        draw(target)
        return as_markdown(target)


def as_markdown(png: Path) -> dg.MarkdownMetadataValue:
    """The picture inline, or its path where it is too large for the page."""
    data = png.read_bytes()
    if len(data) > LARGEST:
        return dg.MetadataValue.md(f"`{png}`")
    return dg.MetadataValue.md(f"![{png.stem}](data:image/png;base64,{base64.b64encode(data).decode()})")
