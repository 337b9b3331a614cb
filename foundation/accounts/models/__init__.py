from .badges import Badge, BadgeTest, Withdrawal
from .people import AuthenticationEvent, CaptureSession, LoginBy, User
from .places import Site, Station
from .proofs import AddressTries, FactorKind, FactorUse, PolicyAcknowledgement, Renewal, SecondFactor, SecretReset
from .roles import Role, RoleAssignment
from .tokens import ApiToken, ApiTokenUse

__all__ = [
    "AddressTries",
    "ApiToken",
    "ApiTokenUse",
    "AuthenticationEvent",
    "Badge",
    "BadgeTest",
    "CaptureSession",
    "FactorKind",
    "FactorUse",
    "LoginBy",
    "PolicyAcknowledgement",
    "Renewal",
    "Role",
    "RoleAssignment",
    "SecondFactor",
    "SecretReset",
    "Site",
    "Station",
    "User",
    "Withdrawal",
]
