from .badge_tests import badge_list
from .badges import badge_in, badge_out, badge_secret, badge_switch, bind_station
from .desk import login, logout
from .factors import factor_add, factor_remove
from .people import (
    badge_replace,
    badge_revoke,
    badge_test,
    role_end,
    user_badge,
    user_create,
    user_link,
    user_list,
    user_record,
    user_retire,
    user_role,
    user_secret,
    user_sessions,
)
from .profile import acknowledge, badge_lost, change_secret, profile
from .provider import provider_back, provider_login
from .resets import reset_confirm, reset_list
from .stations import station_create, station_list, station_record, station_token, station_withdraw
from .tokens import token_end, token_list

__all__ = [
    "acknowledge",
    "badge_in",
    "badge_list",
    "badge_lost",
    "badge_out",
    "badge_replace",
    "badge_revoke",
    "badge_secret",
    "badge_switch",
    "badge_test",
    "bind_station",
    "change_secret",
    "factor_add",
    "factor_remove",
    "login",
    "logout",
    "profile",
    "provider_back",
    "provider_login",
    "reset_confirm",
    "reset_list",
    "role_end",
    "station_create",
    "station_list",
    "station_record",
    "station_token",
    "station_withdraw",
    "token_end",
    "token_list",
    "user_badge",
    "user_create",
    "user_link",
    "user_list",
    "user_record",
    "user_retire",
    "user_role",
    "user_secret",
    "user_sessions",
]
