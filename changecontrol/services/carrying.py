"""Let a change carry a draft: at most one open change at a time carries it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bom.models import BomRevision
from changecontrol.exceptions import CarriedElsewhere
from changecontrol.models import AffectedThing, ChangeRequest
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.records.act import Act
from foundation.records.models import RevisionState
from routing.models import RoutingRevision

IN_WORK = (RevisionState.DRAFT, RevisionState.IN_REVIEW)


def carry(this: Act, change: ChangeRequest, revision: RoutingRevision | BomRevision, *, dragged: bool = False) -> bool:
    """Write the row; False when it is carried already. NotValid when it is approved or retired; CarriedElsewhere."""
    of_routing = isinstance(revision, RoutingRevision)
    link = {"routing_revision" if of_routing else "bom_revision": revision}
    if change.affected.filter(**link).exists():
        return False
    if revision.state not in IN_WORK:
        raise NotValid(
            _("%(number)s is “%(state)s”: a change carries drafts.")
            % {"number": revision.number, "state": revision.get_state_display()},
            code="not-a-draft",
        )
    carrying = ChangeRequest.objects.open().carrying(**{"routing_ids" if of_routing else "bom_ids": [revision.pk]})
    other = carrying.exclude(pk=change.pk).first()
    if other is not None:
        raise CarriedElsewhere(
            _("%(number)s is carried by %(change)s already.") % {"number": revision.number, "change": other.number},
            details={"change": other.number, "record": RecordRef.to(revision).as_json()},
        )
    AffectedThing(change=change, dragged=dragged, **link).save()
    this.relate(revision)
    return True
