"""Events below that people must hear of at once. Written in the transaction of the event."""

from __future__ import annotations

from foundation.accounts.events import AccountLockedOut, AddressThrottled, BadgeReportedLost, WithdrawnBadgeUsed
from foundation.alerts.services import raise_alert
from foundation.alerts.states import Severity
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef


def on_account_locked(event: AccountLockedOut, actor: Actor) -> None:
    """Security hears of a locked account (21 CFR 11.300(d))."""
    where = f" ({event.station})" if event.station else ""
    raise_alert(
        actor=actor,
        rule="accounts.account_locked",
        severity=Severity.CRITICAL,
        title={
            "en": f"Account locked after wrong tries: {event.name}{where}",
            "zh-hans": f"多次输入错误,账户已锁定:{event.name}{where}",
        },
        subject=RecordRef("accounts.user", event.user_id, event.name),
        role="system_owner",
        key=f"accounts.account_locked:{event.user_id}",
    )


def on_address_throttled(event: AddressThrottled, actor: Actor) -> None:
    """Security hears of somebody who tries many names from one place (21 CFR 11.300(d))."""
    raise_alert(
        actor=actor,
        rule="accounts.address_throttled",
        severity=Severity.CRITICAL,
        title={
            "en": f"Too many wrong log-ins from {event.address}",
            "zh-hans": f"来自 {event.address} 的错误登录过多",
        },
        role="system_owner",
        key=f"accounts.address_throttled:{event.address}",
    )


def on_badge_lost(event: BadgeReportedLost, actor: Actor) -> None:
    """Security hears of a lost badge in the moment it is out (21 CFR 11.300(c))."""
    raise_alert(
        actor=actor,
        rule="accounts.badge_lost",
        severity=Severity.WARNING,
        title={
            "en": f"Badge {event.code} of {event.name} is lost: it identifies nobody any more",
            "zh-hans": f"{event.name} 的工牌 {event.code} 已挂失，不再有效",
        },
        subject=RecordRef("accounts.user", event.user_id, event.name),
        role="system_owner",
        key=f"accounts.badge_lost:{event.code}",
    )


def on_withdrawn_badge_used(event: WithdrawnBadgeUsed, actor: Actor) -> None:
    """Somebody tried a badge that is withdrawn: security hears at once (21 CFR 11.300(d))."""
    where = f" ({event.station})" if event.station else ""
    raise_alert(
        actor=actor,
        rule="accounts.withdrawn_badge_used",
        severity=Severity.CRITICAL,
        title={
            "en": f"The withdrawn badge {event.code} of {event.name} was tried{where}",
            "zh-hans": f"有人试用 {event.name} 已失效的工牌 {event.code}{where}",
        },
        subject=RecordRef("accounts.user", event.user_id, event.name),
        role="system_owner",
        key=f"accounts.withdrawn_badge_used:{event.code}",
    )
