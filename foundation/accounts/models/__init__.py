from .people import AuthenticationEvent, Badge, CaptureSession, User
from .places import Site, Station
from .roles import Role, RoleAssignment

__all__ = ["AuthenticationEvent", "Badge", "CaptureSession", "Role", "RoleAssignment", "Site", "Station", "User"]
