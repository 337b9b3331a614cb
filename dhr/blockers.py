"""What stands against review and release, each in words and with the record to open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dhr.compile.balance import ItemFigures, material_figures
from dhr.compile.completeness import completeness
from dhr.compile.materials import net_links, still_unreleased
from dhr.compile.resources import GaugeUse, uses_of_gauges
from dhr.compile.scope import RecordScope
from dhr.compile.trail import ledger_entries
from dhr.compile.units import quantities
from dhr.states import RecordState
from dhr.words import unit_sign
from foundation.core.canonical import decimal_text
from foundation.core.refs import RecordRef
from quality.states import AssessmentState, DeviationState, NonconformanceState
from resources.equipment.models import Calibration
from resources.inventory.selectors import holds_of_units
from shopfloor.selectors.gauges import in_doubt
from shopfloor.states import CorrectionState


@dataclass(frozen=True, slots=True)
class Blocker:
    """``code`` for machines, ``text`` for people, ``record`` to open."""

    code: str
    text: str
    record: RecordRef | None = None

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.text, "record": self.record.as_json() if self.record else None}


def blockers_of(scope: RecordScope, *, for_release: bool) -> list[Blocker]:
    """All of them, so that nobody fixes one only to be shown the next.

    Release waits for what review waits for, and also for the review of the audit trail and for the records of components.
    It does not wait for CAPA effectiveness.
    """
    found = [
        *(Blocker(one.code, one.text) for one in completeness(scope).missing),
        *_undecided(scope),
        *_balance(scope),
        *_components(scope),
        *_gauges(scope),
    ]
    if for_release:
        found += [*_unreleased_parts(scope), *_trail(scope)]
    return found


def _undecided(scope: RecordScope) -> Iterator[Blocker]:
    for nc in scope.nonconformances:
        if nc.state not in (NonconformanceState.EXECUTED, NonconformanceState.CLOSED):
            text = _("%(number)s has no disposition that was carried out.") % {"number": nc.number}
            yield Blocker("nonconformance-open", text, RecordRef.to(nc))
    for deviation in scope.deviations:
        if deviation.state == DeviationState.OPEN:
            text = _("%(number)s is not decided.") % {"number": deviation.number}
            yield Blocker("deviation-open", text, RecordRef.to(deviation))
    for correction in scope.corrections:
        if correction.state == CorrectionState.ASKED:
            text = _("A correction of step %(key)s waits for approval.") % {"key": correction.record.step_key}
            yield Blocker("correction-open", text, RecordRef.to(correction))


def _balance(scope: RecordScope) -> Iterator[Blocker]:
    counted = quantities(scope)
    for check in counted["checks"]:
        if not check["balanced"]:
            text = _("The pieces do not add up. %(what)s: %(left)s, %(right)s.") % {
                "what": check["text"],
                "left": check["left"],
                "right": check["right"],
            }
            yield Blocker("quantity-imbalance", text)
    if counted["open"] != "0" or counted["rework"] != "0":
        text = _("%(open)s pieces are still open, %(rework)s in rework.") % {
            "open": counted["open"],
            "rework": counted["rework"],
        }
        yield Blocker("pieces-open", text)
    for row in material_figures(scope):
        if not row.balanced:
            yield Blocker("material-imbalance", _imbalance(row))


def _imbalance(row: ItemFigures) -> str:
    """Names the lot where three books disagree, else the quantity that nothing explains."""
    for lot in row.lots.values():
        if lot.difference:
            return _(
                "%(item)s, lot %(lot)s: %(booked)s %(unit)s were booked out of stock, %(linked)s are linked to what was"
                " made, %(entered)s were entered on the floor."
            ) % {
                "item": row.item.number,
                "lot": lot.lot.display_number,
                "unit": unit_sign(row.unit),
                "booked": decimal_text(lot.booked),
                "linked": decimal_text(lot.linked),
                "entered": decimal_text(lot.entered),
            }
    return _("%(item)s: %(difference)s %(unit)s more or less went in than the card explains, %(over)s over-issued.") % {
        "item": row.item.number,
        "difference": decimal_text(row.difference),
        "unit": unit_sign(row.unit),
        "over": decimal_text(row.over),
    }


def _components(scope: RecordScope) -> Iterator[Blocker]:
    """A component that is on hold now, placed before or after it was consumed, blocks what it is in."""
    inside = {lot for (lot, _position), quantity in net_links(scope).items() if quantity > 0}
    containers = {
        link.stock_unit.pk: link.stock_unit
        for link in scope.links
        if link.stock_unit is not None and link.consumed_lot_id in inside
    }
    lots = {link.consumed_lot_id: link.consumed_lot for link in scope.links}
    for container_id, holds in holds_of_units(list(containers.values())).items():
        lot = lots[containers[container_id].lot_id]
        for hold in holds:
            text = _("Component lot %(lot)s (%(item)s) is on hold: %(reason)s") % {
                "lot": lot.number,
                "item": lot.item.number,
                "reason": hold.reason,
            }
            yield Blocker("component-held", text, RecordRef.to(hold))


def _gauges(scope: RecordScope) -> Iterator[Blocker]:
    """A gauge found out of tolerance after it measured here blocks until quality judged every one of those readings
    (ISO 13485 7.6). Each use is answered for by the calibration next after it: a later good one says nothing about it.
    """
    judged: dict[int, set[str]] = {}
    for one in scope.assessments:
        if one.state != AssessmentState.OPEN:
            judged.setdefault(one.calibration_id, set()).update(one.keys)
    waiting = {one.calibration_id: one for one in scope.assessments if one.state == AssessmentState.OPEN}
    doubtful: dict[Calibration, int] = {}
    for use in uses_of_gauges(scope):
        calibration = _next_after(use, _calibrations(scope, use.equipment_id))
        if calibration is None or calibration.as_found_passed or not in_doubt(calibration, use.number, use.unit):
            continue
        if use.key not in judged.get(calibration.pk, set()):
            doubtful[calibration] = doubtful.get(calibration, 0) + 1
    for calibration, count in doubtful.items():
        text = _(
            "Gauge %(code)s was found out of tolerance after it measured here: %(count)d readings are not judged."
        ) % {
            "code": calibration.equipment.code,
            "count": count,
        }
        about = waiting.get(calibration.pk) or calibration.equipment
        yield Blocker("gauge-out-of-tolerance", text, RecordRef.to(about))


def _calibrations(scope: RecordScope, equipment_id: int) -> list[Calibration]:
    return [one for one in scope.calibrations if one.equipment_id == equipment_id]


def _next_after(use: GaugeUse, calibrations: list[Calibration]) -> Calibration | None:
    return next((one for one in calibrations if one.done_at > use.at), None)


def _unreleased_parts(scope: RecordScope) -> Iterator[Blocker]:
    for record in still_unreleased(scope):
        text = _("The record %(number)s of component %(lot)s is not released.") % {
            "number": record.number,
            "lot": record.lot.display_number,
        }
        yield Blocker("component-unreleased", text, RecordRef.to(record))


def _trail(scope: RecordScope) -> Iterator[Blocker]:
    """What happened to the record's subject after the trail was reviewed must be reviewed too."""
    review = scope.record.trail_reviews.order_by("-id").first()
    if review is None:
        yield Blocker("trail-not-reviewed", _("Nobody reviewed the audit trail of this record."))
        return
    later = [
        entry
        for entry in ledger_entries(scope)
        if entry.pk > review.up_to_entry and not entry.verb.startswith(("dhr.", "records.signature"))
    ]
    if later:
        words = (
            _("%(count)d acts came after the release: an addendum says what they mean for what was released.")
            if scope.record.state == RecordState.RELEASED
            else _("%(count)d acts came after the audit trail was reviewed: send it back and review again.")
        )
        yield Blocker("trail-not-reviewed", words % {"count": len(later)})
