"""Rows against rows: acts and what they wrote, live rows and their history, protections in place."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from foundation.records import protection
from foundation.records.leaves import quote
from foundation.records.models import HistoryRow
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding


def check_acts(low: int = 0) -> Iterator[Finding]:
    """Every sealed row's transaction has a ledger entry: a row without one was written around the acts."""
    with connection.cursor() as cursor:
        for model in protection.sealed_models():
            table = model._meta.db_table
            if table == "records_ledgerentry":
                continue
            cursor.execute(
                f"SELECT r.{quote(protection.key_of(model))} FROM {quote(table)} r WHERE r.tx >= %s AND NOT EXISTS "  # noqa: S608
                "(SELECT FROM records_ledgerentry l WHERE l.tx = r.tx) ORDER BY 1",
                [low],
            )
            for (key,) in cursor.fetchall():
                yield Finding(kinds.WITHOUT_ACT, table, key)


def check_live_rows() -> Iterator[Finding]:
    """Every tracked row equals its newest history row, exists unless that one says deleted, and has a history at all."""
    for history_model in [m for m in apps.get_models() if issubclass(m, HistoryRow)]:
        live: type[models.Model] = history_model.instance_type  # type: ignore[attr-defined]
        yield from _check_live_table(live, history_model)


def _check_live_table(live: type[models.Model], history: type[models.Model]) -> Iterator[Finding]:
    key, table = quote(protection.key_of(live)), quote(live._meta.db_table)
    columns = [quote(column) for column in protection.columns_of(live)]
    live_row, history_row = (", ".join(f"{alias}.{column}" for column in columns) for alias in ("l", "h"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(l.{key}, h.{key}), l.{key} IS NULL, h.{key} IS NULL FROM {table} l FULL JOIN "  # noqa: S608
            f"(SELECT DISTINCT ON ({key}) * FROM {quote(history._meta.db_table)} ORDER BY {key}, history_id DESC) h "
            f"ON h.{key} = l.{key} WHERE (l.{key} IS NULL AND h.history_type <> '-') OR h.{key} IS NULL "
            f"OR (l.{key} IS NOT NULL AND (h.history_type = '-' OR ({live_row}) IS DISTINCT FROM ({history_row}))) ORDER BY 1"
        )
        for row, gone, unrecorded in cursor.fetchall():
            kind = kinds.LIVE_MISSING if gone else kinds.LIVE_WITHOUT_HISTORY if unrecorded else kinds.LIVE_DIFFERS
            yield Finding(kind, live._meta.db_table, row)


def check_protection() -> Iterator[Finding]:
    """Every trigger is there, enabled and as it was made, and so are the functions behind them."""
    with connection.cursor() as cursor:
        for function in protection.changed_functions(cursor):
            yield Finding(kinds.UNPROTECTED, function, detail="its body was changed")
        for table, trigger in protection.missing_triggers(cursor):
            yield Finding(kinds.UNPROTECTED, table, detail=trigger)
