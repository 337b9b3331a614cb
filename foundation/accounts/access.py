"""Who reads what of people, roles and stations (question ``access.scopes``)."""

from __future__ import annotations

from foundation.accounts import models
from foundation.accounts.scope import Scope

PEOPLE, STATIONS = "accounts.manage_users", "accounts.manage_stations"


def scopes() -> dict[type, Scope]:
    """People work at several sites: they, and what they hold, are of every site. Stations stand at one."""
    of_people = (
        models.User, models.Badge, models.BadgeTest, models.Role, models.RoleAssignment, models.SecondFactor, models.FactorUse,
        models.PolicyAcknowledgement, models.ApiToken,
    )  # fmt: skip
    return {
        **dict.fromkeys(of_people, Scope(PEOPLE)),
        models.SecretReset: Scope("accounts.confirm_secret"),
        models.Site: Scope(STATIONS),
        models.Station: Scope(STATIONS, "site"),
        models.CaptureSession: Scope(STATIONS, "station__site"),
    }
