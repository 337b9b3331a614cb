"""Rows that are written once: their own history. The database refuses to change them (protection.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from foundation.records.context import require_act
from foundation.records.models.readers import ReadableQuerySet


class AppendOnlyQuerySet(ReadableQuerySet):
    """Refuses early, in words, what the database would refuse anyway."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} is append-only")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is append-only")

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        if rows:
            self.model.enter_act()
        return super().bulk_create(rows, *args, **kwargs)


class AppendOnlyModel(models.Model):
    """Base of readings, movements, genealogy, reports, signatures and the like.

    ``tx`` is the database transaction that wrote the row, set by a trigger: it joins the row to the ledger entry of its
    act and to the seal that covers it.
    """

    tx = models.BigIntegerField(default=0, editable=False, db_index=True)

    objects = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        self.enter_act()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{type(self).__name__} is append-only")

    @classmethod
    def enter_act(cls) -> None:
        """Note the table in the current act. The ledger and the seals, which are written by acts themselves, override."""
        require_act(cls.__name__).wrote(cls._meta.db_table)
