from .badges import badge_in, badge_out, badge_switch, bind_station
from .desk import login, logout
from .profile import acknowledge, change_secret, profile

__all__ = [
    "acknowledge",
    "badge_in",
    "badge_out",
    "badge_switch",
    "bind_station",
    "change_secret",
    "login",
    "logout",
    "profile",
]
