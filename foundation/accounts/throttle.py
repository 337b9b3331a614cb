"""Wrong tries from one address: counted before the secret is looked at, in one statement, without a broker or a cache.

``INSERT … ON CONFLICT DO UPDATE … RETURNING`` counts and asks at once, so tries that come at the same moment cannot slip
past each other; a try that worked is given back. Windows are numbered by the clock: one that jumps only moves the count to
another window.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from foundation.accounts.models import AddressTries
from foundation.core import clock

WINDOW = 900  # seconds
TAKE = """
    INSERT INTO accounts_addresstries AS kept (address, "window", tries) VALUES (%s, %s, 1)
    ON CONFLICT (address, "window") DO UPDATE SET tries = kept.tries + 1
    RETURNING tries
"""
GIVE_BACK = 'UPDATE accounts_addresstries SET tries = tries - 1 WHERE address = %s AND "window" = %s AND tries > 0'


def window_now() -> int:
    """The number of the present window."""
    return int(clock.now().timestamp()) // WINDOW


def take_try(address: str, window: int) -> int:
    """Count one more try of this address; how many there are now."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [address, window])
        (tries,) = cursor.fetchone()
    return int(tries)


def give_back(address: str, window: int) -> None:
    """The try was none: the secret was right."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [address, window])


def tries_left(tries: int) -> bool:
    """May this try be looked at?"""
    return tries <= int(settings.LOGIN_TRIES_PER_ADDRESS)


def excess(tries: int) -> int:
    """How many tries above what is looked at."""
    return tries - int(settings.LOGIN_TRIES_PER_ADDRESS)


def forget_old(window: int) -> int:
    """Counts of windows that are over (a day's worth is kept)."""
    gone, _rows = AddressTries.objects.filter(window__lt=window - 86400 // WINDOW).delete()
    return gone
