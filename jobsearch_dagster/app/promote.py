"""`jobsearch promote`: which adapters there are, which one is served and why, and pinning one by hand.

Belongs here: showing and pinning. What is better is decided by the asset `promoted_adapter`.
"""

from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.artifacts import Artifact, ArtifactStore
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.model_store import served_adapter
from jobsearch_dagster.foundation.promotions import Promotions
from jobsearch_dagster.foundation.settings import Settings


def adapters(settings: Settings) -> Table:
    """A line per adapter, the newest first, with its validation loss beside that of its base model."""
    store = ArtifactStore(settings.data_dir)
    promoted, current = promotions.read(store.root), store.pointed(promotions.ADAPTER)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("digest", "state", "made (UTC)", "validation loss", "of base", "n"):
        table.add_column(name, overflow="fold")
    for artifact in store.finished(promotions.ADAPTER):
        validation = artifact.manifest["validation"]
        losses = (f"{validation[name]:.3f}" for name in ("adapter_loss", "base_loss"))
        states = ", ".join(_states(artifact, promoted, current))
        table.add_row(artifact.path.name, states, _made(artifact), *losses, str(validation["n"]))
    return table


def _states(artifact: Artifact, promoted: Promotions, current: Path | None) -> list[str]:
    is_served = artifact.path.name == promoted.served
    states = {"served": is_served, "pinned": is_served and promoted.pinned, "newest": artifact.path == current}
    return [state for state, holds in states.items() if holds]


def _made(artifact: Artifact) -> str:
    return datetime.fromtimestamp(artifact.path.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M")


def history(settings: Settings) -> list[str]:
    """A line per decision, the earliest first, and one on what is served."""
    promoted = promotions.read(ArtifactStore(settings.data_dir).root)
    lines = [f"{event.at[:16].replace('T', ' ')} {event.what} {event.adapter}: {event.reason}"
             for event in promoted.history]  # fmt: skip
    return [*lines, served(promoted)]


def pin(settings: Settings, digest: str) -> str:
    """Serve an adapter until it is unpinned; what was done, in words.

    Raises:
        UserError: There is no such adapter, or its files or those of its base model are damaged or gone.
    """
    store = ArtifactStore(settings.data_dir)
    found = served_adapter(settings.data_dir, digest)
    for asset, path in (("base_model", found.base.path), (promotions.ADAPTER, found.adapter.path)):
        if not store.is_sound(asset, path.name):
            raise UserError(f"files of {path} are damaged or were changed from outside: choose another adapter")
    return served(promotions.change(store.root, lambda promoted: promoted.pin(found.adapter.path.name)))


def unpin(settings: Settings) -> str:
    """Let decisions count again; what was done, in words."""
    return served(promotions.change(ArtifactStore(settings.data_dir).root, Promotions.unpin))


def served(promoted: Promotions) -> str:
    """What is served, in words."""
    if promoted.served is None:
        return "No adapter is served."
    how = "pinned until `jobsearch promote --unpin`" if promoted.pinned else "until a better one is found"
    return f"Served: {promoted.served}, {how}."
