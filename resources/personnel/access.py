"""Who reads qualifications: people work at several sites, so these are global."""

from __future__ import annotations

from foundation.accounts.scope import Scope
from resources.personnel.models import Qualification, QualificationGrant, ReadingConfirmation

VIEW = Scope("personnel.view_qualifications")


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return dict.fromkeys((Qualification, QualificationGrant, ReadingConfirmation), VIEW)
