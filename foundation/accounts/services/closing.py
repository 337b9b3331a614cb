"""End what is open for a person or a station, inside the caller's act. (Desk sessions end by `session_epoch`.)"""

from __future__ import annotations

from datetime import datetime

from foundation.accounts.models import Badge, CaptureSession, Station, User, Withdrawal


def close_sessions_of(user: User, *, at: datetime, but: str = "") -> int:
    """Close every open capture session of the person (but one); how many there were."""
    rows = CaptureSession.objects.select_for_update().filter(user=user, closed_at=None).exclude(key=but).order_by("pk")
    for session in rows:
        session.closed_at = at
        session.save()
    return len(rows)


def close_sessions_at(station: Station, *, at: datetime) -> int:
    """Close every open capture session at the station; how many there were."""
    rows = CaptureSession.objects.select_for_update().filter(station=station, closed_at=None).order_by("pk")
    for session in rows:
        session.closed_at = at
        session.save()
    return len(rows)


def withdraw_badges_of(user: User, *, at: datetime) -> int:
    """None of the person's badges identifies anybody any more; how many were in force."""
    rows = Badge.objects.select_for_update().filter(user=user, revoked_at=None).order_by("pk")
    for badge in rows:
        badge.revoked_at, badge.withdrawn_as = at, Withdrawal.LEFT
        badge.save()
    return len(rows)
