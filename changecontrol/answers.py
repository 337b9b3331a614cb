"""What change control answers to the questions of the portal."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from changecontrol.models import ChangeRequest
from changecontrol.policies import can_sign
from changecontrol.states import CLOSE, IMPLEMENT, VIEW, ChangeState
from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.answers import Found, Todo

SHOWN = 10


def todo(actor: Actor) -> list[Todo]:
    """Changes that wait for this person: to sign, to implement, to be finished by who raised them, to be closed."""
    waiting = ChangeRequest.objects.exclude(
        state__in=[ChangeState.CLOSED, ChangeState.WITHDRAWN, ChangeState.IMPLEMENTING]
    )
    return [
        Todo(
            group=_("Changes"),
            title=words,
            url=reverse("changecontrol:change", args=[change.pk]),
            detail=f"{change.number} {change.label}",
            state=change.state,
            state_label=change.get_state_display(),
            icon_name="git-pull-request",
        )
        for change in waiting.order_by("state_since")
        if (words := _waits(actor, change))
    ][:SHOWN]


def _waits(actor: Actor, change: ChangeRequest) -> str:
    mine = change.raised_by_id == actor.user_id
    if change.state == ChangeState.IN_APPROVAL:
        return _("Sign or refuse a change") if can_sign(actor, change) else ""
    if change.state == ChangeState.APPROVED:
        return _("Implement an approved change") if may(actor, IMPLEMENT) else ""
    if change.state == ChangeState.EFFECTIVE:
        return _("Verify the effect of a change") if may(actor, CLOSE) else ""
    if change.state == ChangeState.REFUSED:
        return _("A change of yours was refused") if mine else ""
    return _("Finish a change of yours") if mine else ""


def search(text: str, actor: Actor) -> list[Found]:
    """Changes by number or title."""
    if not may(actor, VIEW):
        return []
    found = ChangeRequest.objects.filter(
        Q(number__icontains=text) | Q(title__en__icontains=text) | Q(**{"title__zh-hans__icontains": text})
    )
    return [
        Found(
            kind=_("Change"),
            number=change.number,
            url=reverse("changecontrol:change", args=[change.pk]),
            text=change.label,
            state=change.state,
            state_label=change.get_state_display(),
        )
        for change in found.order_by("-pk")[:SHOWN]
    ]
