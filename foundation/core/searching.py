"""Text search in lists: whatever the number of rows, each table is searched by its own index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Upper

FEW = 1_000  # rows that a search looks up before the page is made


def search_index(field: str, name: str) -> GinIndex:
    """For ``icontains`` and ``iexact``, which ask for UPPER(field)."""
    return GinIndex(OpClass(Upper(field), name="gin_trgm_ops"), name=name)


def containing(model: type[Model], lookups: Sequence[str], word: str) -> Q:
    """Rows of which one of these columns contains the word; ``"lot__item__number"`` leads to a column of another table.

    Columns of several tables in one OR could use no index: each table finds its own rows, by its own index, and the keys
    of what belongs to them are put together. It also gives a row once where more of its parts match. Where they are few
    they are looked up first: the planner, which cannot know that, would go through the whole table in the order of the
    list, and stop when a page is full.
    """
    tables: dict[str, Q] = {}
    for lookup in lookups:
        path, name = _table_of(model, lookup)
        tables[path] = tables.get(path, Q()) | Q(**{name if "__i" in name else f"{name}__icontains": word})
    if set(tables) <= {""}:
        return tables.get("", Q())
    first, *others = [_keys(model, path, condition) for path, condition in tables.items()]
    keys = first.union(*others, all=True)
    few = set(keys[: FEW + 1].values_list("pk", flat=True))
    return Q(pk__in=few if len(few) <= FEW else keys)


def _related(model: type[Model], name: str) -> type[Model] | None:
    found = model._meta.get_field(name).related_model
    return found if isinstance(found, type) else None


def _table_of(model: type[Model], lookup: str) -> tuple[str, str]:
    """``"lot__item__number"`` → ``("lot__item", "number")``: the way to the other table, and what is looked at there."""
    path: list[str] = []
    parts = lookup.split("__")
    while len(parts) > 1 and (related := _related(model, parts[0])) is not None:
        model = related
        path.append(parts.pop(0))
    return "__".join(path), "__".join(parts)


def _keys(model: type[Model], path: str, condition: Q) -> QuerySet[Any]:
    rows = model._base_manager.order_by()
    if not path:
        return rows.filter(condition).values("pk")
    there: type[Model] | None = model
    for part in path.split("__"):
        there = _related(there, part) if there else None
    if there is None:
        raise LookupError(f"{path} leads to no table of {model.__name__}'s")
    found = there._base_manager.order_by().filter(condition).values("pk")
    return rows.filter(**{f"{path}__in": found}).values("pk")
