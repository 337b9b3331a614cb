"""What the pages of one change share: the change, its next acts, its signatures, its timeline."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from changecontrol.forms import ImplementForm
from changecontrol.models import ChangeRequest
from changecontrol.policies import can_sign, next_acts
from changecontrol.selectors import affected_of, subjects_of
from changecontrol.selectors.pages import signatures_of_change
from changecontrol.states import ChangeState
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt, show
from foundation.records.selectors import ledger_of
from foundation.records.services import shown_hash

TIMELINE = 40


def change_or_404(pk: int) -> ChangeRequest:
    found: ChangeRequest | None = ChangeRequest.objects.select_related("raised_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def page(
    request: HttpRequest,
    change: ChangeRequest,
    tab: str,
    template: str,
    context: dict[str, Any],
    tried: Attempt | None = None,
) -> HttpResponse:
    """One tab of the record."""
    actor = actor_of(request)
    values = {
        "change": change,
        "acts": next_acts(change, actor),
        "shown_hash": SimpleLazyObject(lambda: shown_hash(subjects_of(change))),
        "shown_hash_of_change": SimpleLazyObject(lambda: shown_hash(subjects_of(change)[:1])),
        "why_not": _why_not(actor, change),
        "implement_form": ImplementForm(),
        "tabs": _tabs(change, tab),
        "links": _links(change),
        "signatures": signatures_of_change(change),
        "timeline": ledger_of(RecordRef.to(change))[:TIMELINE],
        **context,
    }
    return show(request, template, values, tried=tried)


def _why_not(actor: Actor, change: ChangeRequest) -> str:
    """Said to who cannot sign, so that nobody looks for a button in vain."""
    return str(can_sign(actor, change).reason) if change.state == ChangeState.IN_APPROVAL else ""


def _tabs(change: ChangeRequest, current: str) -> list[dict[str, Any]]:
    unjudged = change.impact.filter(decision="").count()
    # Written as calls: the build of the icons looks for icon_name="…".
    rows = [
        dict(name="change", title=_("Overview"), icon_name="list-details", count=None),  # noqa: C408
        dict(name="comparison", title=_("What changes"), icon_name="arrows-diff", count=change.affected.count()),  # noqa: C408
        dict(name="impact", title=_("Impact"), icon_name="affiliate", count=unjudged or None),  # noqa: C408
    ]
    return [
        {**row, "url": reverse(f"changecontrol:{row['name']}", args=[change.pk]), "current": row["name"] == current}
        for row in rows
    ]


def _links(change: ChangeRequest) -> list[dict[str, Any]]:
    found = []
    for row in affected_of(change):
        revision = row.revision
        found.append(
            {
                "kind": _("Routing") if row.is_routing else _("Parts list"),
                "title": revision.number,
                "url": reverse("portal:record", args=[revision._meta.label_lower, revision.pk]),
                "state": revision.state,
                "state_label": revision.get_state_display(),
            }
        )
    for effectivity in change.effectivities.select_related("card").order_by("pk"):
        url = reverse("routing:card", args=[effectivity.card_id])
        found.append({"kind": _("Process card"), "title": effectivity.card.number, "url": url})
    return found
