from .audit import audit, verify_now, verify_progress
from .errors import bad_request, csrf_failure, not_found, permission_denied, server_error
from .gallery import gallery, gallery_graph, gallery_progress, gallery_refused, gallery_shop, gallery_wall
from .home import home, record, search, underway
from .ledger import ledger, ledger_entry
from .preferences import alive, choose_language, choose_theme
from .trails import record_trail

__all__ = [
    "alive",
    "audit",
    "bad_request",
    "choose_language",
    "choose_theme",
    "csrf_failure",
    "gallery",
    "gallery_graph",
    "gallery_progress",
    "gallery_refused",
    "gallery_shop",
    "gallery_wall",
    "home",
    "ledger",
    "ledger_entry",
    "not_found",
    "permission_denied",
    "record",
    "record_trail",
    "search",
    "server_error",
    "underway",
    "verify_now",
    "verify_progress",
]
