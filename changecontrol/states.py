"""The choices of a change request, its states as a table, and the approval routes as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition

RAISE, ASSESS, IMPLEMENT, CLOSE, VIEW = (
    "changecontrol.raise_change",
    "changecontrol.assess_change",
    "changecontrol.implement_change",
    "changecontrol.close_change",
    "changecontrol.view_change",
)


class ChangeState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ASSESSED = "assessed", _("Assessed")
    IN_APPROVAL = "in_approval", _("In approval")
    APPROVED = "approved", _("Approved")
    IMPLEMENTING = "implementing", _("Implementing")
    EFFECTIVE = "effective", _("Effective")
    CLOSED = "closed", _("Closed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


PIPELINE = (
    ChangeState.DRAFT,
    ChangeState.ASSESSED,
    ChangeState.IN_APPROVAL,
    ChangeState.APPROVED,
    ChangeState.IMPLEMENTING,
    ChangeState.EFFECTIVE,
    ChangeState.CLOSED,
)
EDITABLE = (ChangeState.DRAFT, ChangeState.ASSESSED)
OPEN = PIPELINE[:5]  # carries its drafts: no other change may

_D, _A, _P, _Y = ChangeState.DRAFT, ChangeState.ASSESSED, ChangeState.IN_APPROVAL, ChangeState.APPROVED

CHANGE = StateTable(
    "changecontrol.change",
    [
        # A change is assessed when every impact entry is judged, and no longer when a new one appears.
        Transition(_D, "assess", _A, ASSESS),
        Transition(_A, "reassess", _D),
        Transition(_A, "submit", _P, RAISE, label=_("Submit for approval")),
        # Who may sign is said by the approval route; the last signature approves.
        Transition(_P, "sign", _P, meaning="approved", label=_("Approve")),
        Transition(_P, "approve", _Y, meaning="approved", label=_("Approve")),
        Transition(_P, "refuse", ChangeState.REFUSED, meaning="refused", reason_required=True, label=_("Refuse")),
        Transition(_Y, "implement", ChangeState.IMPLEMENTING, IMPLEMENT, label=_("Implement")),
        Transition(ChangeState.IMPLEMENTING, "take_effect", ChangeState.EFFECTIVE),
        Transition(
            ChangeState.EFFECTIVE,
            "close",
            ChangeState.CLOSED,
            CLOSE,
            reason_required=True,
            label=_("Close: effect verified"),
        ),
        *(
            Transition(state, "withdraw", ChangeState.WITHDRAWN, RAISE, reason_required=True, label=_("Withdraw"))
            for state in (_D, _A, _P, _Y)
        ),
        *(
            Transition(state, "reopen", _D, RAISE, reason_required=True, label=_("Reopen"))
            for state in (ChangeState.REFUSED, ChangeState.WITHDRAWN)
        ),
    ],
)


class Kind(models.TextChoices):
    PROCESS = "process", _("Process")
    MATERIAL = "material", _("Material")
    EQUIPMENT = "equipment", _("Equipment and maintenance")
    DOCUMENT = "document", _("Document")
    SUPPLIER = "supplier", _("Supplier")
    SOFTWARE = "software", _("Software")


class Severity(models.TextChoices):
    MINOR = "minor", _("Minor")
    MAJOR = "major", _("Major")


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One signature that a change needs: for which side, by whoever has the permission."""

    side: str
    permission: str
    name: Any


ENGINEERING = RouteStep("engineering", "changecontrol.approve_as_engineering", _("Engineering"))
QUALITY = RouteStep("quality", "changecontrol.approve_as_quality", _("Quality"))
SIDES = {step.side: step for step in (ENGINEERING, QUALITY)}


def route_of(kind: str, severity: str) -> tuple[RouteStep, ...]:
    """Who signs. Two signatures suffice for now, whatever the kind; PublicationAuthorization asks for no fewer."""
    return (ENGINEERING, QUALITY)


class ImpactKind(models.TextChoices):
    """The checklist: every kind has at least one entry, so that nothing is passed over in silence."""

    PRODUCT = "product", _("Products at every level")
    PROCESS = "process", _("Process and consumed parts")
    WIP = "wip", _("Open orders")
    STOCK = "stock", _("Stock")
    SHIPPED = "shipped", _("Shipped batches")
    DOCUMENT = "document", _("Documents")
    TRAINING = "training", _("Training")
    VALIDATION = "validation", _("Validation")
    EQUIPMENT = "equipment", _("Equipment settings")
    INSPECTION = "inspection", _("Inspection plans")
    QUALITY = "quality", _("Open nonconformances and CAPA")
    RISK = "risk", _("Risk file")
    LABEL = "label", _("Labelling and UDI")
    REGISTRATION = "registration", _("Registration")
    SUPPLIER = "supplier", _("Suppliers")


class Source(models.TextChoices):
    COMPUTED = "computed", _("Computed")
    ADDED = "added", _("Added")


class Judgement(models.TextChoices):
    OPEN = "", _("Not judged")
    AFFECTED = "affected", _("Affected")
    NOT_AFFECTED = "not_affected", _("Not affected")
    WAIVED = "waived", _("Waived")


class OrderChoice(models.TextChoices):
    FINISH_ON_OLD = "finish_on_old", _("Finish on the old card")
    SWITCH = "switch", _("Switch to the new card")
    HOLD = "hold", _("Hold")


class Scope(models.TextChoices):
    """Searched in this order and never mixed. Serial range, lot and line come later."""

    ORDER = "order", _("One order")
    DATE = "date", _("From a date")
