"""Tables on disk: a Parquet file per asset, or several of a large one, written whole or not at all.

Belongs here: reading, writing and identifying tables. A table is written to a temporary name and renamed, so no
reader ever sees half of one (for several files see `foundation/parts.py`); its footer carries the data version, the key
and the parts of the key, so that the lake alone tells what is up to date, and a seal (`foundation/seals.py`). What a
table means is in the stages; directories (models) are in `foundation/artifacts.py`.
"""

import json
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from jobsearch_dagster.foundation import parts as parts_of
from jobsearch_dagster.foundation.digests import digest_of, digest_of_table
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.known_digests import known_digest
from jobsearch_dagster.foundation.schema import TableSchema
from jobsearch_dagster.foundation.scratch import process_name, remove_abandoned, scratch_folder
from jobsearch_dagster.foundation.seals import SEAL, UNSEALED, digest_under_seal, seal_of, set_seal
from jobsearch_dagster.foundation.settings import MEMORY_LIMIT
from jobsearch_dagster.foundation.staging import ContractError, quoted, stage

if TYPE_CHECKING:
    import pandas as pd

FOOTER = "jobsearch"
"""Name of the Parquet key-value entry that holds the stamp as JSON."""
ROW_GROUP = 4_096
"""Rows that each thread of a writer or reader holds: 32 MB at 8 kB a row, and 1 GB at DuckDB's own 122,880."""


@dataclass(frozen=True)
class KeyParts:
    """All that decides whether an asset is up to date; its digest is the asset's key.

    Attributes:
        inputs: Data version of each upstream asset.
        config: The resolved recipe, as far as it decides the result.
        code_version: Raised by hand when the meaning of the code changes.
        external: Digests of what comes from outside the lake: raw files, model weights.
    """

    inputs: dict[str, str]
    config: dict[str, Any]
    code_version: str
    external: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """64 hexadecimal digits."""
        return digest_of([self.inputs, self.config, self.code_version, self.external])


@dataclass(frozen=True)
class Stamp:
    """Identity of a stored asset.

    Attributes:
        data_version: Digest of the content.
        parts: What it was made from.
        rows: Number of rows; 0 for a directory.
    """

    data_version: str
    parts: KeyParts
    rows: int = 0

    def to_json(self) -> str:
        """The stamp as it stands in a Parquet footer or a manifest."""
        return json.dumps({"data_version": self.data_version, "rows": self.rows, "parts": vars(self.parts)})

    @classmethod
    def from_json(cls, text: str) -> "Stamp":
        """Read what `to_json` wrote."""
        value = json.loads(text)
        return cls(value["data_version"], KeyParts(**value["parts"]), value["rows"])


