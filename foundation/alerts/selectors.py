"""Reads of the inbox."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from foundation.accounts.selectors import assignments_of
from foundation.alerts.models import Alert
from foundation.alerts.states import AlertState
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef


def inbox_of(actor: Actor, *, include_acknowledged: bool = False) -> QuerySet[Alert]:
    """Alerts addressed to this person, or to a role the person holds now (at its site); newest first.

    The system has no inbox.
    """
    if actor.user_id is None:
        nothing: QuerySet[Alert] = Alert.objects.none()
        return nothing
    rows: QuerySet[Alert] = Alert.objects.filter(_addressed_to(actor.user_id)).order_by("-raised_at", "-id")
    return rows if include_acknowledged else rows.filter(state=AlertState.OPEN)


def open_count(user_id: int) -> int:
    """How many open alerts the person has; the number beside the bell."""
    return Alert.objects.filter(_addressed_to(user_id), state=AlertState.OPEN).count()


def alerts_about(*records: RecordRef) -> QuerySet[Alert]:
    """Alerts about these records, newest first."""
    found = Q(pk__in=[])
    for record in records:
        found |= Q(subject_label=record.label, subject_id=record.id)
    rows: QuerySet[Alert] = Alert.objects.filter(found).order_by("-raised_at", "-id")
    return rows


def _addressed_to(user_id: int) -> Q:
    addressed = Q(person_id=user_id)
    for assignment in assignments_of(user_id):
        mine = Q(role=assignment.role.code, person=None)
        if assignment.site_id is not None:
            mine &= Q(site=None) | Q(site_id=assignment.site_id)
        addressed |= mine
    return addressed
