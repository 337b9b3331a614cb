"""What other apps call of accounts."""

from .badges import end_expired_badges, issue_badge, record_badge_test, revoke_badge
from .factors import add_totp, begin_totp, remove_factor
from .own_secrets import change_own_secret, renew_secret, set_secret
from .people import choose_language, create_user, link_login, retire_user
from .places import create_site, register_station, renew_station_token, withdraw_station
from .policy import acknowledge_policy
from .resets import confirm_reset
from .roles import assign_role, end_role, sync_roles
from .sessions import (
    actor_of_session,
    badge_in,
    badge_out,
    end_desk_sessions,
    lock_station,
    log_in,
    log_in_by_provider,
    log_out,
)
from .signer import check_signer
from .tokens import end_expired_tokens, end_token, issue_token

__all__ = [
    "acknowledge_policy",
    "actor_of_session",
    "add_totp",
    "assign_role",
    "badge_in",
    "badge_out",
    "begin_totp",
    "change_own_secret",
    "check_signer",
    "choose_language",
    "confirm_reset",
    "create_site",
    "create_user",
    "end_desk_sessions",
    "end_expired_badges",
    "end_expired_tokens",
    "end_role",
    "end_token",
    "issue_badge",
    "issue_token",
    "link_login",
    "lock_station",
    "log_in",
    "log_in_by_provider",
    "log_out",
    "record_badge_test",
    "register_station",
    "remove_factor",
    "renew_secret",
    "renew_station_token",
    "retire_user",
    "revoke_badge",
    "set_secret",
    "sync_roles",
    "withdraw_station",
]
