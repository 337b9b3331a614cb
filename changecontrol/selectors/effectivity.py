"""Which card applies to this, and why? One answer, or an error that names the gap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from bom.models import Item
from changecontrol.exceptions import NoEffectiveCard
from changecontrol.models import AffectedThing, Effectivity
from changecontrol.states import OPEN, Scope
from foundation.core import clock
from routing.models import ProcessCard, RoutingRevision
from routing.states import Purpose

SEARCHED = (Scope.ORDER, Scope.DATE)


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """The card that applies, the row that says so, and the reason in words."""

    card: ProcessCard
    effectivity: Effectivity
    reason: str


def effective_process_card(
    item_id: int,
    at: datetime | None = None,
    order_number: str = "",
    variant: str = "",
    purpose: str = Purpose.PRODUCTION,
) -> CardAnswer:
    """The card for an item (and variant) at a moment, for an order when one is named.

    Scopes are searched from the narrowest and never mixed: a row for this order, else the row from a date. Exactly one row
    of a scope can hold at a moment (exclusion constraint). NoEffectiveCard names the gap otherwise.
    """
    moment = at or clock.now()
    rows = list(
        Effectivity.objects.filter(item_id=item_id, variant=variant, purpose=purpose)
        .select_related("card", "change")
        .order_by("valid_from")
    )
    found = resolve(rows, moment, order_number)
    if found is None:
        raise _gap(item_id, rows, moment, variant, purpose)
    return CardAnswer(found.card, found, _reason(found))


def resolve(rows: Iterable[Effectivity], moment: datetime, order_number: str = "") -> Effectivity | None:
    """The row that holds: of the first scope, from the narrowest, that has one. ``order_number`` "" = no order is meant."""
    holding = [
        row for row in rows if row.valid_from <= moment and (row.valid_until is None or moment < row.valid_until)
    ]
    for scope in SEARCHED:
        for row in holding:
            if row.scope == scope and (scope != Scope.ORDER or (order_number and row.order_number == order_number)):
                return row
    return None


def _reason(row: Effectivity) -> str:
    words = {
        "card": row.card.number,
        "revision": row.card.revision,
        "since": _when(row.valid_from),
        "change": row.change.number,
        "order": row.order_number,
    }
    if row.scope == Scope.ORDER:
        return _("%(card)s (revision %(revision)s) applies to order %(order)s only, by change %(change)s.") % words
    return _("%(card)s (revision %(revision)s) is effective from %(since)s, by change %(change)s.") % words


def _gap(item_id: int, rows: list[Effectivity], moment: datetime, variant: str, purpose: str) -> NoEffectiveCard:
    item = Item.objects.get(pk=item_id)
    what = f"{item.number} ({variant})" if variant else item.number
    dated = [row for row in rows if row.scope == Scope.DATE]
    later = next((row for row in dated if row.valid_from > moment), None)
    ended = next((row for row in reversed(dated) if row.valid_from <= moment), None)
    if later is not None:
        gap = _("%(card)s becomes effective only on %(at)s") % {
            "card": later.card.number,
            "at": _when(later.valid_from),
        }
    elif ended is not None and ended.valid_until is not None:
        gap = _("%(card)s ended on %(at)s") % {"card": ended.card.number, "at": _when(ended.valid_until)}
    else:
        gap = _never(item, variant, purpose)
    return NoEffectiveCard(
        _("No process card is effective for %(what)s: %(gap)s.") % {"what": what, "gap": gap},
        details={"item": item.number, "variant": variant, "purpose": purpose, "at": moment.isoformat(), "gap": gap},
    )


def _never(item: Item, variant: str, purpose: str) -> str:
    routings = RoutingRevision.objects.filter(item=item, variant=variant, purpose=purpose)
    last = routings.order_by("-pk").first()
    if last is None:
        return _("it has no routing")
    carried = (
        AffectedThing.objects.filter(routing_revision=last, change__state__in=OPEN).select_related("change").first()
    )
    if carried is None:
        return _("routing %(number)s is “%(state)s” and no change carries it") % {
            "number": last.number,
            "state": last.get_state_display(),
        }
    return _("routing %(number)s waits for change %(change)s, which is “%(state)s”") % {
        "number": last.number,
        "change": carried.change.number,
        "state": carried.change.get_state_display(),
    }


def _when(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M %Z")
