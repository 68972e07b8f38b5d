"""Contracts of tables: columns with type and meaning, primary key, where each column comes from.

Belongs here: the declaration. Each stage declares its tables in its `tables.py`; `foundation/lake.py` enforces them.
"""

from dataclasses import dataclass, replace

from jobsearch_dagster.foundation.digests import digest_of


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Column name.
        type: DuckDB type as DuckDB prints it (`VARCHAR`, `BIGINT`, `DOUBLE`, `VARCHAR[]` ...).
        description: Meaning, with unit where there is one.
        sources: Columns it derives from, as `table.column`.
        required: Never null.
        volatile: Differs between equal runs (seconds, rates, memory); left out of the table's digest.
    """

    name: str
    type: str
    description: str
    sources: tuple[str, ...] = ()
    required: bool = False
    volatile: bool = False


@dataclass(frozen=True)
class TableSchema:
    """The contract of one table: its columns in order and its primary key, which is also its row order."""

    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names):
            raise ValueError(f"a column name occurs twice: {names}")
        if missing := set(self.primary_key) - set(names):
            raise ValueError(f"the primary key names unknown columns: {sorted(missing)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that are never null: the primary key and those declared so."""
        return tuple(c.name for c in self.columns if c.required or c.name in self.primary_key)

    def digest(self) -> str:
        """Digest of what decides how rows are stored; meanings and lineage do not count."""
        return digest_of([self.primary_key, [(c.name, c.type, c.required, c.volatile) for c in self.columns]])

    def carried(self, table: str, *, without: tuple[str, ...] = ()) -> tuple[Column, ...]:
        """The columns as a later table carries them unchanged, each with its source in `table`."""
        return tuple(
            replace(column, sources=(f"{table}.{column.name}",))
            for column in self.columns
            if column.name not in without
        )
