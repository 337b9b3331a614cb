"""What routing answers to the questions of the portal."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.answers import Found
from foundation.core.texts import localized
from routing.models import ParameterDefinition, ProcessCard, RoutingRevision
from routing.policies import VIEW

MOST = 8


def search(text: str, actor: Actor) -> list[Found]:
    """Routings, process cards and library parameters whose number, item or code contains the text."""
    if not text.strip() or not may(actor, VIEW):
        return []
    asked = text.strip()
    found_item = Q(number__icontains=asked) | Q(item__number__icontains=asked)
    cards = ProcessCard.objects.filter(found_item).select_related("item").order_by("-id")[:MOST]
    routings = RoutingRevision.objects.filter(found_item).select_related("item").order_by("-id")[:MOST]
    parameters = ParameterDefinition.objects.filter(code__icontains=asked).order_by("code")[:MOST]
    return [
        *(
            Found(_("Process cards"), card.number, reverse("routing:card", args=[card.pk]), localized(card.item.name))
            for card in cards
        ),
        *(
            Found(
                _("Routings"),
                row.number,
                reverse("routing:editor", args=[row.pk]),
                localized(row.item.name),
                row.state,
                row.get_state_display(),
            )
            for row in routings
        ),
        *(
            Found(_("Parameters"), row.code, reverse("routing:definition", args=[row.pk]), localized(row.name))
            for row in parameters
        ),
    ]
