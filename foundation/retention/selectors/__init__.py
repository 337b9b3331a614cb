"""Until when a record is kept and why, what holds it, what comes due, which archives there are."""

from .archives import archives_of, newest_checks, unarchived_seals
from .due import coming_due
from .holds import holds_in_force, holds_over
from .keeping import Keeping, keep_until, keep_until_many

__all__ = [
    "Keeping",
    "archives_of",
    "coming_due",
    "holds_in_force",
    "holds_over",
    "keep_until",
    "keep_until_many",
    "newest_checks",
    "unarchived_seals",
]
