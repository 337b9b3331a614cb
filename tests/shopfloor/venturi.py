"""The venturi as the tests of the floor make it: print, ream with a loop, leak test."""

from __future__ import annotations

from typing import Any

from tests.factories.floor import (
    Plant,
    Running,
    dispatched,
    equipment,
    line,
    made_item,
    operation,
    parameter,
    plant,
    process_card,
    step,
)
from tests.factories.stock import item


def throat(**more: Any) -> dict[str, Any]:
    return parameter("throat-diameter", "5.45", "5.55", below="rework_loop", above="nonconform_unit", **more)


def venturi(who: Plant | None = None, quantity: int = 5, *, gauge: bool = False, **op30: Any) -> Running:
    """Dispatched: op 10 scans resin once, op 30 reams and measures every piece (transfer 3), op 50 checks every piece."""
    who = who or plant()
    resin = item("RESIN", "g")
    made = made_item()
    if gauge:
        equipment("BG-1", "bore-gauge", due_in=30, is_gauge=True)
        equipment("BG-OLD", "bore-gauge", due_in=-1, is_gauge=True)
    limits = throat(gauge_class="bore-gauge") if gauge else throat()
    process_card(
        made,
        [
            operation(10, step("10.10", "material_scan", when="card_start", materials=["R1"])),
            operation(
                30,
                step("30.10", "instruction", when="card_start"),
                step("30.20", "reading", parameter={**limits, **op30.pop("parameter", {})}, **op30.pop("reading", {})),
                **{
                    "after": (10,), "loop": {"back_to": 30, "maximum": 2}, "transfer_quantity": 3,
                    "qualifications": ["bench"], **op30,
                },
            ),
            operation(50, step("50.10", "checklist"), after=(30,)),
        ],
        [line("R1", resin, "20", 10)],
    )  # fmt: skip
    return dispatched(made, quantity, who)
