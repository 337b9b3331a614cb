"""The only place that asks what time it is."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The moment, in UTC."""
    return timezone.now()


def today() -> date:
    """The plant's calendar day (settings.TIME_ZONE)."""
    return timezone.localdate()
