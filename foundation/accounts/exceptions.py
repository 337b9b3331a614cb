"""Refusals of accounts."""

from foundation.core.errors import PermissionDenied


class SecretWrong(PermissionDenied):
    """The components did not prove the person."""

    code = "secret-wrong"
    status = 403


class AccountLocked(PermissionDenied):
    """Too many wrong tries; security was told."""

    code = "account-locked"


class PolicyNotAcknowledged(PermissionDenied):
    """Nobody signs before acknowledging what a signature means here (21 CFR 11.10(j))."""

    code = "policy-not-acknowledged"


class SecretMustChange(PermissionDenied):
    """An administrator set the secret: its owner makes a new one before the next signature (21 CFR 11.200(a)(2))."""

    code = "secret-must-change"


class ResetNotConfirmed(PermissionDenied):
    """An administrator set the secret: it is renewed by something that this administrator does not have (21 CFR 11.200(a)(3))."""

    code = "reset-not-confirmed"


class StationUnknown(PermissionDenied):
    """The device is not a registered station."""

    code = "station-unknown"


class SecretAged(PermissionDenied):
    """The secret is older than policy allows (21 CFR 11.300(b))."""

    code = "secret-aged"


class TooManyTries(PermissionDenied):
    """Too many wrong log-ins from this address; nothing is looked at until the window is over."""

    code = "too-many-tries"
    status = 429


class FactorNeeded(PermissionDenied):
    """Policy asks for a second factor, which was not given or is wrong."""

    code = "second-factor"
