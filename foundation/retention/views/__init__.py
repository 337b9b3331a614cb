from .archives import archive_download, archive_list, archive_record, archive_verify, period_archive
from .holds import hold_lift, hold_list, hold_place, hold_record
from .overview import overview
from .records import record_archive, record_end, record_keeping
from .rules import rule_end, rule_list, rule_set

__all__ = [
    "archive_download",
    "archive_list",
    "archive_record",
    "archive_verify",
    "hold_lift",
    "hold_list",
    "hold_place",
    "hold_record",
    "overview",
    "period_archive",
    "record_archive",
    "record_end",
    "record_keeping",
    "rule_end",
    "rule_list",
    "rule_set",
]
