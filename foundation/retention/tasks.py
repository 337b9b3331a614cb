"""Celery: a few archives each hour, those that were not looked at for longest, so that all are within weeks."""

from celery import shared_task

from foundation.core.actor import Actor
from foundation.retention.selectors.archives import least_recently_checked
from foundation.retention.services import check_archives

AT_ONCE = 5


@shared_task(name="foundation.retention.tasks.verify_next_archives")
def verify_next_archives() -> None:
    check_archives(actor=Actor.system("archiver"), archives=least_recently_checked(AT_ONCE))
