"""How the demo writes a routing down: plain data, texts in English and Chinese side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Texts = dict[str, str]


def t(english: str, chinese: str) -> Texts:
    return {"en": english, "zh-hans": chinese}


ENGINEERING = t("Set by engineering; the source gives only the target.", "限值由工艺工程师设定;来源资料只给出目标值。")
ENGINEERING_ALONE = t(
    "Target and limits set by engineering; the source gives no number.",
    "目标值和限值均由工艺工程师设定;来源资料未给出数值。",
)


@dataclass(frozen=True)
class Limits:
    """The parameter of a reading: library code, numbers as text, and what happens below and above."""

    code: str
    target: str
    lower: str | None
    upper: str | None
    below: str = "deviation"
    above: str = "deviation"
    characteristic: str = "process"
    gauge: str = ""
    remeasure: int = 1
    source: Texts = field(default_factory=lambda: ENGINEERING)

    def changes(self) -> dict[str, Any]:
        return {
            "target": Decimal(self.target),
            "lower": Decimal(self.lower) if self.lower is not None else None,
            "upper": Decimal(self.upper) if self.upper is not None else None,
            "reaction_below": self.below,
            "reaction_above": self.above,
            "characteristic": self.characteristic,
            "gauge_class": self.gauge,
            "max_remeasure": self.remeasure,
            "limits_source": self.source,
        }


@dataclass(frozen=True)
class Ask:
    """One step. ``fields`` are further fields of the step (materials, choices, file_kind …)."""

    kind: str
    text: Texts
    when: str = "every_unit"
    n: int | None = None
    by: str = "self"
    second: str = ""
    limits: Limits | None = None
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Op:
    """One operation. ``uses``: BOM position → quantity (None: what is left); ``makes``: positions it makes; ``after``:
    numbers of its predecessors (None: the one before it in the list)."""

    number: int
    name: Texts
    work_center: str
    qualification: str
    setup: str
    run: str
    steps: tuple[Ask, ...]
    basis: str = "per_unit"
    equipment: str = ""
    uses: dict[str, str | None] = field(default_factory=dict)
    makes: tuple[str, ...] = ()
    after: tuple[int, ...] | None = None
    loop: tuple[int, int] | None = None
    hold_point: bool = False
    first_piece: str = ""
    transfer: int | None = None


def scan(text: Texts, *positions: str) -> Ask:
    return Ask("material_scan", text, when="card_start", fields={"materials": list(positions)})


def checklist(text: Texts, *points: tuple[str, Texts], **more: Any) -> Ask:
    choices = [{"value": value, "text": words} for value, words in points]
    return Ask("checklist", text, fields={"choices": choices}, **more)


def clearance() -> Ask:
    return Ask(
        "clearance",
        t(
            "Clear the place: no parts, labels or papers of another order.",
            "清场:工位上无其他工单的零件、标签或文件。",
        ),
        when="card_start",
    )
