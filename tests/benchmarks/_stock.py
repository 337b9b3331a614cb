"""Background for the benchmarks of stock: lots, containers, movements and links by COPY, under acts, history included."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, models

from bom.models import Item, Supplier
from foundation.accounts.models import Site
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.records.act import act
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


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, history: bool) -> None:
    """COPY as the application's role; with ``history`` each row's first history row follows from it, in the same act."""
    table = model._meta.db_table
    with act(actor=ACTOR, verb="bench.rows.copied") as this, connection.cursor() as cursor:
        buffer = io.StringIO()
        first = None
        for row in rows:
            first = row[0] if first is None else first
            buffer.write("\t".join("\\N" if value is None else str(value) for value in row) + "\n")
        buffer.seek(0)
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", buffer)
        if history:
            kept = ", ".join(field.column for field in model._meta.concrete_fields)
            cursor.execute(
                f"INSERT INTO {model.history.model._meta.db_table} ({kept}, tx, history_date, history_type, history_actor, "
                f"history_station) SELECT {kept}, 0, %s, '+', %s, '' FROM {table} WHERE id >= %s",
                [this.at, ACTOR.name, first],
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
