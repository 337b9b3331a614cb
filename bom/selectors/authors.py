"""Who wrote a revision: nobody approves what they wrote."""

from __future__ import annotations

from bom.models import BomLine, BomRevision, BomTool


def authors_of(revision: BomRevision) -> frozenset[int]:
    """Ids of the people who started the revision or ever wrote, changed or removed one of its lines or tools.

    From the field history, so what was deleted again counts too. Submitting and returning it is not writing it.
    """
    histories = [
        BomRevision.history.filter(id=revision.pk, history_type="+"),
        BomLine.history.filter(revision_id=revision.pk),
        BomTool.history.filter(revision_id=revision.pk),
    ]
    return frozenset(
        user_id
        for history in histories
        for user_id in history.values_list("history_user_id", flat=True).distinct()
        if user_id is not None
    )
