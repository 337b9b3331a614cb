"""What time alone brings about, once a minute."""

from __future__ import annotations

from celery import shared_task

from foundation.accounts import throttle
from foundation.accounts.services import end_expired_badges, end_expired_tokens
from foundation.core.actor import Actor


@shared_task
def end_what_is_over() -> int:
    """Temporary badges and tokens of the API end; old counts of addresses go."""
    throttle.forget_old(throttle.window_now())
    actor = Actor.system("accounts")
    return end_expired_badges(actor=actor) + end_expired_tokens(actor=actor)
