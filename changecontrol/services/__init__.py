"""What other apps and the screens call of change control."""

from .approval import approve_change, refuse_change
from .impact import Verdict, add_impact, compute_impact, decide_order, judge_impact
from .implementation import implement_change, take_effect
from .raising import add_affected, edit_change, raise_change, remove_affected
from .submission import close_change, reopen_change, submit_change, withdraw_change

__all__ = [
    "Verdict",
    "add_affected",
    "add_impact",
    "approve_change",
    "close_change",
    "compute_impact",
    "decide_order",
    "edit_change",
    "implement_change",
    "judge_impact",
    "raise_change",
    "refuse_change",
    "remove_affected",
    "reopen_change",
    "submit_change",
    "take_effect",
    "withdraw_change",
]
