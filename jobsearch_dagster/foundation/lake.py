"""Tables on disk: one Parquet file per asset, written whole or not at all.

Belongs here: reading, writing and identifying tables. A table is written to a temporary name and renamed, so no
reader ever sees half of one; its footer carries the data version, the key and the parts of the key, so that the lake
alone tells what is up to date, and a seal (`foundation/seals.py`). What a table means is in the stages; directories
(models) are in `foundation/artifacts.py`.
"""

import json
import tempfile
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from jobsearch_dagster.foundation.digests import digest_of, digest_of_table
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.known_digests import known_digest
from jobsearch_dagster.foundation.schema import TableSchema
from jobsearch_dagster.foundation.scratch import process_name, remove_abandoned, scratch_folder
from jobsearch_dagster.foundation.seals import SEAL, UNSEALED, digest_under_seal, seal_of, set_seal
from jobsearch_dagster.foundation.settings import MEMORY_LIMIT

if TYPE_CHECKING:
    import pandas as pd

FOOTER = "jobsearch"
"""Name of the Parquet key-value entry that holds the stamp as JSON."""
ROW_GROUP = 4_096
"""Rows that each thread of a writer or reader holds: 32 MB at 8 kB a row, and 1 GB at DuckDB's own 122,880."""
SORTED_AT_ONCE = 16_384
"""Rows that are sorted in memory: 128 MB at 8 kB a row."""
DEALT_AT_ONCE = 2_048
"""Rows that each thread holds while it deals them to files."""


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
        """Where the table lies or will lie."""
        return self.root / f"{table}.parquet"

    @contextmanager
    def connect(self, tables: Iterable[str] = ()) -> Generator[duckdb.DuckDBPyConnection]:
        """An in-memory DuckDB connection on which each of `tables` is a view; above the limit it spills to disk.

        Raises:
            UserError: A table does not exist yet, or what cannot spill needs more than the limit.
        """
        # A folder for each connection: two DuckDB instances that spill into one take each other's files for theirs.
        with scratch_folder(self.data_dir) as spill, closing(duckdb.connect()) as connection:
            connection.execute(f"SET temp_directory = '{_quoted(spill)}'")
            connection.execute(f"SET memory_limit = '{self.memory_limit // 1000}KB'")
            connection.execute("SET TimeZone = 'UTC'")
            for table in tables:
                if not self.path(table).exists():
                    raise UserError(
                        f"table {table} is not in {self.root}: make it with `jobsearch run --select {table}`"
                    )
                connection.execute(f"CREATE VIEW \"{table}\" AS FROM read_parquet('{_quoted(self.path(table))}')")
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
            footer = pq.read_metadata(self.path(table)).metadata or {}
            return Stamp.from_json(footer[FOOTER.encode()].decode())
        except (FileNotFoundError, pa.ArrowInvalid, ValueError, KeyError, TypeError):
            return None
        except OSError as error:
            if error.errno is not None:
                raise
            return None  # no error of the system: a footer that Thrift cannot read

    def files(self, table: str) -> list[Path]:
        """The files that a table consists of: its own, or none."""
        return [self.path(table)] if self.path(table).is_file() else []

    def damage(self, table: str, *, anew: bool = False) -> str | None:
        """Why a table's file must be made again; None where it is as it was written, or not there.

        It is read whole where it may have changed since it last was, or where it is looked at `anew`.
        """
        path = self.path(table)
        if not path.exists():
            return None
        if self.stamp(table) is None:
            return f"{path} does not open or was not written by this package"
        seal = seal_of(path)
        if seal is None:
            return f"{path} has no checksum: it was made before tables had one, or changed from outside"
        if known_digest(self.data_dir, path, digest_under_seal, anew=anew) != seal:
            return f"{path} is damaged or was changed from outside: its checksum differs"
        return None

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
        temporary = target.with_suffix(f".{process_name()}.tmp")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            remove_abandoned(target.parent.glob(f"{table}.*.tmp"))
            _stage(connection, rows, schema, table)
            stamp = Stamp(
                digest_of_table(connection, "staged", schema),
                parts,
                connection.execute("SELECT count(*) FROM staged").fetchall()[0][0],
            )
            connection.execute(
                f"""
                COPY staged TO '{_quoted(temporary)}'
                (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP},
                KV_METADATA {{{FOOTER}: {_literal(stamp.to_json())}, {SEAL}: '{UNSEALED}'}})
                """
            )
            set_seal(temporary)
            temporary.replace(target)
        except (OSError, duckdb.IOException) as error:
            raise UserError(
                f"cannot write {target}: {_first_line(error)}; "
                "free space, make the folder writable or set JOBSEARCH_DATA_DIR"
            ) from error
        finally:
            connection.execute("DROP TABLE IF EXISTS staged")
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
                _stage(connection, stored, schema, table, ordered=True)
            except ContractError as error:
                return [str(error)]
            if digest_of_table(connection, "staged", schema) != stamp.data_version:
                return ["the rows differ from the digest in the footer; delete the file and run again"]
        return []


