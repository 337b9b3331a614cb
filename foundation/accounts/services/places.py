"""Sites and stations: where acts are done."""

from __future__ import annotations

import secrets as stdlib_secrets
from collections.abc import Mapping

from django.utils.translation import gettext as _

from foundation.accounts.models import Site, Station
from foundation.accounts.policies import require, require_about, require_everywhere
from foundation.accounts.services.closing import close_sessions_at
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import NotValid
from foundation.records.act import act

MANAGE = "accounts.manage_stations"


def create_site(*, actor: Actor, code: str, name: Mapping[str, str], time_zone: str = "UTC") -> Site:
    """A plant: by who manages users at every site."""
    with act(actor=actor, verb="accounts.site.created") as this:
        require_everywhere(actor, "accounts.manage_users")
        site = Site(code=code, name=dict(name), time_zone=time_zone)
        site.save()
        this.about(site)
    return site


def register_station(
    *, actor: Actor, code: str, name: Mapping[str, str], site: Site, work_center: str = ""
) -> tuple[Station, str]:
    """Register a device at a site of the actor's; returns the station and the token that only this device keeps."""
    with act(actor=actor, verb="accounts.station.registered") as this:
        require(actor, MANAGE, site.pk)
        if Station.objects.filter(code__iexact=code.strip()).exists():
            raise NotValid(_("There is a station with this code."), code="station-taken", field="code")
        token = stdlib_secrets.token_urlsafe(32)
        station = Station(
            code=code.strip(), name=dict(name), site=site, work_center=work_center, token_hash=content_hash(token)
        )
        station.save()
        this.about(station)
    return station, token


def renew_station_token(*, actor: Actor, station_id: int) -> str:
    """A new token for a station's (new) device; the old one is refused from now on."""
    with act(actor=actor, verb="accounts.station.token_renewed") as this:
        station: Station = Station.objects.select_for_update().get(pk=station_id)
        require_about(actor, MANAGE, station)
        token = stdlib_secrets.token_urlsafe(32)
        station.token_hash, station.active = content_hash(token), True
        station.save()
        this.about(station)
        close_sessions_at(station, at=this.at)
    return token


def withdraw_station(*, actor: Actor, station_id: int, reason: str) -> Station:
    """The device is lost, stolen or taken out: refused from now on, and who was badged in there is out (21 CFR 11.10(h))."""
    with act(actor=actor, verb="accounts.station.withdrawn", reason=reason) as this:
        station: Station = Station.objects.select_for_update().get(pk=station_id)
        require_about(actor, MANAGE, station)
        this.about(station)
        station.active, station.token_hash = False, ""
        station.save()
        close_sessions_at(station, at=this.at)
    return station
