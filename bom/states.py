"""A BOM revision's states: the table behind its services, its buttons and its tests."""

from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition
from foundation.records.models import RevisionState

DRAFT, IN_REVIEW, APPROVED, RETIRED = (
    RevisionState.DRAFT,
    RevisionState.IN_REVIEW,
    RevisionState.APPROVED,
    RevisionState.RETIRED,
)

IN_APPROVAL, WITHDRAWN = "in_approval", "withdrawn"
ENGINEERING, QUALITY = "engineering", "quality"
# The first load of a plant's parts lists is approved by both sides, by different people (a later one is a change).
BASELINE_SIDES = {
    ENGINEERING: "bom.approve_baseline_as_engineering",
    QUALITY: "bom.approve_baseline_as_quality",
}

BASELINE = StateTable(
    "bom.baseline",
    [
        Transition(IN_APPROVAL, "sign", IN_APPROVAL, meaning="approved", label=_("Sign")),
        Transition(IN_APPROVAL, "complete", APPROVED),
        Transition(
            IN_APPROVAL,
            "withdraw",
            WITHDRAWN,
            permission="bom.edit_bom",
            reason_required=True,
            label=_("Withdraw"),
        ),
    ],
)

REVISION = StateTable(
    "bom.revision",
    [
        Transition(DRAFT, "submit", IN_REVIEW, permission="bom.edit_bom", label=_("Submit for review")),
        Transition(
            IN_REVIEW, "return", DRAFT, permission="bom.publish_bom", reason_required=True, label=_("Return to draft")
        ),
        # Approval is bound to signatures: of a change, or of the baseline (bom/authorization.py).
        Transition(
            IN_REVIEW, "approve", APPROVED, permission="bom.publish_bom", meaning="approved", label=_("Approve")
        ),
        Transition(APPROVED, "retire", RETIRED, permission="bom.publish_bom", reason_required=True, label=_("Retire")),
    ],
)
