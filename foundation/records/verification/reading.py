"""How the verifier reads: formats as they were sealed, rows as leaves, long answers row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.db import ProgrammingError, connection, models, transaction

from foundation.records import leaves, protection
from foundation.records.models import LeafFormat
from foundation.records.renames import DROPPED, table_now
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding

FORMATS = LeafFormat._meta.db_table


@dataclass(frozen=True, slots=True)
class Form:
    """A leaf format: of a kept row, or (``pk`` None) made from the model where the row is gone."""

    pk: int | None
    table: str
    key: str
    columns: tuple[str, ...]
    tx: int = 0

    @property
    def hash(self) -> str:
        return leaves.format_hash(self.key, self.columns)


class Formats:
    """Every known format. Seals say which they used, and its hash, so that a changed format is told from changed rows."""

    def __init__(self) -> None:
        rows = LeafFormat.objects.order_by("pk").values_list("pk", "table_name", "key", "columns", "tx")
        self.by_id = {pk: Form(pk, table, key, tuple(columns), tx) for pk, table, key, columns, tx in rows}
        self.models = {m._meta.db_table: _form_of(m) for m in protection.sealed_models()}
        self._newest = {form.table: form for form in self.by_id.values()}
        self._told: set[tuple[str, int]] = set()

    @property
    def tables(self) -> list[str]:
        """Every sealed table, under the name that it has now."""
        return sorted(self.models)

    def current(self, table: str) -> Form:
        """As rows are sealed at this moment."""
        return self._newest.get(table) or self.models[table]

    def sealed(self, table: str, sealed: dict[str, Any]) -> Form:
        """The format of one table in one seal: the kept one, if it is what the seal says; else another that is."""
        kept, wanted = self.by_id.get(sealed["format"]), sealed.get("columns")
        if kept and (wanted is None or kept.hash == wanted):
            return kept
        others = [self.models[table], *(form for form in self.by_id.values() if table_now(form.table) == table)]
        return next((form for form in others if form.hash == wanted), kept or self.models[table])

    def check_sealed(self, table: str, sealed: dict[str, Any], seal: int) -> Iterator[Finding]:
        """The format that a seal used is there, and is the one it used. Told once for each format."""
        kept = self.by_id.get(sealed["format"])
        if kept is None:
            yield from self._once(kinds.DELETED, sealed["format"], seal, table)
        elif (sealed.get("columns") or kept.hash) != kept.hash or table_now(kept.table) != table:
            yield from self._once(kinds.CHANGED, sealed["format"], seal, table)

    def check(self) -> Iterator[Finding]:
        """What seals do not say: the newest format of a table is that of its model, and nothing was slipped in between."""
        for table, model in self.models.items():
            newest = self._newest.get(table)
            if newest is None:
                yield Finding(kinds.DELETED, FORMATS, None, detail=table)
            elif (newest.key, newest.columns) != (model.key, model.columns):
                yield Finding(kinds.CHANGED, FORMATS, newest.pk, detail=f"not the columns of {table}")
        before: dict[str, Form] = {}
        for form in self.by_id.values():
            last = before.get(form.table)
            if last and last.columns == form.columns:
                yield Finding(kinds.INSERTED, FORMATS, form.pk, detail=f"{form.table} had this format already")
            if table_now(form.table) not in self.models and form.table not in DROPPED:
                yield Finding(kinds.INSERTED, FORMATS, form.pk, detail=f"there is no table {form.table}")
            before[form.table] = form

    def _once(self, kind: str, pk: int, seal: int, table: str) -> Iterator[Finding]:
        if (kind, pk) not in self._told:
            self._told.add((kind, pk))
            yield Finding(kind, FORMATS, pk, seal, detail=table)


def _form_of(model: type[models.Model]) -> Form:
    columns = tuple(sorted(protection.columns_of(model)))
    return Form(None, model._meta.db_table, protection.key_of(model), columns)


def read_block(form: Form, table: str, low: int, high: int) -> leaves.Block | None:
    """One table's rows between two horizons; None when the table has no longer what the format names."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            return leaves.read_block(cursor, table, form.columns, form.key, low, high)
    except (psycopg2.ProgrammingError, ProgrammingError):  # COPY goes around the wrapping of errors
        return None


def stream(statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, from a cursor of the server: memory does not grow with their number."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, list(values))
        yield from cursor


def check_order(*tables: str) -> Iterator[Finding]:
    """Tables that no seal covers are written in the order of their keys: a row older than the one before it was moved."""
    for table in tables:
        name = leaves.quote(table)
        rows = stream(
            "SELECT id FROM (SELECT id, tx, created_at, lag(tx) OVER keys AS tx_before, lag(created_at) OVER keys AS before "  # noqa: S608
            f"FROM {name} WINDOW keys AS (ORDER BY id)) r WHERE tx < tx_before OR created_at < before ORDER BY id"
        )
        for (key,) in rows:
            yield Finding(kinds.REORDERED, table, key, detail="older than the row before it")
