"""Events of accounts."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessProbed(Event):
    """One person was refused at many addresses in a short time: somebody tries doors."""

    user_id: int
    name: str
    station: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLockedOut(Event):
    """Five wrong tries: security is told at once."""

    user_id: int
    name: str
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressThrottled(Event):
    """Too many wrong log-ins from one address: somebody tries many names."""

    address: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeReportedLost(Event):
    """A badge is lost or stolen: out at once, and security knows."""

    user_id: int
    name: str
    code: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretGivenAlone(Event):
    """An administrator set a person's secret, and there is nobody who could confirm it: they could sign as that person."""

    user_id: int
    name: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnBadgeUsed(Event):
    """Somebody tried a badge that is withdrawn (21 CFR 11.300(d))."""

    user_id: int
    name: str
    code: str
    station: str
