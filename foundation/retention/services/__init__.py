"""What screens, commands and jobs call of keeping."""

from .archiving import make_period_archive, make_record_archive, request_archive, request_period_archive
from .checking import check_archive, check_archives
from .ending import end_keeping
from .holds import lift_legal_hold, place_legal_hold
from .rules import end_rule, set_rule

__all__ = [
    "check_archive",
    "check_archives",
    "end_keeping",
    "end_rule",
    "lift_legal_hold",
    "make_period_archive",
    "make_record_archive",
    "place_legal_hold",
    "request_archive",
    "request_period_archive",
    "set_rule",
]
