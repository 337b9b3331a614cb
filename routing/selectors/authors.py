"""Who wrote a routing: nobody approves what they wrote."""

from __future__ import annotations

from routing.models import (
    IntermediateMade,
    MaterialUse,
    Operation,
    OperationLink,
    OperationParameter,
    RoutingRevision,
    Step,
)

CONTENT = (Operation, OperationLink, Step, OperationParameter, MaterialUse, IntermediateMade)
OWN_FIELDS = ("bom_revision_id", "purpose", "documents")


def authors_of(revision: RoutingRevision) -> frozenset[int]:
    """Ids of the people who started the revision or ever wrote, changed or removed a part of its content.

    From the field history, so what was deleted again counts too. Submitting, returning and publishing is not writing.
    """
    found = set(_who_wrote_the_revision(revision))
    for model in CONTENT:
        rows = model.history.filter(revision_id=revision.pk)
        found.update(rows.order_by().values_list("history_user_id", flat=True).distinct())
    return frozenset(user_id for user_id in found if user_id is not None)


def _who_wrote_the_revision(revision: RoutingRevision) -> list[int | None]:
    people: list[int | None] = []
    before: tuple[object, ...] | None = None
    for row in RoutingRevision.history.filter(id=revision.pk).order_by("history_id"):
        now = tuple(getattr(row, name) for name in OWN_FIELDS)
        if now != before:
            people.append(row.history_user_id)
        before = now
    return people
