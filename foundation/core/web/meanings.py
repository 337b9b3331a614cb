"""What a signature means, in words. The code comes from the transition that was signed, and is never typed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MEANINGS = {
    "performed": _("Performed"),
    "verified": _("Verified"),
    "witnessed": _("Witnessed"),
    "reviewed": _("Reviewed"),
    "approved": _("Approved"),
    "released": _("Released"),
    "refused": _("Refused"),
    "authored": _("Authored"),
    "skipped": _("Skipped"),
}


def meaning_words(code: str) -> str:
    """The words of a meaning; its code where there are none."""
    return str(MEANINGS.get(code, code))
