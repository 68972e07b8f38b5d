"""What a data folder holds that nothing names any more.

Belongs here: which editions of models, indexes and catalogs, unfinished work and temporary files may be deleted. An
edition stays when a pointer, the promotion, a table's footer or the manifest of an edition that stays names it.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from jobsearch_dagster.foundation import parts, promotions, text_cache
from jobsearch_dagster.foundation.artifacts import is_key
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import Stamp
from jobsearch_dagster.foundation.scratch import abandoned, process_name, remove
from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset

ABANDONED_AFTER = 30.0
"""Days after which unfinished work that nobody went on with may be removed."""


@dataclass(frozen=True)
class Removable:
    """One file or folder that may be deleted.

    Attributes:
        path: The file or folder.
        bytes: Its size.
        reason: Why nothing is lost.
    """

    path: Path
    bytes: int
    reason: str


def removables(folder: DataFolder, assets: Mapping[str, LakeAsset], keep: int) -> list[Removable]:
    """Everything that may be deleted; nothing is.

    Args:
        folder: The data folder.
        assets: All assets, upstream first.
        keep: How many of the newest editions of each model, index and catalog stay whatever names them.
    """
    editions = {name: _editions(folder, asset) for name, asset in assets.items()}
    staying = _staying(folder, assets, editions, keep)
    found = [
        (path, f"edition of {name} that nothing names")
        for name, paths in editions.items()
        for path in paths
        if path not in staying
    ]
    found += [
        (path, "part of a table that its manifest does not name")
        for table in _tables(folder, assets)
        for path in parts.unnamed(table)
    ]
    found += [(path, "unfinished work that is done or was left for a month") for path in _abandoned_work(folder)]
    found += [(path, "left by a process that is gone") for path in abandoned(_temporaries(folder.root))]
    found += [(path, "no cache that is used") for path in _unused_caches(folder.root)]
    return [Removable(path, _size(path), reason) for path, reason in found]


def delete(
    folder: DataFolder,
    assets: Mapping[str, LakeAsset],
    found: Iterable[Removable],
    refuse_others: Callable[[], None],
) -> list[Removable]:
    """Delete what `removables` found, but for what something names by now.

    Each is renamed first, so that whoever begins from then on misses it as if it were gone; what somebody began to use
    in the meantime gets its name back.

    Args:
        folder: The data folder.
        assets: All assets, upstream first.
        found: What is to be deleted.
        refuse_others: Raises a UserError where somebody else works in the data folder; then everything stays.

    Returns:
        What was deleted.

    Raises:
        UserError: Somebody else works, or something could not be deleted.
    """
    editions = {name: _editions(folder, asset) for name, asset in assets.items()}
    hidden, stuck = _hide(found)
    try:
        refuse_others()
    except UserError:
        _bring_back(hidden, hidden)
        raise
    while named := hidden.keys() & _staying(folder, assets, editions, keep=0):
        _bring_back(hidden, named)  # what these were made from is seen now that they can be read again
    for aside in hidden.values():
        remove(aside)
    stuck += [aside for aside in hidden.values() if aside.exists()]
    if stuck:
        raise UserError(
            f"cannot delete {', '.join(map(str, stuck))}: make what is in it writable, or delete it by hand"
        )
    return [removable for removable in found if removable.path in hidden]


def _hide(found: Iterable[Removable]) -> tuple[dict[Path, Path], list[Path]]:
    """Give what may be deleted names that no reader looks for: path -> that name, and what could not be renamed."""
    hidden, stuck = {}, []
    for path in (removable.path for removable in found):
        aside = path.with_name(f"{path.name}.{process_name()}.tmp")
        try:
            hidden[path] = path.rename(aside)
        except FileNotFoundError:
            continue  # its owner has removed it
        except OSError:
            stuck.append(path)
    return hidden, stuck


def _bring_back(hidden: dict[Path, Path], paths: Iterable[Path]) -> None:
    for path in list(paths):
        aside = hidden.pop(path)
        if path.exists():  # made anew by whoever missed it
            remove(aside)
        else:
            aside.rename(path)


def _editions(folder: DataFolder, asset: LakeAsset) -> list[Path]:
    """Every edition of an asset that has editions, the newest first."""
    if asset.publication is not None:
        paths = asset.publication.editions(folder)
    elif asset.schema is None and (folder.artifacts.root / asset.name).is_dir():
        paths = [p for p in (folder.artifacts.root / asset.name).iterdir() if p.is_dir() and is_key(p.name)]
    else:
        return []
    return sorted(paths, key=lambda path: (-path.stat().st_mtime, path.name))


def _staying(
    folder: DataFolder, assets: Mapping[str, LakeAsset], editions: Mapping[str, list[Path]], keep: int
) -> set[Path]:
    """The newest editions, those that readers are pointed to, the tables, and all that these were made from."""
    promoted = promotions.read(folder.artifacts.root)
    staying = {path for paths in editions.values() for path in paths[:keep]}
    staying |= {
        folder.artifacts.path(promotions.ADAPTER, digest) for digest in (promoted.served, promoted.replaced) if digest
    }
    for asset in assets.values():
        stamp = asset.stamp(folder)
        staying |= set(_named_by(folder, assets, stamp))
        staying |= set(_pointed(folder, asset, stamp))
    fresh = staying
    while fresh:  # what stays may be made from what nothing else names
        stamps = [artifact.stamp for path in fresh if (artifact := folder.artifacts.opened(path))]
        fresh = {path for stamp in stamps for path in _named_by(folder, assets, stamp)} - staying
        staying = staying | fresh
    return staying | {path for table in _tables(folder, assets) for path in parts.files_of(table)}


def _pointed(folder: DataFolder, asset: LakeAsset, stamp: Stamp | None) -> Iterable[Path]:
    if asset.publication is not None:
        current = asset.publication.current(folder)
        yield from [current] if current else []
        yield from [asset.publication.edition(folder, stamp.data_version)] if stamp else []
    elif asset.schema is None:
        current = folder.artifacts.pointed(asset.name)
        yield from [current] if current else []


def _named_by(folder: DataFolder, assets: Mapping[str, LakeAsset], stamp: Stamp | None) -> Iterable[Path]:
    """The editions that something was made from."""
    for name, version in stamp.parts.inputs.items() if stamp else ():
        asset = assets.get(name)
        if asset is None:
            continue
        if asset.publication is not None:
            yield asset.publication.edition(folder, version)
        elif asset.schema is None:
            yield folder.artifacts.path(name, version)


def _tables(folder: DataFolder, assets: Mapping[str, LakeAsset]) -> list[Path]:
    return [folder.lake.path(name) for name, asset in assets.items() if asset.schema is not None]


def _abandoned_work(folder: DataFolder) -> list[Path]:
    """Workspaces whose artifact is done, or that nothing was written into for long: recipes may be trained by turns."""
    oldest = time.time() - ABANDONED_AFTER * 86_400
    workspaces = sorted(p for p in folder.artifacts.root.glob("*/unfinished/*") if is_key(p.name))
    return [path for path in workspaces if (path.parents[1] / path.name).is_dir() or _last_written(path) < oldest]


def _last_written(folder: Path) -> float:
    """Seconds since the epoch."""
    return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))


def _temporaries(root: Path) -> Iterable[Path]:
    for pattern in (
        "tmp/*.*",
        "*.tmp",
        "lake/*.tmp",
        "lake/*.parts/*.tmp",
        "models/*.tmp",
        "models/*/*.tmp",
        "models/*/unfinished/*.tmp",
        "catalog/*.tmp",
    ):
        yield from sorted(root.glob(pattern))


def _unused_caches(root: Path) -> list[Path]:
    used = tuple(f"{name}.sqlite" for name in get_args(text_cache.Name))
    beside = tuple(f"{name}{ending}" for name in used for ending in ("-journal", ".lock"))
    return [path for path in sorted((root / "cache").glob("*")) if path.name not in used + beside]


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())
