from .badges import badge_in, badge_out, badge_switch, bind_station
from .desk import login, logout
from .people import (
    badge_revoke,
    user_badge,
    user_create,
    user_list,
    user_record,
    user_retire,
    user_role,
    user_secret,
)
from .profile import acknowledge, change_secret, profile
from .stations import station_create, station_list, station_record, station_token

__all__ = [
    "acknowledge",
    "badge_in",
    "badge_out",
    "badge_revoke",
    "badge_switch",
    "bind_station",
    "change_secret",
    "login",
    "logout",
    "profile",
    "station_create",
    "station_list",
    "station_record",
    "station_token",
    "user_badge",
    "user_create",
    "user_list",
    "user_record",
    "user_retire",
    "user_role",
    "user_secret",
]