class Lake:
    """The tables below one data folder."""

    def __init__(self, data_dir: Path, memory_limit: int = MEMORY_LIMIT) -> None:
        self.data_dir = data_dir
        self.memory_limit = memory_limit
        self.root = data_dir / "lake"

    def path(self, table: str) -> Path:
        """Where the table lies or will lie, if it is one file."""
        return self.root / f"{table}.parquet"

    def exists(self, table: str) -> bool:
        """Whether there is a table, be it whole or damaged."""
        return self.path(table).exists() or parts_of.manifest_of(self.path(table)).exists()

    def files(self, table: str) -> list[Path]:
        """The Parquet files of a table in key order; none where it is missing or its manifest is damaged."""
        return parts_of.files_of(self.path(table))

    @contextmanager
    def connect(self, tables: Iterable[str] = ()) -> Generator[duckdb.DuckDBPyConnection]:
        """An in-memory DuckDB connection on which each of `tables` is a view; above the limit it spills to disk.

        Raises:
            UserError: A table does not exist yet, or what cannot spill needs more than the limit.
        """
        # A folder for each connection: two DuckDB instances that spill into one take each other's files for theirs.
        with scratch_folder(self.data_dir) as spill, closing(duckdb.connect()) as connection:
            connection.execute(f"SET temp_directory = '{quoted(spill)}'")
            connection.execute(f"SET memory_limit = '{self.memory_limit // 1000}KB'")
            connection.execute("SET TimeZone = 'UTC'")
            # DuckDB 2.0.0 can wait for ever after a write in the background that found no room: 4 of 4 runs of
            # 300 such COPYs hung with background threads, none of 3 without.
            connection.execute("SET async_threads = 0")
            for table in tables:
                files = ", ".join(f"'{quoted(path)}'" for path in self.files(table))
                if not files:
                    raise UserError(
                        f"table {table} is not in {self.root}: make it with `jobsearch run --select {table}`"
                    )
                connection.execute(f'CREATE VIEW "{table}" AS FROM read_parquet([{files}])')
            try:
                yield connection
            except duckdb.OutOfMemoryException as error:
                raise UserError(
                    f"{_first_line(error)}: allow DuckDB more than {self.memory_limit / 1e6:,.0f} MB of memory, "
                    f"e.g. JOBSEARCH_MEMORY_LIMIT=4GB, or free space for {spill}"
                ) from error

    def read(self, table: str) -> "pd.DataFrame":
        """A whole table as a frame, in key order; for small tables."""
        with self.connect([table]) as connection:
            return connection.table(table).df()

    def stamp(self, table: str) -> Stamp | None:
        """The identity of a stored table; None when it is missing or its file does not open."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            # Not by DuckDB: a connection costs 30 ms, and every asset asks for its inputs' stamps.
            footers = [pq.read_metadata(path).metadata or {} for path in self.files(table)]
            (stamp,) = {footer[FOOTER.encode()] for footer in footers}  # of a table in parts each has the whole's
            return Stamp.from_json(stamp.decode())
        except (FileNotFoundError, pa.ArrowInvalid, ValueError, KeyError, TypeError):
            return None
        except OSError as error:
            if error.errno is not None:
                raise
            return None  # no error of the system: a footer that Thrift cannot read

    def recipe(self, table: str) -> dict[str, Any] | None:
        """What a stored table was made with; None when it is missing or its file does not open.

        For who needs no more than that: a process that has not loaded Arrow saves 0.25 s against `stamp`.
        """
        files = self.files(table)
        if not files:
            return None
        with closing(duckdb.connect()) as connection:
            footer = "SELECT value FROM parquet_kv_metadata(?) WHERE key = ?"
            try:
                found = connection.execute(footer, [str(files[0]), FOOTER.encode()]).fetchall()
                return Stamp.from_json(found[0][0].decode()).parts.config if found else None
            except (duckdb.Error, ValueError, KeyError, TypeError):
                return None

    def damage(self, table: str, *, anew: bool = False) -> str | None:
        """Why a table's file must be made again; None where it is as it was written, or not there.

        It is read whole where it may have changed since it last was, or where it is looked at `anew`.
        """
        if not self.exists(table):
            return None
        if self.stamp(table) is None:
            return f"{self.shown(table)} does not open or was not written by this package"
        damages = (self._damage_of_file(path, anew=anew) for path in self.files(table))
        return next((damage for damage in damages if damage), None)

    def _damage_of_file(self, path: Path, *, anew: bool) -> str | None:
        seal = seal_of(path)
        if seal is None:
            return f"{path} has no checksum: it was made before tables had one, or changed from outside"
        if known_digest(self.data_dir, path, digest_under_seal, anew=anew) != seal:
            return f"{path} is damaged or was changed from outside: its checksum differs"
        return None

    def shown(self, table: str) -> Path:
        """The path that stands for a table: its file, or the manifest of its parts."""
        manifest = parts_of.manifest_of(self.path(table))
        return manifest if manifest.exists() else self.path(table)

    def write(
        self,
        table: str,
        rows: "duckdb.DuckDBPyRelation | pd.DataFrame",
        schema: TableSchema,
        parts: KeyParts,
        connection: duckdb.DuckDBPyConnection,
    ) -> Stamp:
        """Check the rows against the contract, sort, digest and publish them.

        The earlier table stays until the last moment.

        Args:
            table: Name of the table.
            rows: Relation of `connection`, or a frame; columns are taken by name, never by position.
            schema: The contract.
            parts: What the rows were made from.
            connection: Where `rows` lives.

        Raises:
            ContractError: Columns, nulls or keys break the contract.
            UserError: The folder cannot be written or the disk is full.
        """
        target = self.path(table)
        temporaries: list[Path] = []
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            remove_abandoned(target.parent.glob(f"{table}.*.tmp"))
            stage(connection, rows, schema, table)
            stamp = Stamp(
                digest_of_table(connection, "staged", schema),
                parts,
                connection.execute("SELECT count(*) FROM staged").fetchall()[0][0],
            )
            for first in range(0, max(stamp.rows, 1), parts_of.PART_ROWS):
                temporaries.append(target.with_suffix(f".{first}.{process_name()}.tmp"))
                rows_of_part = f"rowid BETWEEN {first} AND {first + parts_of.PART_ROWS - 1}"
                _copy(connection, f"(FROM staged WHERE {rows_of_part})", temporaries[-1], stamp)
            if len(temporaries) == 1:
                parts_of.publish_file(target, temporaries[0])
            else:
                parts_of.publish_parts(target, temporaries, f"{stamp.data_version[:16]}-{parts.key[:16]}")
        except (OSError, duckdb.IOException) as error:
            raise UserError(
                f"cannot write {target}: {_first_line(error)}; "
                "free space, make the folder writable or set JOBSEARCH_DATA_DIR"
            ) from error
        finally:
            connection.execute("DROP TABLE IF EXISTS staged")
            for temporary in temporaries:
                _remove(temporary)
        return stamp

    def verify(self, table: str, schema: TableSchema) -> list[str]:
        """Read a stored table again and compare it with its contract and its digest.

        Returns:
            One line per violation; empty when the table is what it says it is.
        """
        damage = self.damage(table, anew=True)
        if damage is not None:
            return [f"{damage}; `jobsearch run --select {table}` makes it anew"]
        stamp = self.stamp(table)
        if stamp is None:
            return [f"{table} is not made yet: run `jobsearch run --select {table}`"]
        with self.connect([table]) as connection:
            stored = connection.table(table)
            types = {name: str(type_) for name, type_ in zip(stored.columns, stored.types, strict=True)}
            wrong = [
                f"{c.name} is {types[c.name]}, not {c.type}"
                for c in schema.columns
                if types.get(c.name) not in {c.type, None}
            ]
            if wrong:
                return wrong
            try:
                stage(connection, stored, schema, table, ordered=True)
            except ContractError as error:
                return [str(error)]
            if digest_of_table(connection, "staged", schema) != stamp.data_version:
                return ["the rows differ from the digest in the footer; delete the file and run again"]
        return []


def _copy(connection: duckdb.DuckDBPyConnection, rows: str, path: Path, stamp: Stamp) -> None:
    """Write rows into a sealed file that carries the stamp of the whole table."""
    connection.execute(
        f"""
        COPY {rows} TO '{quoted(path)}'
        (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP},
        KV_METADATA {{{FOOTER}: {_literal(stamp.to_json())}, {SEAL}: '{UNSEALED}'}})
        """
    )
    set_seal(path)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the folder is gone or read-only; the error that matters is already on its way
