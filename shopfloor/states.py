"""State machines of the shop floor, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition


class OrderKind(models.TextChoices):
    PRODUCTION = "production", _("Production")
    TRIAL = "trial", _("Trial")
    VALIDATION = "validation", _("Validation")
    REWORK = "rework", _("Rework")
    ENGINEERING = "engineering", _("Engineering")


class OrderState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    DISPATCHED = "dispatched", _("Dispatched")
    IN_PROCESS = "in_process", _("In process")
    COMPLETED = "completed", _("Completed")
    CLOSED = "closed", _("Closed")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class CardKind(models.TextChoices):
    NORMAL = "normal", _("Normal")
    REWORK = "rework", _("Rework")


class CardState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    READY = "ready", _("Ready")
    FIRST_PIECE_PENDING = "first_piece_pending", _("First piece pending")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    BLOCKED = "blocked", _("Blocked")
    COMPLETED = "completed", _("Completed")
    SKIPPED = "skipped", _("Skipped")
    CANCELLED = "cancelled", _("Cancelled")


class Bucket(models.TextChoices):
    """Where the pieces of a card are. in = good + scrap + rework + held + destroyed + retained + here, always."""

    OUTSIDE = "outside", _("Before this card")
    HERE = "here", _("Still here")
    GOOD = "good", _("Good")
    SCRAP = "scrap", _("Scrap")
    REWORK = "rework", _("In rework")
    HELD = "held", _("Held")
    DESTROYED = "destroyed", _("Destroyed in test")
    RETAINED = "retained", _("Retained")


class StepOutcome(models.TextChoices):
    DONE = "done", _("Done")
    IN = "in", _("Within limits")
    BELOW = "below", _("Below the limit")
    ABOVE = "above", _("Above the limit")
    FAILED = "failed", _("Not conforming")
    PENDING = "pending", _("Waits for a decision")
    REMOVED = "removed", _("Taken out again")


class Reaction(models.TextChoices):
    NONE = "", _("None")
    REMEASURE = "remeasure", _("Measure again")
    DEVIATION = "deviation", _("Deviation raised")
    NONCONFORM_UNIT = "nonconform_unit", _("The piece is split off and held")
    REWORK_LOOP = "rework_loop", _("Back in the declared loop")
    HOLD_BATCH = "hold_batch", _("The whole batch is held")
    STOP = "stop", _("The card is stopped")


class CorrectionState(models.TextChoices):
    ASKED = "asked", _("Asked for")
    APPLIED = "applied", _("Applied")
    REFUSED = "refused", _("Refused")


class HandoverState(models.TextChoices):
    OFFERED = "offered", _("Handed over")
    ACCEPTED = "accepted", _("Accepted")
    DISPUTED = "disputed", _("Disputed")


_O, _C = OrderState, CardState
_PLAN, _DISPATCH, _WORK, _QUALITY = (
    "shopfloor.plan_order",
    "shopfloor.dispatch_order",
    "shopfloor.work_card",
    "quality.inspect",
)

ORDER = StateTable(
    "shopfloor.workorder",
    [
        Transition(_O.PLANNED, "dispatch", _O.DISPATCHED, _DISPATCH, label=_("Dispatch")),
        Transition(_O.DISPATCHED, "start", _O.IN_PROCESS, _WORK, label=_("Start")),
        Transition(_O.IN_PROCESS, "complete", _O.COMPLETED, _WORK, label=_("Complete")),
        Transition(_O.COMPLETED, "close", _O.CLOSED, _PLAN, label=_("Close")),
        Transition(_O.PLANNED, "hold", _O.HELD, _PLAN, reason_required=True, label=_("Hold")),
        Transition(_O.DISPATCHED, "hold", _O.HELD, _PLAN, reason_required=True, label=_("Hold")),
        Transition(_O.IN_PROCESS, "hold", _O.HELD, _PLAN, reason_required=True, label=_("Hold")),
        Transition(_O.HELD, "resume_planned", _O.PLANNED, _PLAN, reason_required=True, label=_("Resume")),
        Transition(_O.HELD, "resume_dispatched", _O.DISPATCHED, _PLAN, reason_required=True, label=_("Resume")),
        Transition(_O.HELD, "resume_in_process", _O.IN_PROCESS, _PLAN, reason_required=True, label=_("Resume")),
        Transition(_O.PLANNED, "cancel", _O.CANCELLED, _PLAN, reason_required=True, label=_("Cancel")),
        Transition(_O.DISPATCHED, "cancel", _O.CANCELLED, _PLAN, reason_required=True, label=_("Cancel")),
    ],
)

CARD = StateTable(
    "shopfloor.workcard",
    [
        Transition(_C.WAITING, "open", _C.READY, label=_("Make ready")),
        Transition(_C.WAITING, "skip", _C.SKIPPED, "quality.decide_deviation", "approved", True, _("Skip")),
        Transition(_C.WAITING, "cancel", _C.CANCELLED, _PLAN, reason_required=True, label=_("Cancel")),
        Transition(_C.READY, "start", _C.RUNNING, _WORK, label=_("Start")),
        Transition(_C.READY, "start_first_piece", _C.FIRST_PIECE_PENDING, _WORK, label=_("Start with the first piece")),
        Transition(_C.READY, "complete_together", _C.COMPLETED, _WORK, "performed", label=_("Complete units")),
        Transition(_C.READY, "skip", _C.SKIPPED, "quality.decide_deviation", "approved", True, _("Skip")),
        Transition(_C.READY, "block", _C.BLOCKED, reason_required=True, label=_("Block")),
        Transition(_C.READY, "cancel", _C.CANCELLED, _PLAN, reason_required=True, label=_("Cancel")),
        Transition(_C.FIRST_PIECE_PENDING, "accept_first_piece", _C.RUNNING, _QUALITY, label=_("Accept first piece")),
        Transition(_C.FIRST_PIECE_PENDING, "reject_first_piece", _C.FIRST_PIECE_PENDING, _QUALITY, "", True),
        Transition(_C.FIRST_PIECE_PENDING, "pause", _C.PAUSED, _WORK, label=_("Pause")),
        Transition(_C.FIRST_PIECE_PENDING, "block", _C.BLOCKED, reason_required=True, label=_("Block")),
        Transition(_C.RUNNING, "pause", _C.PAUSED, _WORK, label=_("Pause")),
        # After a change of machine, where the card says so, the next piece is a first piece again.
        Transition(_C.RUNNING, "first_piece_again", _C.FIRST_PIECE_PENDING, _WORK),
        Transition(_C.RUNNING, "block", _C.BLOCKED, reason_required=True, label=_("Block")),
        Transition(_C.RUNNING, "complete", _C.COMPLETED, _WORK, "performed", label=_("Complete")),
        Transition(_C.PAUSED, "resume", _C.RUNNING, _WORK, label=_("Resume")),
        Transition(_C.PAUSED, "resume_first_piece", _C.FIRST_PIECE_PENDING, _WORK, label=_("Resume")),
        Transition(_C.PAUSED, "block", _C.BLOCKED, reason_required=True, label=_("Block")),
        Transition(
            _C.BLOCKED, "unblock", _C.PAUSED, "quality.decide_deviation", reason_required=True, label=_("Unblock")
        ),
        Transition(
            _C.BLOCKED, "unblock_ready", _C.READY, "quality.decide_deviation", reason_required=True, label=_("Unblock")
        ),
        # Pieces that were in rework or on hold come after the card was signed: it opens again for them.
        Transition(_C.COMPLETED, "reopen", _C.READY, label=_("Pieces came back")),
    ],
)
RUNNING_STATES = (CardState.RUNNING, CardState.FIRST_PIECE_PENDING)
SETTLED_STATES = (CardState.COMPLETED, CardState.SKIPPED, CardState.CANCELLED)
OPEN_ORDER_STATES = (OrderState.PLANNED, OrderState.DISPATCHED, OrderState.IN_PROCESS, OrderState.HELD)

CORRECTION = StateTable(
    "shopfloor.correction",
    [
        Transition(
            CorrectionState.ASKED, "approve", CorrectionState.APPLIED, "quality.approve_correction", "approved", True
        ),
        Transition(
            CorrectionState.ASKED, "refuse", CorrectionState.REFUSED, "quality.approve_correction", "refused", True
        ),
    ],
)

HANDOVER = StateTable(
    "shopfloor.handover",
    [
        Transition(HandoverState.OFFERED, "accept", HandoverState.ACCEPTED, _WORK, label=_("Accept")),
        Transition(HandoverState.OFFERED, "dispute", HandoverState.DISPUTED, _WORK, "", True, _("Dispute")),
    ],
)
