"""Who reads what of people, roles and stations (question ``access.scopes``)."""

from __future__ import annotations

from foundation.accounts.models import Badge, CaptureSession, Role, RoleAssignment, Site, Station, User
from foundation.accounts.scope import Scope

PEOPLE, STATIONS = "accounts.manage_users", "accounts.manage_stations"


def scopes() -> dict[type, Scope]:
    """People work at several sites: they, and what they hold, are of every site. Stations stand at one."""
    return {
        **dict.fromkeys((User, Badge, Role, RoleAssignment), Scope(PEOPLE)),
        Site: Scope(STATIONS),
        Station: Scope(STATIONS, "site"),
        CaptureSession: Scope(STATIONS, "station__site"),
    }
