"""What other apps call of accounts."""

from .people import (
    assign_role,
    create_site,
    create_user,
    issue_badge,
    register_station,
    renew_station_token,
    retire_user,
    revoke_badge,
    sync_roles,
)
from .secrets import acknowledge_policy, change_own_secret, check_signer, set_secret
from .sessions import actor_of_session, badge_in, badge_out, log_in

__all__ = [
    "acknowledge_policy",
    "actor_of_session",
    "assign_role",
    "badge_in",
    "badge_out",
    "change_own_secret",
    "check_signer",
    "create_site",
    "create_user",
    "issue_badge",
    "log_in",
    "register_station",
    "renew_station_token",
    "retire_user",
    "revoke_badge",
    "set_secret",
    "sync_roles",
]
