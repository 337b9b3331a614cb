"""Raise and acknowledge."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from foundation.alerts.models import Alert
from foundation.alerts.policies import can_acknowledge
from foundation.alerts.states import ALERT, AlertState, Severity
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.records.act import act


def raise_alert(
    *,
    actor: Actor,
    rule: str,
    severity: str,
    title: Mapping[str, str],
    body: Mapping[str, str] | None = None,
    subject: RecordRef | None = None,
    role: str = "",
    user_id: int | None = None,
    site_id: int | None = None,
    key: str = "",
) -> Alert:
    """Tell a role (at a site) or a person; ``title`` and ``body`` are {language: text}.

    With a ``key``, a cause that is already open is not told again: the open alert comes back. An alert is written in the
    transaction of what it tells of, so it is there exactly when that happened. NotValid when it is addressed to nobody.
    """
    with act(actor=actor, verb="alerts.alert.raised") as this:
        if not role and user_id is None:
            raise NotValid(_("An alert is addressed to a role or a person."))
        if severity not in Severity.values:
            raise NotValid(_("“%(severity)s” is not a severity.") % {"severity": severity})
        alert = _open_one(key)
        if alert is None:
            alert = Alert(
                rule=rule, severity=severity, title=dict(title), body=dict(body or {}), role=role, person_id=user_id,
                site_id=site_id, key=key, raised_at=this.at,
                subject_label=subject.label if subject else "", subject_id=subject.id if subject else None,
                subject_number=subject.number if subject else "",
            )  # fmt: skip
            alert.save()
        this.about(subject or alert)
        this.relate(alert)
    return alert


def acknowledge_alert(*, actor: Actor, alert_id: int, note: str = "") -> Alert:
    """“I have seen it, it is mine.” TransitionNotAllowed when somebody already did; PermissionDenied for others."""
    with act(actor=actor, verb="alerts.alert.acknowledged", reason=note) as this:
        alert: Alert = Alert.objects.select_for_update().get(pk=alert_id)
        this.about(alert)
        can_acknowledge(actor, alert).require()
        alert.state = ALERT.next(alert.state, "acknowledge").target
        alert.acknowledged_at, alert.note = this.at, note.strip()
        alert.acknowledged_by_id, alert.acknowledged_by_name = actor.user_id, actor.name
        alert.save()
    return alert


def _open_one(key: str) -> Alert | None:
    if not key:
        return None
    found: Alert | None = Alert.objects.select_for_update().filter(key=key, state=AlertState.OPEN).first()
    return found
