"""What a signature means, in words. The code comes from the transition that was signed, and is never typed."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

MEANINGS = {
    "performed": pgettext_lazy("meaning of a signature", "Performed"),
    "verified": pgettext_lazy("meaning of a signature", "Verified"),
    "witnessed": pgettext_lazy("meaning of a signature", "Witnessed"),
    "reviewed": pgettext_lazy("meaning of a signature", "Reviewed"),
    "approved": pgettext_lazy("meaning of a signature", "Approved"),
    "released": pgettext_lazy("meaning of a signature", "Released"),
    "refused": pgettext_lazy("meaning of a signature", "Refused"),
    "authored": pgettext_lazy("meaning of a signature", "Authored"),
    "assessed": pgettext_lazy("meaning of a signature", "Assessed"),
    "skipped": pgettext_lazy("meaning of a signature", "Skipped"),
}


def meaning_words(code: str) -> str:
    """The words of a meaning; its code where there are none."""
    return str(MEANINGS.get(code, code))
