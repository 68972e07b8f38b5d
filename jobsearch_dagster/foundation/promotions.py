"""Which adapter is served: `models/promoted.json`, with the pin and the history of all decisions.

Belongs here: reading and changing that file. Which adapter is better is decided in `evaluation/promotion.py`; where the
files of a served one lie is told by `foundation/model_store.py`.

All of it is one file, replaced by a rename: a process that is killed at any moment leaves the earlier adapter served
and the earlier history. Whoever changes it holds a lock of the kernel's, which ends with its process.
"""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.scratch import process_name, remove_abandoned

ADAPTER = "lora_adapter"
"""The asset whose artifacts are served; a digest is the name of one's folder."""
FILE = "promoted.json"
LOCK = "promoted.lock"


@dataclass(frozen=True)
class Decision:
    """What the comparison of two adapters says.

    Attributes:
        version: Data version of the table `promoted_adapter` that it stands in.
        candidate: Digest of the new adapter.
        compared_with: Digest of the other one; None for the base model.
        promotes: Whether the new one is shown to be better.
        reason: Why, in words.
    """

    version: str
    candidate: str
    compared_with: str | None
    promotes: bool
    reason: str


class Event(BaseModel):
    """One entry of the history.

    Attributes:
        at: When, ISO 8601 in UTC.
        what: `promoted` and `kept` are decisions by comparison, `pinned` and `unpinned` are by hand.
        adapter: Digest of the adapter it is about.
        served: Digest of the one that is served from then on; None where none is.
        reason: Why, in words.
        decision: Data version of the decision that was carried out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    what: Literal["promoted", "kept", "pinned", "unpinned"]
    adapter: str
    served: str | None
    reason: str
    decision: str | None = None


class Promotions(BaseModel):
    """The file's content.

    Attributes:
        served: Digest of the adapter that answers `--via lora`; None where none was ever promoted.
        replaced: The one that was served before it: what it was, or would be, compared with.
        pinned: Whether a person chose it, so that no decision replaces it.
        history: All that was decided, the earliest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    served: str | None = None
    replaced: str | None = None
    pinned: bool = False
    history: tuple[Event, ...] = ()

    def compared_with(self, candidate: str) -> str | None:
        """Digest of the adapter that a candidate must beat; None for the base model.

        One that is served already must beat what it replaced, so that its own promotion makes no decision stale.
        """
        return self.replaced if candidate == self.served else self.served

    def pin(self, adapter: str) -> "Promotions":
        """An adapter is served whatever is decided."""
        return self._serving(adapter, "pinned", "by hand", pinned=True)

    def unpin(self) -> "Promotions":
        """The adapter that is served stays until a better one is found."""
        if not self.pinned or self.served is None:
            return self
        return self._serving(self.served, "unpinned", "by hand", pinned=False)

    def carry_out(self, decision: Decision) -> "Promotions":
        """Serve the candidate where it was shown to be better than what is served; record it in any case.

        What was recorded and leaves nothing to do changes nothing.
        """
        is_next = decision.compared_with == self.served and decision.candidate != self.served
        if decision.promotes and is_next and not self.pinned:
            return self._serving(decision.candidate, "promoted", decision.reason, decision=decision.version)
        if any(event.decision == decision.version for event in self.history):
            return self
        reason = f"{self.served} is pinned; {decision.reason}" if self.pinned else decision.reason
        kept = _event("kept", decision.candidate, self.served, reason, decision.version)
        return self.model_copy(update={"history": (*self.history, kept)})

    def _serving(
        self,
        adapter: str,
        what: Literal["promoted", "pinned", "unpinned"],
        reason: str,
        *,
        pinned: bool = False,
        decision: str | None = None,
    ) -> "Promotions":
        return Promotions(
            served=adapter,
            replaced=self.replaced if adapter == self.served else self.served,
            pinned=pinned,
            history=(*self.history, _event(what, adapter, adapter, reason, decision)),
        )


def _event(
    what: Literal["promoted", "kept", "pinned", "unpinned"],
    adapter: str,
    served: str | None,
    reason: str,
    decision: str | None,
) -> Event:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Event(at=now, what=what, adapter=adapter, served=served, reason=reason, decision=decision)


def read(models: Path) -> Promotions:
    """What is served, from one reading of the file; nothing where there is none.

    Args:
        models: The folder `models` of a data folder.

    Raises:
        UserError: The file is damaged.
    """
    path = models / FILE
    try:
        return Promotions.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Promotions()
    except ValidationError as error:
        raise UserError(
            f"{path} is damaged: restore it, or delete it: then no adapter is served or pinned until the next "
            "`jobsearch run` decides"
        ) from error


def change(models: Path, update: Callable[[Promotions], Promotions]) -> Promotions:
    """Replace the file's content by what is made of it; nobody else changes it meanwhile.

    Args:
        models: The folder `models` of a data folder.
        update: From the content as it is to that which is wanted.

    Raises:
        UserError: The file is damaged, or the folder cannot be written.
    """
    try:
        models.mkdir(parents=True, exist_ok=True)
        with (models / LOCK).open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = read(models)
            wanted = update(found)
            if wanted != found:
                _replace(models / FILE, wanted)
            return wanted
    except OSError as error:
        raise UserError(f"cannot write {models / FILE}: {error}; free space or make the folder writable") from error


def _replace(path: Path, content: Promotions) -> None:
    temporary = path.with_suffix(f".{process_name()}.tmp")
    remove_abandoned(path.parent.glob(f"{path.stem}.*.tmp"))
    temporary.write_text(content.model_dump_json(indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)
