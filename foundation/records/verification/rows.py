"""Rows against rows: live rows and their history, protections in place."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from foundation.records import protection
from foundation.records.leaves import quote
from foundation.records.models import HistoryRow
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding
from foundation.records.verification.reading import stream


def check_live_rows(since: int | None = None) -> Iterator[Finding]:
    """Every tracked row equals its newest history row, exists unless that one says deleted, and has a history at all.

    With ``since`` only rows that were written from that transaction on.
    """
    for history_model in [m for m in apps.get_models() if issubclass(m, HistoryRow)]:
        live: type[models.Model] = history_model.instance_type  # type: ignore[attr-defined]
        yield from _check_live_table(live, history_model, since)


def _check_live_table(live: type[models.Model], history: type[models.Model], since: int | None) -> Iterator[Finding]:
    key, table, past = (quote(name) for name in (protection.key_of(live), live._meta.db_table, history._meta.db_table))
    columns = [quote(column) for column in protection.columns_of(live)]
    live_row, history_row = (", ".join(f"{alias}.{column}" for column in columns) for alias in ("l", "h"))
    touched = "" if since is None else f"WHERE {key} IN (SELECT {key} FROM {past} WHERE tx >= {int(since)})"  # noqa: S608
    rows = stream(
        f"SELECT coalesce(l.{key}, h.{key}), l.{key} IS NULL, h.{key} IS NULL FROM (SELECT * FROM {table} {touched}) l "  # noqa: S608
        f"FULL JOIN (SELECT * FROM {past} WHERE history_id IN (SELECT max(history_id) FROM {past} {touched} GROUP BY {key})) h "
        f"ON h.{key} = l.{key} WHERE (l.{key} IS NULL AND h.history_type <> '-') OR h.{key} IS NULL "
        f"OR (l.{key} IS NOT NULL AND (h.history_type = '-' OR ({live_row}) IS DISTINCT FROM ({history_row}))) ORDER BY 1"
    )
    for row, gone, unrecorded in rows:
        kind = kinds.LIVE_MISSING if gone else kinds.LIVE_WITHOUT_HISTORY if unrecorded else kinds.LIVE_DIFFERS
        yield Finding(kind, live._meta.db_table, row)


def check_protection() -> Iterator[Finding]:
    """Every trigger is there, enabled and as it was made, and so are the functions behind them."""
    with connection.cursor() as cursor:
        for function in protection.changed_functions(cursor):
            yield Finding(kinds.UNPROTECTED, function, detail="its body was changed")
        for table, trigger in protection.missing_triggers(cursor):
            yield Finding(kinds.UNPROTECTED, table, detail=trigger)
