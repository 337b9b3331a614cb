"""A legal hold is lifted by another person than the one who placed it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.core.decisions import YES, Decision, no
from foundation.retention.models import LegalHold


def may_lift(user_id: int | None, hold: LegalHold) -> Decision:
    """Segregation of duties: one person alone does not free evidence (21 CFR 11.10(c), (g))."""
    if user_id is None:
        return no(_("Only a person lifts a legal hold."))
    if user_id == hold.placed_by_id:
        return no(_("You placed this legal hold: another person lifts it."))
    return YES
