"""Where an approval stands."""

from __future__ import annotations

from changecontrol.models import ApprovalStep, ChangeRequest


def open_steps(change: ChangeRequest) -> list[ApprovalStep]:
    """The signatures that the present round still lacks, in the order of the route."""
    return list(change.approval_steps.filter(round=change.round, outcome="").order_by("pk"))
