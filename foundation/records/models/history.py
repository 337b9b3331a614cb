"""Field history: every insert, change and delete of a tracked row, with who, when, why and where from the act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from foundation.records.context import require_act
from foundation.records.models.readers import ReadableQuerySet


class HistoryRow(models.Model):
    """What every history row carries beside simple-history's own columns."""

    tx = models.BigIntegerField(default=0, editable=False, db_index=True)
    history_actor = models.CharField(max_length=200)
    history_station = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        abstract = True


class PlantHistory(HistoricalRecords):
    """simple-history with our keys, PROTECT on people, and the act instead of the request as the source of who and why."""

    def __init__(self) -> None:
        super().__init__(
            inherit=True,
            bases=(HistoryRow,),
            history_id_field=models.BigAutoField(),
            history_change_reason_field=models.TextField(null=True),
        )

    def _get_history_user_fields(self) -> dict[str, Any]:
        person = models.ForeignKey(
            settings.AUTH_USER_MODEL, null=True, related_name="+", on_delete=models.PROTECT, db_index=False
        )
        return {"history_user": person}

    def create_historical_record(self, instance: Any, history_type: str, using: str | None = None) -> None:
        row = history_row(instance, history_type, getattr(instance, self.manager_name).model)
        row.save(using=using)


def history_row(instance: Any, history_type: str, history_model: Any) -> Any:
    """The unsaved history row of an instance, under the current act. NotInAnAct without one."""
    act = require_act(type(instance).__name__)
    act.wrote(history_model._meta.db_table)
    values = {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}
    return history_model(
        **values,
        history_date=act.at,
        history_type=history_type,
        history_user_id=act.actor.user_id,
        history_actor=act.actor.name,
        history_station=act.actor.station,
        history_change_reason=act.reason or act.verb,
    )


class TrackedQuerySet(ReadableQuerySet):
    """A queryset that cannot go around the history."""

    def _refuse(self, what: str) -> TypeError:
        return TypeError(f"{what} would bypass the history of {self.model.__name__}; use records.bulk")

    def update(self, **kwargs: Any) -> int:
        raise self._refuse("update()")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise self._refuse("delete()")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        raise self._refuse("bulk_create()")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise self._refuse("bulk_update()")


TrackedManager = models.Manager.from_queryset(TrackedQuerySet)


class TrackedModel(models.Model):
    """Base of every model that holds plant data and may change."""

    history = PlantHistory()
    objects = TrackedManager()

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Iterable[str] | None = None) -> None:
        """As Django does it, but asks the database once for all check constraints together.

        Django asks for each one by one, three statements each, which was half of all that an import of a parts list
        asked. When one does not hold, Django's own way names it.
        """
        excluded = set(exclude) if exclude else None
        checks = [one for one in self._meta.constraints if isinstance(one, models.CheckConstraint)]
        if not _all_hold(self, checks, excluded):
            super().validate_constraints(exclude=excluded)
            return
        errors: dict[str, Any] = {}
        for constraint in [one for one in self._meta.constraints if one not in checks]:
            try:
                constraint.validate(type(self), self, exclude=excluded)
            except ValidationError as error:
                fields: tuple[str, ...] = getattr(constraint, "fields", ())
                if error.code == "unique" and len(fields) == 1:
                    errors.setdefault(fields[0], []).append(error)
                else:
                    errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)


def _all_hold(row: TrackedModel, checks: Sequence[models.CheckConstraint], exclude: set[str] | None) -> bool:
    """NULL holds, as in a table; what speaks of an excluded field is not asked, as in Django."""
    conditions = [Q(check.condition) for check in checks]
    asked = [condition for condition in conditions if not (exclude and condition.referenced_base_fields & exclude)]
    if not asked:
        return True
    values = row._get_field_expression_map(meta=row._meta, exclude=exclude)  # type: ignore[attr-defined]
    try:
        return bool(reduce(and_, asked).check(values))
    except FieldError:
        return False


def bulk_create_tracked(model: type[TrackedModel], rows: Sequence[Any], *, batch_size: int = 1000) -> list[Any]:
    """Insert many rows and their history in two statements per batch."""
    created: list[Any] = models.QuerySet(model).bulk_create(list(rows), batch_size=batch_size)
    _write_history(model, created, "+", batch_size)
    return created


def bulk_update_tracked(
    model: type[TrackedModel], rows: Iterable[Any], fields: Sequence[str], *, batch_size: int = 1000
) -> int:
    """Update many rows and write their history; the rows must be locked and fully loaded."""
    changed = list(rows)
    count = models.QuerySet(model).bulk_update(changed, list(fields), batch_size=batch_size) if changed else 0
    _write_history(model, changed, "~", batch_size)
    return count


def update_tracked(model: type[TrackedModel], rows: Sequence[Any], **values: Any) -> int:
    """Give many rows the same values: one UPDATE, and their history. The rows must be locked and fully loaded."""
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
    count = models.QuerySet(model).filter(pk__in=[row.pk for row in rows]).update(**values)
    _write_history(model, rows, "~", 1000)
    return count


def _write_history(model: type[Any], rows: Sequence[Any], kind: str, batch_size: int) -> None:
    history_model = model.history.model
    models.QuerySet(history_model).bulk_create(
        [history_row(row, kind, history_model) for row in rows], batch_size=batch_size
    )
