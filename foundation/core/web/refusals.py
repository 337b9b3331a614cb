"""Refusals on their way out: an unknown id becomes one, and what no act has kept is kept."""

from __future__ import annotations

import logging

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest

from foundation.core.errors import NotFound, PermissionDenied, Refusal
from foundation.core.events import ask

log = logging.getLogger(__name__)


def note_refusal(request: HttpRequest, error: Exception) -> Exception:
    """The error as people are told it. Denied and not found ones that no act has kept are handed to ``web.refused``."""
    if isinstance(error, ObjectDoesNotExist):
        log.warning("%s: %s", request.path, error, exc_info=error)
        missing, error = error, NotFound.here()
        error.__cause__ = missing
    denied = isinstance(error, PermissionDenied | NotFound) and error.code != "not-authenticated"
    if isinstance(error, Http404) or (denied and isinstance(error, Refusal) and not error.kept):
        ask("web.refused", request, error)
    return error
