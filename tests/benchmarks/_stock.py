"""Background for the benchmarks of stock: lots, containers, movements and links by COPY, under acts, history included."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, models

from bom.models import Item, Supplier
from foundation.accounts.models import Site
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.records.act import Act, act
from foundation.records.models import AppendOnlyModel
from resources.inventory.models import GenealogyLink, Lot, Movement, Place, StockUnit

ACTOR = Actor.system("bench")


def made(model: type[models.Model], **values: Any) -> Any:
    """The one row that a benchmark stands on, made when it is not there."""
    key, *_rest = values
    found = model._default_manager.filter(**{key: values[key]}).first()
    if found is not None:
        return found
    with act(actor=ACTOR, verb="bench.row.made"):
        row = model(**values)
        row.save()
    return row


def site() -> Site:
    return made(Site, code="BENCH", name={"en": "Bench"})


def place(code: str, kind: str) -> Place:
    return made(Place, code=code, name={"en": code}, kind=kind, site=site())


def item(number: str, unit: str = "pcs") -> Item:
    return made(Item, number=number, name={"en": number}, unit=unit)


def supplier() -> Supplier:
    return made(Supplier, code="BENCH", name="Bench Supply")


def ids(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


ROWS_PER_ACT = 10_000


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, history: bool) -> None:
    """COPY as the application's role, each 10,000 rows in an act of their own that says what it wrote.

    With ``history`` each row's first history row follows from it, in the same act; its id is the first column then.
    """
    left = iter(rows)
    while chunk := list(islice(left, ROWS_PER_ACT)):
        with act(actor=ACTOR, verb="bench.rows.copied") as this, connection.cursor() as cursor:
            _copy(cursor, this, model, columns, chunk)
            if history:
                _first_history(cursor, this, model, [row[0] for row in chunk])


def _copy(
    cursor: Any, this: Act, model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    table = model._meta.db_table
    if issubclass(model, AppendOnlyModel):
        this.wrote(table)
    lines = ("\t".join("\\N" if value is None else str(value) for value in row) + "\n" for row in rows)
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", io.StringIO("".join(lines)))


def _first_history(cursor: Any, this: Act, model: Any, ids: Sequence[int]) -> None:
    table, kept = model._meta.db_table, ", ".join(field.column for field in model._meta.concrete_fields)
    history = model.history.model._meta.db_table
    this.wrote(history)
    cursor.execute(
        f"INSERT INTO {history} ({kept}, tx, history_date, history_type, history_actor, history_station) "
        f"SELECT {kept}, 0, %s, '+', %s, '' FROM {table} WHERE id BETWEEN %s AND %s",
        [this.at, ACTOR.name, min(ids), max(ids)],
    )


def lots(entries: Sequence[tuple[int, str, str]], supplier_id: int | None = None) -> list[int]:
    """(item id, number, serial) → lot ids."""
    keys = ids(Lot, len(entries))
    copy(
        Lot,
        ("id", "item_id", "number", "serial", "unit", "supplier_id", "supplier_lot"),
        (
            (key, item_id, number, serial, "pcs", supplier_id, f"S-{number}" if supplier_id else "")
            for key, (item_id, number, serial) in zip(keys, entries, strict=True)
        ),
        history=True,
    )
    return keys


def containers(lot_ids: Sequence[int], where: Place, origin: Place, kind: str, status: str = "released") -> None:
    """One container of 100 pieces for each lot, with the movement that brought it."""
    keys = ids(StockUnit, len(lot_ids))
    prefix = f"BC{keys[0]}" if keys else ""
    copy(
        StockUnit,
        ("id", "lot_id", "place_id", "container", "quantity", "unit", "status"),
        (
            (key, lot, where.pk, f"{prefix}-{number:07d}", Decimal(100), "pcs", status)
            for number, (key, lot) in enumerate(zip(keys, lot_ids, strict=True))
        ),
        history=True,
    )
    now = clock.now().isoformat()
    copy(
        Movement,
        ("stock_unit_id", "from_place_id", "to_place_id", "kind", "quantity", "change", "unit", "step_key", "at", "tx"),
        ((key, origin.pk, where.pk, kind, 100, 100, "pcs", "", now, 0) for key in keys),
        history=False,
    )


def moves(unit_ids: Sequence[int], where: Place) -> None:
    """A container was carried about within its place: no change of quantity."""
    now = clock.now().isoformat()
    copy(
        Movement,
        ("stock_unit_id", "from_place_id", "to_place_id", "kind", "quantity", "change", "unit", "step_key", "at", "tx"),
        ((key, where.pk, where.pk, "move", 100, 0, "pcs", "", now, 0) for key in unit_ids),
        history=False,
    )


def links(pairs: Iterable[tuple[int, int]]) -> None:
    now = clock.now().isoformat()
    copy(
        GenealogyLink,
        ("consumed_lot_id", "produced_lot_id", "kind", "quantity", "unit", "step_key", "position", "at", "tx"),
        ((consumed, produced, "consume", 1, "pcs", "10.10", "A1", now, 0) for consumed, produced in pairs),
        history=False,
    )


def vacuum(*tables: str) -> None:
    """What autovacuum does by itself in a running plant: index-only scans need it. As the owner, when there is one."""
    if not settings.DATABASE_OWNER_URL:
        return
    owner = psycopg2.connect(settings.DATABASE_OWNER_URL)
    try:
        owner.autocommit = True
        with owner.cursor() as cursor:
            for table in tables:
                cursor.execute(f"VACUUM ANALYZE {table}")
    finally:
        owner.close()


def graph(produced: int, mark: str) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """Raw lots and 8 levels of ``produced`` / 8 lots, 5 inputs each from a window of neighbours: (levels, pairs)."""
    dice = random.Random(20_050)
    wide = produced // 8
    raw = max(produced // 400, 50)
    levels = []
    for level in range(9):
        count, of = (raw, item(f"BENCH-L{level}")) if level == 0 else (wide, item(f"BENCH-L{level}"))
        entries = [(of.pk, f"{mark}-{level}-{number:06d}", "") for number in range(count)]
        levels.append(lots(entries, supplier().pk if level == 0 else None))
    pairs = []
    for level in range(1, 9):
        before, here = levels[level - 1], levels[level]
        window = 30 if level == 1 else 10
        for number, lot in enumerate(here):
            middle = number * len(before) // len(here)
            low = min(max(0, middle - window), len(before) - 2 * window - 1)
            pairs += [(before[low + offset], lot) for offset in dice.sample(range(2 * window + 1), 5)]
    return levels, pairs
