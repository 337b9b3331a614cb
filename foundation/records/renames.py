"""How sealed rows are read after a migration gave their table or columns another name or type.

A leaf is made of the row's text as it was sealed. A migration that renames a column, changes its type so that the text
differs, or renames or drops a table, enters it here in the same commit; tests/records/test_renames.py walks the
migrations and fails without the entry. No data migration touches sealed tables.
"""

from __future__ import annotations

COLUMNS: dict[str, dict[str, str]] = {}
"""Table as it is called now → column as it was sealed → SQL expression that gives the sealed text from the row today.

``{"inventory_movement": {"qty": '"quantity"', "weight": '"weight"::numeric(12,3)'}}``
"""

TABLES: dict[str, str] = {}
"""Table as it was sealed → table as it is called now."""

DROPPED: set[str] = {"inventory_labelevent"}
"""Sealed tables that were dropped before any plant had rows in them."""


def table_now(table: str) -> str:
    """The table that holds the rows which were sealed under this name."""
    while table in TABLES:
        table = TABLES[table]
    return table


def expression(table: str, column: str) -> str:
    """SQL that reads a column as it was sealed."""
    return COLUMNS.get(table_now(table), {}).get(column, '"' + column.replace('"', '""') + '"')
