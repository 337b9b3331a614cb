"""What allows a controlled revision to be published: signatures of two people over exactly its content.

An approved change constructs it (changecontrol); the first load of a plant's parts lists brings its own, from the
baseline's signatures. Those who publish (bom, routing) only check it, and so know nothing of change control.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from foundation.core.errors import PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.models import Signature

SIGNERS_NEEDED = 2
APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class PublicationAuthorization:
    """``contents``: content hash → ids of the signatures that approve it. ``change``: what was approved."""

    change: RecordRef
    contents: Mapping[str, Sequence[int]] = field(default_factory=dict)
    effective_from: datetime | None = None

    def check(self, content_hash: str, *, record: RecordRef, authors: Collection[int]) -> list[Signature]:
        """The signatures that allow this content to be published.

        PermissionDenied (``not-authorized``) unless they exist, mean *approved*, are bound to this hash and to the record
        or the change, are of two different people, and none of them is an author of the content.
        """
        wanted = list(self.contents.get(content_hash, ()))
        found = [
            signature
            for signature in Signature.objects.filter(
                pk__in=wanted, content_hash=content_hash, meaning=APPROVED
            ).order_by("pk")
            if (signature.record_label, signature.record_id)
            in {(record.label, record.id), (self.change.label, self.change.id)}
        ]
        signers = {signature.signer_id for signature in found}
        if signers & set(authors):
            raise _not_authorized(_("An author of %(record)s cannot approve it."), record, self.change)
        if len(found) != len(wanted) or len(signers) < SIGNERS_NEEDED:
            raise _not_authorized(
                _("%(record)s is not approved by two people over exactly this content."), record, self.change
            )
        return found


def _not_authorized(reason: str, record: RecordRef, change: RecordRef) -> PermissionDenied:
    return PermissionDenied(
        reason % {"record": record.number}, code="not-authorized", details={"change": change.number}
    )
