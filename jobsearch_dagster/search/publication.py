"""The catalog as readers see it: `catalog/<digest>.duckdb` and a pointer to the one that counts.

Belongs here: names and the pointer. A reader opens the digest's own path: a process that keeps a connection to one
path never sees a file that was renamed over it.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.catalog import build_catalog
from jobsearch_dagster.search.word_lookup import TEXT_WORDS, WORD_COLUMNS

if TYPE_CHECKING:
    from jobsearch_dagster.foundation.table_asset import DataFolder

TABLE = "job_catalog"


class CatalogPublication:
    """Publishes the table `job_catalog` as a DuckDB file."""

    def is_published(self, folder: "DataFolder", data_version: str) -> bool:
        """Whether the pointer names this version and its file is there."""
        path = catalog_file(folder.root, data_version)
        return _pointed(folder.root) == path.name and path.is_file()

    def publish(self, folder: "DataFolder", data_version: str) -> None:
        """Write the version's file where it is missing and point to it."""
        if self.is_published(folder, data_version):
            return
        path = catalog_file(folder.root, data_version)
        if not path.is_file():
            with folder.lake.connect([TABLE]) as connection:
                build_catalog(connection.table(TABLE), path)
        temporary = path.with_name(f"current.{os.getpid()}.tmp")
        temporary.write_text(path.name, encoding="utf-8")
        temporary.replace(path.with_name("current"))


def published_catalog(data_dir: Path) -> Path:
    """The catalog that counts in a data folder.

    Raises:
        UserError: There is none yet.
    """
    name = _pointed(data_dir)
    if name is None:
        raise UserError(f"no job catalog in {data_dir / 'catalog'}: make it with `jobsearch run --select job_catalog`")
    return data_dir / "catalog" / name


def catalog_file(data_dir: Path, data_version: str) -> Path:
    """Where the catalog of a version of the table lies or will lie; another way to find words is another file."""
    name = digest_of([data_version, WORD_COLUMNS, TEXT_WORDS])
    return data_dir / "catalog" / f"{name[:16]}.duckdb"


def _pointed(data_dir: Path) -> str | None:
    pointer = data_dir / "catalog" / "current"
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else None
