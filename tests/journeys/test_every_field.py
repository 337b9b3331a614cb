"""Every field of every model that holds plant data: changed under an act, it leaves who, when, why, where, old and new.

The rows are those that the told story left, so each is whole and real. Every service writes under an act
(tests/architecture), and this is what an act's save writes. Where the database itself refuses a change, nothing changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, models, transaction

from demo.people import at_desk
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import ControlledRevision, LedgerEntry, RevisionContent, TrackedModel
from foundation.records.models.controlled import RevisionState
from foundation.records.selectors import field_changes
from foundation.records.selectors.trails import NEVER_SHOWN
from tests.journeys.conftest import Journey

REASON = "to see that it is seen"
FROZEN = {"AR001", "AR002", "AR003"}
# Of these the story leaves no row: their services' own tests look at their history.
WITHOUT_A_ROW = {
    "accounts.ApiToken",  # tests/accounts/test_tokens.py
    "accounts.SecondFactor",
    "accounts.SecretReset",  # tests/accounts/test_resets.py
    "changecontrol.OrderDecision",
    "quality.Deviation",
    "quality.GaugeAssessment",  # tests/dhr/test_gauges.py
    "retention.LegalHold",  # tests/retention
    "retention.RetentionRule",
    "webhooks.Endpoint",  # tests/webhooks/test_endpoints.py
}
# One changed field alone breaks a check or a unique constraint: the database refuses, and it is seen that nothing changed.
BOUND = {
    "accounts.Badge.user",  # one badge in force per person
    "accounts.RoleAssignment.valid_until",
    "alerts.Alert.acknowledged_at",
    "alerts.Alert.state",
    "bom.BaselineEntry.revision",
    "changecontrol.AffectedThing.bom_revision",
    "changecontrol.AffectedThing.routing_revision",
    "changecontrol.Effectivity.order_number",
    "changecontrol.Effectivity.scope",
    "changecontrol.Effectivity.valid_until",
    "equipment.Equipment.range_high",
    "equipment.Equipment.range_low",
    "inventory.Hold.kind",
    "inventory.Hold.lifted_at",
    "inventory.Lot.expires_on",
    "inventory.Lot.parent_lot",
    "personnel.QualificationGrant.revoked_at",
    "quality.Disposition.decided_at",
    "routing.OperationParameter.lower",
    "routing.OperationParameter.target",
    "routing.Step.operation",
    "shopfloor.TravelCard.unit",
    "shopfloor.WorkCard.batch",
    "shopfloor.WorkCard.kind",
    "shopfloor.WorkCard.origin",
    "shopfloor.WorkCard.unit",
}
# Keys to something that the story has once.
ALONE = {
    "accounts.Station.site",
    "bom.BaselineEntry.baseline",
    "changecontrol.AffectedThing.change",
    "changecontrol.ApprovalStep.change",
    "changecontrol.Effectivity.change",
    "changecontrol.ImpactEntry.change",
    "equipment.Equipment.site",
    "inventory.Place.site",
    "quality.Disposition.nonconformance",
    "shopfloor.WorkOrder.site",
}


def tracked() -> list[type[TrackedModel]]:
    found = [model for model in apps.get_models() if issubclass(model, TrackedModel)]
    return sorted(found, key=lambda model: model._meta.label)


def row_of(model: type[Any]) -> Any:
    """A row whose content may still change, where there is one."""
    rows = model.objects.order_by("pk")
    if issubclass(model, ControlledRevision):
        return rows.filter(state=RevisionState.DRAFT).first() or rows.first()
    if issubclass(model, RevisionContent):
        return rows.filter(**{f"{model.REVISION_FIELD}__state": RevisionState.DRAFT}).first() or rows.first()
    return rows.first()


class Unvaried(Exception):
    """There is no second value to give."""


def another(field: Any, row: Any) -> Any:
    """A value of the field's kind that is not the one it has."""
    old = getattr(row, field.attname)
    if field.remote_field is not None:
        other = field.related_model._base_manager.exclude(pk=old).order_by("pk").first()
        if other is None and not (field.null and old is not None):
            raise Unvaried
        return other.pk if other is not None else None
    if field.choices:
        return next(value for value, _label in field.flatchoices if value != old)
    match field:
        case models.BooleanField():
            return not old
        case models.DecimalField():
            return (old or Decimal(0)) + 1
        case models.IntegerField():
            return (old or 0) + 1
        case models.DateTimeField():
            return (old or datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(days=1)
        case models.DateField():
            return (old or date(2026, 1, 1)) + timedelta(days=1)
        case models.JSONField():
            return {**old, "en": "Changed"} if isinstance(old, dict) else [*(old or []), "changed"]
        case models.BinaryField():
            return bytes(old or b"") + b"!"
        case models.UUIDField():
            return UUID(int=1)
    text = old or ""
    return f"{text[: field.max_length - 1]}~" if field.max_length and len(text) >= field.max_length else f"{text}~"


@contextmanager
def undone() -> Iterator[None]:
    """An act that is real up to its commit. Only here may an act stand inside a transaction."""
    block: Any = transaction.atomic()
    block._from_testcase = True  # as Django's own TestCase says it
    with block:
        yield
        transaction.set_rollback(True)


def change(actor: Actor, row: Any, field: Any, value: Any) -> None:
    with act(actor=actor, verb="records.test.changed", reason=REASON, about=row):
        setattr(row, field.attname, value)
        row.save()


def check(actor: Actor, model: type[Any], pk: int, field: Any, old: Any, new: Any) -> None:
    """The newest history row has the new value, the one before the old one, and both say whose act it was."""
    after, before = model.history.filter(id=pk).order_by("-history_id")[:2]
    assert (getattr(before, field.attname), getattr(after, field.attname)) == (old, new)
    assert (after.history_user_id, after.history_actor, after.history_station) == (actor.user_id, actor.name, "BENCH-1")
    assert (after.history_change_reason, after.history_type) == (REASON, "~")
    entry = LedgerEntry.objects.order_by("-id")[0]
    assert (entry.subject_label, entry.subject_id, entry.tx) == (RecordRef.to(after.instance).label, pk, after.tx)
    assert after._meta.db_table in entry.tables
    assert after.history_date == entry.received_at
    shown = next(one for one in field_changes(RecordRef.to(after.instance)) if one.field == field.attname)
    assert (shown.who, shown.station, shown.why) == (actor.name, "BENCH-1", REASON)
    assert shown.before != shown.after or field.attname in NEVER_SHOWN


@pytest.mark.requirement("SEC-02", "TRC-05", "FLR-01", "21CFR11.10(e)")
def test_every_field_of_every_model_leaves_who_when_why_where_old_and_new(journey: Journey) -> None:
    desk = at_desk("owner")
    actor = Actor(desk.user_id, desk.name, "BENCH-1", "", "en")
    wrong: list[str] = []
    empty, bound, alone = set(), set(), set()
    seen = 0
    for model in tracked():
        found = row_of(model)
        if found is None:
            empty.add(model._meta.label)
            continue
        for field in model._meta.concrete_fields:
            if field.primary_key:
                continue
            name = f"{model._meta.label}.{field.name}"
            row = model._base_manager.get(pk=found.pk)
            old = getattr(row, field.attname)
            try:
                new = another(field, row)
                with undone():
                    change(actor, row, field, new)
                    check(actor, model, found.pk, field, old, new)
                    seen += 1
            except Unvaried:
                alone.add(name)
            except IntegrityError:
                bound.add(name)
            except DatabaseError as error:
                if getattr(error.__cause__, "pgcode", "") not in FROZEN:  # content of what left draft
                    raise
            except AssertionError as error:
                wrong.append(f"{name}: {error}")
            assert getattr(model._base_manager.get(pk=found.pk), field.attname) == old, name
    assert wrong == []
    assert empty <= WITHOUT_A_ROW, (
        "add a row to the story, or name the model and see that its services' tests look at its history"
    )
    assert bound <= BOUND
    assert alone <= ALONE
    assert seen > 300
