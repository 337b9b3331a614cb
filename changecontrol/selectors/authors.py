"""Who wrote a change: nobody approves what they wrote."""

from __future__ import annotations

from bom.selectors import authors_of as authors_of_bom
from changecontrol.models import ChangeRequest
from changecontrol.selectors.content import affected_of
from routing.selectors import authors_of as authors_of_routing

WRITTEN = ("title", "kind", "severity", "reason", "planned_scope", "planned_orders", "planned_from", "later_orders")


def authors_of(change: ChangeRequest) -> frozenset[int]:
    """Ids of the people who raised the change, wrote its text or plan, or ever edited a revision that it carries.

    Judging the impact is not writing: the approver of quality may well have judged.
    """
    people: set[int | None] = set(_who_wrote(change))
    for row in affected_of(change):
        if row.routing_revision is not None:
            people |= authors_of_routing(row.routing_revision)
        if row.bom_revision is not None:
            people |= authors_of_bom(row.bom_revision)
    return frozenset(user_id for user_id in people if user_id is not None)


def _who_wrote(change: ChangeRequest) -> list[int | None]:
    people: list[int | None] = []
    before: tuple[object, ...] | None = None
    for row in ChangeRequest.history.filter(id=change.pk).order_by("history_id"):
        now = tuple(getattr(row, name) for name in WRITTEN)
        if now != before:
            people.append(row.history_user_id)
        before = now
    return people
