"""The check that no personal data is in a table made from clean text.

Belongs here: reading a table's texts. What is personal is in `privacy.py`, which also takes it out: the check tells of
texts that came past it, not of forms that it does not know. Which tables are checked is in the `checks.py` of their
stages.
"""

from collections import Counter

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.schema import TableSchema
from jobsearch_dagster.foundation.table_check import Check, table_check
from jobsearch_dagster.preparation.privacy import SUSPECT, find_personal_data

_BATCH = 1_000
_IDENTIFIERS = ("_id", "_row")
"""Endings of columns that hold digests and file names, which say nothing and are not shown."""


def contact_check(asset: str, schema: TableSchema) -> Check:
    """Declare the check `no_contact_details` of a table.

    Args:
        asset: Its asset.
        schema: Its contract; every text column is read but identifiers.
    """
    texts = {
        column.name: f'"{column.name}"' if column.type == "VARCHAR" else f'array_to_string("{column.name}", chr(10))'
        for column in schema.columns
        if column.type in {"VARCHAR", "VARCHAR[]"} and not column.name.endswith(_IDENTIFIERS)
    }
    key = " || ' ' || ".join(f'"{name}"' for name in schema.primary_key)

    @table_check(asset)
    def no_contact_details(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
        """No e-mail address, phone number, street address or name in a contact line stands in a text column.

        The result says where they are and of what kind, not what they are.
        """
        found: Counter[str] = Counter()
        first: list[list[str]] = []
        for column, text in texts.items():
            suspects = connection.execute(
                f"SELECT {text} AS text, min({key}) FROM {asset} WHERE regexp_matches(lower({text}), $1) GROUP BY text",
                [SUSPECT],
            )
            while rows := suspects.fetchmany(_BATCH):
                for cell, row in rows:
                    kinds = [finding.kind for finding in find_personal_data(cell)]
                    found.update(kinds)
                    first += [[row, column, kind] for kind in kinds]
        return dg.AssetCheckResult(
            passed=not found, metadata={"violations": found.total(), **found, "first": sorted(first)[:5]}
        )

    return no_contact_details
