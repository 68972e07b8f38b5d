"""Directories on disk: models and other things that are no tables, addressed by what they were made from.

Belongs here: `models/<asset>/<key>/` with its `manifest.json`, and the pointer file `models/<asset>/current` that
says which of them counts. A directory is filled under a temporary name and renamed; the pointer is replaced
atomically. "The newest one" is never asked for: going back to an earlier recipe finds the earlier directory by its
key. The manifest holds a digest of the directory's files and one of itself.
"""

import errno
import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.digests import digest_of, digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.known_digests import known_digest_of_files
from jobsearch_dagster.foundation.lake import KeyParts, Stamp
from jobsearch_dagster.foundation.scratch import process_name, remove_abandoned

MANIFEST = "manifest.json"
DIGEST = "manifest_digest"
"""Entry of a manifest: digest of all others."""
KEY_DIGITS = 16
"""Of the 64 of a key: what an artifact's folder is called."""
STORAGE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EFBIG)


@dataclass(frozen=True)
class Artifact:
    """A finished directory.

    Attributes:
        path: The directory.
        manifest: What its maker wrote about it: recipe, hashes, versions, measurements.
    """

    path: Path
    manifest: dict[str, Any]

    @property
    def stamp(self) -> Stamp | None:
        """Its identity; None when the manifest names none."""
        stamp = self.manifest.get("stamp")
        return None if stamp is None else Stamp.from_json(json.dumps(stamp))


