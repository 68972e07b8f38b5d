"""The catalog as readers see it: `catalog/<digest>.duckdb` and a pointer to the one that counts.

Belongs here: names and the pointer, which holds the sha256 of the file too. A reader opens the digest's own path: a
process that keeps a connection to one path never sees a file that was renamed over it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.digests import digest_of, digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.known_digests import known_digest_of_files
from jobsearch_dagster.foundation.scratch import process_name, remove_abandoned
from jobsearch_dagster.search.catalog import build_catalog
from jobsearch_dagster.search.word_lookup import TEXT_WORDS, WORD_COLUMNS

if TYPE_CHECKING:
    from jobsearch_dagster.foundation.table_asset import DataFolder

TABLE = "job_catalog"


class CatalogPublication:
    """Publishes the table `job_catalog` as a DuckDB file."""

    def lack(self, folder: "DataFolder", data_version: str) -> str | None:
        """Why the pointer does not name this version, or its file is not as it was written; None where all is well."""
        path = catalog_file(folder.root, data_version)
        name, digest = _pointed(folder.root)
        if name != path.name or not path.is_file():
            return "the job catalog is not published"
        if not digest:
            return f"{path} has no checksum: it was published before catalogs had one, or its pointer was changed"
        if digest != known_digest_of_files(folder.root, path.parent, [path]):
            return f"{path} is damaged or was changed from outside: its checksum differs"
        return None

    def publish(self, folder: "DataFolder", data_version: str) -> None:
        """Write the version's file and point to it."""
        if self.lack(folder, data_version) is None:
            return
        path = catalog_file(folder.root, data_version)
        with folder.lake.connect([TABLE]) as connection:
            build_catalog(connection.table(TABLE), path)
        pointer = path.with_name("current")
        temporary = pointer.with_suffix(f".{process_name()}.tmp")
        remove_abandoned(path.parent.glob("*.tmp"))
        temporary.write_text(f"{path.name} {digest_of_files(path.parent, [path])}", encoding="utf-8")
        temporary.replace(pointer)

    def edition(self, folder: "DataFolder", data_version: str) -> Path:
        """The catalog of a version of the table."""
        return catalog_file(folder.root, data_version)

    def editions(self, folder: "DataFolder") -> list[Path]:
        """All catalogs."""
        return sorted((folder.root / "catalog").glob("*.duckdb"))

    def current(self, folder: "DataFolder") -> Path | None:
        """The catalog that the pointer names."""
        name, _ = _pointed(folder.root)
        return folder.root / "catalog" / name if name else None


def published_catalog(data_dir: Path) -> Path:
    """The catalog that counts in a data folder.

    Raises:
        UserError: There is none yet.
    """
    name, _ = _pointed(data_dir)
    if not name:
        raise UserError(f"no job catalog in {data_dir / 'catalog'}: make it with `jobsearch run --select job_catalog`")
    return data_dir / "catalog" / name


def catalog_file(data_dir: Path, data_version: str) -> Path:
    """Where the catalog of a version of the table lies or will lie; another way to find words is another file."""
    name = digest_of([data_version, WORD_COLUMNS, TEXT_WORDS])
    return data_dir / "catalog" / f"{name[:16]}.duckdb"


def _pointed(data_dir: Path) -> tuple[str, str]:
    """Name and sha256 of the file that counts; both empty where none does."""
    pointer = data_dir / "catalog" / "current"
    name, _, digest = (
        pointer.read_text(encoding="utf-8", errors="replace").partition(" ") if pointer.is_file() else ("", "", "")
    )
    return name.strip(), digest.strip()
