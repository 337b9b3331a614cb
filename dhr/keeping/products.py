"""What the items say that makes their records' periods: lifetime, markets, implant, and how long they were released."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from bom.models import Item
from dhr.models import Release


@dataclass(frozen=True, slots=True)
class Product:
    """Of one item, or of several together: then the longest of each, and what one does not say none says."""

    lifetime_years: int | None
    markets: tuple[str, ...]
    implant: bool
    last_placed_on: date | None
    placed_so_far: date | None


def day_of(moment: datetime | None) -> date | None:
    """The plant's calendar day."""
    return timezone.localtime(moment).date() if moment else None


def newest_releases(item_ids: Iterable[int]) -> dict[int, date]:
    """Item id → the day of the newest release of any of its batches: the last device that is known to have been let out."""
    rows = Release.objects.filter(record__lot__item__in=set(item_ids)).values_list("record__lot__item")
    return {item: day for item, at in rows.annotate(newest=Max("at")) if (day := day_of(at))}


def product_of(items: Iterable[Item], released: dict[int, date]) -> Product:
    """What these items say together."""
    rows = list(items)
    lifetimes = [row.device_lifetime_years for row in rows if row.device_lifetime_years is not None]
    last = [row.last_placed_on for row in rows if row.last_placed_on is not None]
    stated = all(row.markets for row in rows)
    return Product(
        lifetime_years=max(lifetimes) if rows and len(lifetimes) == len(rows) else None,
        markets=tuple(sorted({market for row in rows for market in row.markets})) if stated else (),
        implant=any(row.implant for row in rows),
        last_placed_on=max(last) if rows and len(last) == len(rows) else None,
        placed_so_far=max((released[row.pk] for row in rows if row.pk in released), default=None),
    )