def scratch_of(connection: duckdb.DuckDBPyConnection) -> Path:
    """Where the work on a connection of the lake puts temporary files; the folder need not exist yet."""
    return Path(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])


class ContractError(Exception):
    """Rows that break the contract of their table: a bug in the asset, never published."""


def _stage(
    connection: duckdb.DuckDBPyConnection,
    rows: "duckdb.DuckDBPyRelation | pd.DataFrame",
    schema: TableSchema,
    table: str,
    *,
    ordered: bool = False,
) -> None:
    relation = rows if isinstance(rows, duckdb.DuckDBPyRelation) else _from_frame(connection, rows)
    if set(relation.columns) != set(schema.names):
        raise ContractError(f"{table}: columns {sorted(relation.columns)} are not the declared {sorted(schema.names)}")
    casts = ", ".join(f'"{column.name}"::{column.type} AS "{column.name}"' for column in schema.columns)
    key = ", ".join(f'"{name}"' for name in schema.primary_key)
    if ordered:
        connection.execute(f"CREATE TEMP TABLE staged AS SELECT {casts} FROM ({relation.sql_query()})")
    else:
        # A table and not a view: a join and a sort of wide rows in one query hold more than either and cannot spill.
        relation.create("incoming")
        _sort(connection, casts, key)
        connection.execute("DROP TABLE incoming")
    for name in schema.required:
        nulls = connection.execute(f'SELECT count(*) FROM staged WHERE "{name}" IS NULL').fetchall()[0][0]
        if nulls:
            raise ContractError(f"{table}: column {name} is null in {nulls} rows")
    twice = connection.execute(f"SELECT {key} FROM staged GROUP BY ALL HAVING count(*) > 1 LIMIT 1").fetchall()
    if twice:
        raise ContractError(f"{table}: primary key ({key}) occurs twice, first at {twice[0]}")


def _sort(connection: duckdb.DuckDBPyConnection, casts: str, key: str) -> None:
    """Sort `incoming` into `staged`: by itself when it is small, else in parts that lie one after the other.

    DuckDB 2.0 spills what it has sorted, but holds 122,880 whole rows of each thread while it merges: 1 GB at 8 kB a
    row. Here keys alone are sorted whole, rows are dealt to files by the part they fall into, and parts are sorted.
    """
    connection.execute(f"CREATE TEMP TABLE staged AS SELECT {casts} FROM incoming LIMIT 0")
    total = connection.execute("SELECT count(*) FROM incoming").fetchall()[0][0]
    if total <= SORTED_AT_ONCE:
        connection.execute(f"INSERT INTO staged SELECT {casts} FROM incoming ORDER BY {key}")
        return
    spill = scratch_of(connection)
    spill.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spill) as parts:
        connection.execute(f"SET partitioned_write_flush_threshold = {DEALT_AT_ONCE}")
        connection.execute(
            f"""
            COPY (
                SELECT incoming.*, part FROM incoming JOIN (
                    SELECT rowid AS row, (row_number() OVER (ORDER BY {key}) - 1) // {SORTED_AT_ONCE} AS part
                    FROM incoming
                ) ON row = incoming.rowid
            ) TO '{_quoted(Path(parts))}'
            (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE {DEALT_AT_ONCE}, PARTITION_BY (part), OVERWRITE true)
            """
        )
        for part in range(-(-total // SORTED_AT_ONCE)):
            files = _quoted(Path(parts) / f"part={part}" / "*.parquet")
            rows = f"read_parquet('{files}', hive_partitioning = false)"
            connection.execute(f"INSERT INTO staged SELECT {casts} FROM {rows} ORDER BY {key}")


def _from_frame(connection: duckdb.DuckDBPyConnection, frame: "pd.DataFrame") -> duckdb.DuckDBPyRelation:
    import pyarrow as pa

    # By way of Arrow: DuckDB 2.0 ends in `std::bad_cast` on a frame whose columns are strided views, such as
    # `frame[::-1]`.
    return connection.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the folder is gone or read-only; the error that matters is already on its way
