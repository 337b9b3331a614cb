"""Events below that people must hear of at once. Written in the transaction of the event."""

from __future__ import annotations

from foundation.accounts.events import (
    AccessProbed,
    AccountLockedOut,
    AddressThrottled,
    BadgeReportedLost,
    SecretGivenAlone,
    WithdrawnBadgeUsed,
)
from foundation.alerts.services import raise_alert
from foundation.alerts.states import Severity
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records import events as records
from foundation.retention.events import ArchiveTroubled


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
            "zh-hans": f"{event.name} 的胸卡 {event.code} 已挂失，不再有效",
        },
        subject=RecordRef("accounts.user", event.user_id, event.name),
        role="system_owner",
        key=f"accounts.badge_lost:{event.code}",
    )


def on_secret_given_alone(event: SecretGivenAlone, actor: Actor) -> None:
    """The owners, who release, and the person hear of a secret that one person alone set (21 CFR 11.200(a)(3))."""
    for role, user_id in (("system_owner", None), ("qa_releaser", None), ("", event.user_id)):
        raise_alert(
            actor=actor,
            rule="accounts.secret_given_alone",
            severity=Severity.CRITICAL,
            title={
                "en": f"{event.by} alone set the secret of {event.name}: a second person confirms it",
                "zh-hans": f"{event.by} 单独设置了 {event.name} 的密码:须由第二人确认",
            },
            subject=RecordRef("accounts.user", event.user_id, event.name),
            role=role,
            user_id=user_id,
            key=f"accounts.secret_given_alone:{event.user_id}:{role}",
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
            "zh-hans": f"有人试用 {event.name} 已失效的胸卡 {event.code}{where}",
        },
        subject=RecordRef("accounts.user", event.user_id, event.name),
        role="system_owner",
        key=f"accounts.withdrawn_badge_used:{event.code}",
    )


SEALING = {
    records.OVERDUE: (
        "A forgotten transaction: records are not sealed since {detail}",
        "有事务被遗忘:自 {detail} 起的记录未封印",
    ),
    records.NOT_SEALED: ("Records cannot be sealed", "记录无法封印"),
    records.NOT_EXPORTED: ("Seals cannot be exported", "封印无法导出"),
    records.ROLLED_BACK: (
        "The database is older than the exported seals: it was rolled back or restored",
        "数据库比已导出的封印更旧:被回退或恢复过",
    ),
    records.NOT_STAMPED: ("The time-stamping authority does not stamp seals", "时间戳机构未对封印加盖时间戳"),
}


def on_sealing_troubled(event: records.SealingTroubled, actor: Actor) -> None:
    """The system's owner hears when tampering might go unnoticed. A rollback is critical; a missing stamp waits for morning."""
    english, chinese = SEALING[event.kind]
    severity = {records.ROLLED_BACK: Severity.CRITICAL, records.NOT_STAMPED: Severity.INFORMATION}
    raise_alert(
        actor=actor,
        rule=f"records.{event.kind.replace('-', '_')}",
        severity=severity.get(event.kind, Severity.WARNING),
        title={"en": english.format(detail=event.detail), "zh-hans": chinese.format(detail=event.detail)},
        body={"en": event.detail, "zh-hans": event.detail},
        role="system_owner",
        key=f"records.sealing:{event.kind}",
    )


def on_tampering_found(event: records.TamperingFound, actor: Actor) -> None:
    """The gravest that this product can say: the records are not as they were written."""
    raise_alert(
        actor=actor,
        rule="records.tampering_found",
        severity=Severity.CRITICAL,
        title={
            "en": f"Verification found {event.count} places where records are not as they were written",
            "zh-hans": f"校验发现 {event.count} 处记录与写入时不符",
        },
        body={"en": event.first, "zh-hans": event.first},
        role="system_owner",
        key=f"records.tampering:{event.verification_id}",
    )


def on_access_probed(event: AccessProbed, actor: Actor) -> None:
    """Security hears of who was refused at many addresses in a short time."""
    where = f" ({event.station})" if event.station else ""
    raise_alert(
        actor=actor,
        rule="accounts.access_probed",
        severity=Severity.CRITICAL,
        title={
            "en": f"Refused at {event.tries} addresses within ten minutes: {event.name}{where}",
            "zh-hans": f"十分钟内在 {event.tries} 个地址被拒绝访问:{event.name}{where}",
        },
        subject=RecordRef("accounts.user", event.user_id, event.name),
        role="system_owner",
        key=f"accounts.access_probed:{event.user_id}",
    )


def on_archive_troubled(event: ArchiveTroubled, actor: Actor) -> None:
    """The system's owner hears that an archive is gone or is not what was made: what a backup still has is put back."""
    raise_alert(
        actor=actor,
        rule="retention.archive_troubled",
        severity=Severity.CRITICAL,
        title={
            "en": f"The archive {event.number} is {event.verdict}",
            "zh-hans": f"归档 {event.number} {'缺失' if event.verdict == 'missing' else '已损坏'}",
        },
        body={"en": event.detail, "zh-hans": event.detail},
        subject=RecordRef("retention.archive", event.archive_id, event.number),
        role="system_owner",
        key=f"retention.archive:{event.archive_id}",
    )
