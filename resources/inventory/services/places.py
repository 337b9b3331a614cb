"""Places."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Site
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from resources.inventory.models import Place
from resources.inventory.policies import MANAGE_PLACES
from resources.inventory.states import HOLDS_STOCK, PlaceKind

# Where material comes from or ends when nobody says which of several: one of each kind per site.
_NAMES = {
    PlaceKind.SUPPLIER: {"en": "Suppliers", "zh-hans": "供应商"},
    PlaceKind.PRODUCTION: {"en": "Production", "zh-hans": "生产"},
    PlaceKind.SCRAP: {"en": "Scrap", "zh-hans": "报废"},
    PlaceKind.DESTROYED: {"en": "Destroyed", "zh-hans": "已销毁"},
}


def create_place(
    *, actor: Actor, code: str, name: Mapping[str, str], kind: str, site: Site, released_only: bool = False
) -> Place:
    """A place of a kind (PlaceKind) at a site; ``released_only``: a store that takes released stock and nothing else.

    NotValid: no code, no name, unknown kind, code taken, a store for released stock that holds none.
    """
    with act(actor=actor, verb="inventory.place.created") as this:
        require(actor, MANAGE_PLACES, site.pk)
        code = code.strip()
        if not code or not any(name.values()):
            raise NotValid(_("Code and name are needed."), field="code" if not code else "name")
        if kind not in PlaceKind.values:
            raise NotValid(_("“%(kind)s” is not a kind of place.") % {"kind": kind}, field="kind")
        if released_only and kind not in HOLDS_STOCK:
            raise NotValid(_("A place of this kind holds no stock."), field="released_only")
        place = Place(code=code, name=dict(name), kind=kind, site=site, released_only=released_only)
        try:
            with transaction.atomic():
                place.save()
        except IntegrityError as error:
            raise NotValid(
                _("The code “%(code)s” is taken.") % {"code": code}, code="code-taken", field="code"
            ) from error
        this.about(place)
    return place


def counterpart(site_id: int, kind: PlaceKind) -> Place:
    """The site's first place of this kind; made, inside the caller's act, when the site has none."""
    found: Place | None = Place.objects.filter(site_id=site_id, kind=kind, active=True).order_by("pk").first()
    if found is None:
        site = Site.objects.get(pk=site_id)
        found = Place(code=f"{site.code}-{kind.value.upper()}", name=_NAMES[kind], kind=kind, site=site)
        found.save()
    return found
