"""What screens, API, demo and jobs call of dhr."""

from .growing import add_addendum, open_records
from .packaging import make_package, package_path, request_package
from .reviewing import release_record, reopen_record, review_record

__all__ = [
    "add_addendum",
    "make_package",
    "open_records",
    "package_path",
    "release_record",
    "reopen_record",
    "request_package",
    "review_record",
]
