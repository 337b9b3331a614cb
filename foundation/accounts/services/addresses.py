"""Every door counts the tries of an address before it looks at a secret (21 CFR 11.300(d))."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts import throttle
from foundation.accounts.events import AddressThrottled
from foundation.accounts.exceptions import TooManyTries
from foundation.core.actor import Actor
from foundation.records.act import act

ANONYMOUS = Actor.system("log-in")
TOLD_EVERY = 100  # refused tries of a throttled address that leave one entry: a flood fills no ledger


def count_address(address: str) -> int:
    """One try more of this address, in a statement of its own: which window it fell into.

    TooManyTries; security hears of the first one refused.
    """
    window = throttle.window_now()
    if not address:
        return window
    over = throttle.take_try(address, window)
    if throttle.tries_left(over):
        return window
    reason = _("Too many wrong log-ins from this address. Wait a quarter of an hour. Security has been told.")
    excess = throttle.excess(over)
    if excess % TOLD_EVERY != 1:
        raise TooManyTries(reason)
    with act(actor=ANONYMOUS, verb="accounts.user.logged_in") as this:
        this.note(address=address, tries=over)
        raise TooManyTries(reason, aftermath=lambda: _tell_of_address(address, over))
    return window


def was_right(address: str, window: int) -> None:
    """The secret was right: the try was none."""
    if address:
        throttle.give_back(address, window)


def _tell_of_address(address: str, tries: int) -> None:
    with act(actor=ANONYMOUS, verb="accounts.address.throttled") as this:
        this.note(address=address, tries=tries)
        this.publish(AddressThrottled(address=address, tries=tries))
