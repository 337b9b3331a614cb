"""Events below that people must hear of at once. Written in the transaction of the event."""

from __future__ import annotations

from foundation.accounts.events import AccountLockedOut
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
