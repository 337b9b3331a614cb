"""What other apps call of the shop floor."""

from .cards import (
    change_machine,
    clock_in,
    clock_out,
    pause_card,
    read_card,
    resume_card,
    skip_card,
    start_card,
    unblock_card,
)
from .checks import Look, accept_first_piece, inspect_card, second_check
from .completion import complete_card
from .corrections import approve_correction, correct_entry, refuse_correction, request_correction
from .dispatch import Dispatched, dispatch_order
from .entries import StepResult, record_step
from .gauges import list_batches_in_doubt
from .handovers import answer_handover, hand_over
from .happened import ask_to_open, report_what_happened
from .orders import cancel_order, close_order, hold_order, plan_order, resume_order
from .reporting import report_production
from .scanning import remove_part, scan_container
from .testfiles import attach_test_file, exclude_sample
from .units import UnitsDone, complete_units

__all__ = [
    "Dispatched",
    "Look",
    "StepResult",
    "UnitsDone",
    "accept_first_piece",
    "answer_handover",
    "approve_correction",
    "ask_to_open",
    "attach_test_file",
    "cancel_order",
    "change_machine",
    "clock_in",
    "clock_out",
    "close_order",
    "complete_card",
    "complete_units",
    "correct_entry",
    "dispatch_order",
    "exclude_sample",
    "hand_over",
    "hold_order",
    "inspect_card",
    "list_batches_in_doubt",
    "pause_card",
    "plan_order",
    "read_card",
    "record_step",
    "refuse_correction",
    "remove_part",
    "report_production",
    "report_what_happened",
    "request_correction",
    "resume_card",
    "resume_order",
    "scan_container",
    "second_check",
    "skip_card",
    "start_card",
    "unblock_card",
]