class ArtifactStore:
    """The artifacts below one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "models"

    def path(self, asset: str, key: str) -> Path:
        """Where the artifact with this key lies or will lie; 16 digits of the key keep the paths short."""
        return self.root / asset / key[:KEY_DIGITS]

    def workspace(self, asset: str, key: str) -> Path:
        """A folder for the work on an artifact that must outlive the process, such as checkpoints.

        It is removed when the artifact counts. That of another key stays, so that recipes which are trained by turns
        all go on from where they were; only `jobsearch prune` removes it.
        """
        return self.root / asset / "unfinished" / key[:KEY_DIGITS]

    def stamp(self, asset: str) -> Stamp | None:
        """The identity of the artifact that counts; None when there is none or its manifest does not open."""
        artifact = self.current(asset)
        return None if artifact is None else artifact.stamp

    def current(self, asset: str) -> Artifact | None:
        """The artifact that counts, from one reading of the pointer; None as for `stamp`."""
        path = self.pointed(asset)
        return None if path is None else self.opened(path)

    def pointed(self, asset: str) -> Path | None:
        """The directory that the pointer names, whatever is in it; None where there is no pointer."""
        try:
            return self.root / asset / (self.root / asset / "current").read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def opened(self, path: Path) -> Artifact | None:
        """The artifact in a directory; None where it has no manifest, or not the one that was written."""
        manifest = _manifest(path)
        said = {name: value for name, value in manifest.items() if name != DIGEST}
        return Artifact(path, manifest) if manifest.get(DIGEST) == digest_of(said) else None

    def read(self, asset: str) -> Artifact:
        """The artifact that counts.

        Raises:
            UserError: There is none yet.
        """
        artifact = self.current(asset)
        if artifact is None:
            raise UserError(f"{asset} is not in {self.root}: make it with `jobsearch run --select {asset}`")
        return artifact

    def finished(self, asset: str) -> list[Artifact]:
        """All artifacts of an asset that open, the newest first."""
        folders = self.root / asset
        paths = [path for path in folders.iterdir() if is_key(path.name)] if folders.is_dir() else []
        paths.sort(key=lambda path: (-path.stat().st_mtime, path.name))
        return [artifact for path in paths if (artifact := self.opened(path))]

    def find(self, asset: str, digest: str) -> Artifact:
        """The artifact whose digest begins with these digits, whether it counts or not.

        Raises:
            UserError: There is none, or there are several.
        """
        found = [a for a in self.finished(asset) if digest and a.path.name.startswith(digest[:KEY_DIGITS])]
        if len(found) == 1:
            return found[0]
        known = ", ".join(artifact.path.name for artifact in found or self.finished(asset)) or "none yet"
        what = "begins several digests" if found else "begins no digest"
        raise UserError(f"{digest} {what} in {self.root / asset}: use one of {known}")

    def files(self, asset: str) -> list[Path]:
        """The files of the artifact that counts, with its manifest; none where there is none."""
        artifact = self.current(asset)
        return [artifact.path / MANIFEST, *_files(artifact.path)] if artifact else []

    def is_sound(self, asset: str, key: str) -> bool:
        """Whether a finished artifact with this key lies on disk as it was written, current or not."""
        artifact = self.opened(self.path(asset, key))
        return artifact is not None and self._has_its_files(artifact)

    def damage(self, asset: str, *, anew: bool = False) -> str | None:
        """Why the artifact that counts must be made again; None where it is as it was written, or there is none.

        Files are read whole where they may have changed since they last were, or where it is looked at `anew`.
        """
        pointer = self.root / asset / "current"
        if not pointer.exists():
            return None
        path = self.pointed(asset)
        manifest = _manifest(path) if path else {}
        if path and "stamp" in manifest and DIGEST not in manifest:
            return f"{path / MANIFEST} has no checksum: it was made before manifests had one, or changed from outside"
        artifact = self.current(asset)
        if artifact is None:
            return f"{pointer} names no folder with a whole {MANIFEST}: one of both is damaged"
        if not self._has_its_files(artifact, anew=anew):
            return f"files of {artifact.path} are damaged or were changed from outside: they differ from the manifest"
        return None

    def point(self, asset: str, key: str) -> Stamp:
        """Make the finished artifact with this key the one that counts."""
        pointer = self.root / asset / "current"
        temporary = pointer.with_suffix(f".{process_name()}.tmp")
        remove_abandoned(pointer.parent.glob("*.tmp"))
        temporary.write_text(key[:KEY_DIGITS], encoding="utf-8")
        temporary.replace(pointer)
        shutil.rmtree(self.workspace(asset, key), ignore_errors=True)
        stamp = self.stamp(asset)
        if stamp is None:
            raise UserError(f"{self.path(asset, key)} does not open: delete it and run again")
        return stamp

    @contextmanager
    def building(self, asset: str, parts: KeyParts) -> Generator[tuple[Path, dict[str, Any]]]:
        """Fill a directory under a temporary name; it gets its own name, and counts, only when the block ends well.

        Yields:
            The empty directory, and the manifest to add entries to.

        Raises:
            UserError: The folder cannot be written or the disk is full.
        """
        from safetensors import SafetensorError

        target = self.path(asset, parts.key)
        temporary = target.with_name(f"{target.name}.{process_name()}.tmp")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            manifest: dict[str, Any] = {}
            yield temporary, manifest
            stamp = Stamp(data_version=parts.key, parts=parts)
            manifest["stamp"] = json.loads(stamp.to_json())
            manifest["files_digest"] = digest_of_files(temporary, _files(temporary))
            (temporary / MANIFEST).write_text(manifest_text(manifest), encoding="utf-8")
            give_mode_of(temporary / MANIFEST)
            shutil.rmtree(target, ignore_errors=True)
            temporary.replace(target)
            self.point(asset, parts.key)
        except (OSError, SafetensorError) as error:
            if not is_storage_error(error):
                raise
            raise UserError(
                f"cannot write {target}: {error}; free space, make the folder writable or set JOBSEARCH_DATA_DIR"
            ) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def verify(self, asset: str) -> list[str]:
        """Read the artifact that counts again and compare its files with the manifest.

        Returns:
            One line per violation; empty when the artifact is what it says it is.
        """
        damage = self.damage(asset, anew=True)
        if damage is not None:
            return [f"{damage}; `jobsearch run --select {asset}` makes it anew"]
        return (
            [] if self.current(asset) else [f"{asset} is missing in {self.root}: run `jobsearch run --select {asset}`"]
        )

    def _has_its_files(self, artifact: Artifact, *, anew: bool = False) -> bool:
        digest = known_digest_of_files(self.data_dir, artifact.path, _files(artifact.path), anew=anew)
        return digest == artifact.manifest["files_digest"]


def is_key(name: str) -> bool:
    """Whether this is the name of an artifact's folder: no pointer, no unfinished work, no temporary name."""
    return len(name) == KEY_DIGITS and set(name) <= set("0123456789abcdef")


def manifest_text(manifest: dict[str, Any]) -> str:
    """A manifest as it is written: with a digest of all that it says."""
    said = json.loads(json.dumps({name: value for name, value in manifest.items() if name != DIGEST}))
    return json.dumps({**said, DIGEST: digest_of(said)}, indent=2, sort_keys=True, ensure_ascii=False)


def is_storage_error(error: Exception) -> bool:
    """A full, read-only or forbidden disk; safetensors says so in words only ("... (os error 28)")."""
    if isinstance(error, OSError) and error.errno in STORAGE_ERRORS:
        return True
    return any(f"os error {number})" in str(error) for number in STORAGE_ERRORS)


def give_mode_of(written: Path) -> None:
    """Let the same users read all files below the folder of a file that Python wrote: safetensors lets nobody else."""
    for path in written.parent.rglob("*"):
        if path.is_file():
            path.chmod(written.stat().st_mode)


def _manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a directory says, whole or not; empty where there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
