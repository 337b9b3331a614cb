"""Review by exception: everything that was not plain, from every table that could tell it, each with its resolution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dhr.compile.answers import answer_words
from dhr.compile.materials import at_risk, still_unreleased
from dhr.compile.scope import RecordScope
from dhr.words import unit_sign
from foundation.core.canonical import decimal_text
from foundation.core.refs import RecordRef
from foundation.core.texts import localized
from foundation.records.models import LedgerEntry, Outcome
from shopfloor.models import StepRecord
from shopfloor.states import CardState, StepOutcome

# Several containers scanned for one step are not attempts at the same thing.
MEASURED = ("reading", "file", "checklist", "choice", "inspection")


@dataclass(frozen=True, slots=True)
class ReviewException:
    """One thing that was not plain. ``resolution`` says what became of it; "" when nobody decided."""

    code: str
    text: str
    where: str
    at: datetime | None
    person: str
    resolution: str = ""
    record: RecordRef | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "text": self.text,
            "where": self.where,
            "at": self.at,
            "person": self.person,
            "resolution": self.resolution,
            "record": self.record.as_json() if self.record else None,
        }


def exceptions(scope: RecordScope, entries: list[LedgerEntry]) -> list[ReviewException]:
    """In the order in which they happened."""
    found = [
        *_readings(scope),
        *_corrections(scope),
        *_quality(scope),
        *_material(scope),
        *_at_risk(scope),
        *_gauges(scope),
        *_over_issued(scope),
        *_files(scope),
        *_cards(scope),
        *_refusals(entries),
        *_after_completion(scope, entries),
    ]
    return sorted(found, key=lambda one: (one.at is None, one.at))


def _readings(scope: RecordScope) -> Iterator[ReviewException]:
    for row in scope.steps:
        where = f"{row.step_key} {'#' + str(row.unit_no) if row.unit_no else ''}".strip()
        if row.outcome in (StepOutcome.BELOW, StepOutcome.ABOVE, StepOutcome.FAILED):
            linked = row.nonconformance or row.deviation
            yield ReviewException(
                "out-of-limits",
                _found(scope, row),
                where,
                row.captured_at,
                row.performer_name,
                row.get_reaction_display(),
                RecordRef.to(linked) if linked else None,
            )
        if row.late:
            yield ReviewException("late-entry", _("Entered late"), where, row.captured_at, row.performer_name, row.note)
        if row.attempt > 1 and row.kind in MEASURED:
            yield ReviewException(
                "repeated",
                _("Attempt %(n)d") % {"n": row.attempt},
                where,
                row.captured_at,
                row.performer_name,
                row.note,
            )


def _found(scope: RecordScope, row: StepRecord) -> str:
    said = _in_words(scope, row, row.value)
    if said != row.value:
        return said
    return _("%(value)s %(unit)s, limits %(lower)s–%(upper)s") % {
        "value": row.value,
        "unit": unit_sign(row.unit),
        "lower": _limit(row.lower),
        "upper": _limit(row.upper),
    }


def _in_words(scope: RecordScope, row: StepRecord, value: str) -> str:
    """An answer as the card says it; any other value as it was entered."""
    return localized(answer_words(scope.step_plans.get(row.step_key, {}), row.kind, value)) or value


def _limit(value: Decimal | None) -> str:
    """As the card says it, without the zeros of the column; "" when this side is open."""
    return "" if value is None else decimal_text(value)


def _corrections(scope: RecordScope) -> Iterator[ReviewException]:
    for row in scope.corrections:
        yield ReviewException(
            "correction",
            _("%(was)s → %(becomes)s: %(reason)s")
            % {
                "was": _in_words(scope, row.record, row.record.value),
                "becomes": _in_words(scope, row.record, row.new_value),
                "reason": row.reason,
            },
            row.record.step_key,
            row.asked_at,
            row.asked_by_name,
            f"{row.get_state_display()} {row.decided_by_name}".strip(),
            RecordRef.to(row),
        )


def _quality(scope: RecordScope) -> Iterator[ReviewException]:
    for nc in scope.nonconformances:
        decided = [one for one in scope.dispositions if one.nonconformance_id == nc.pk]
        yield ReviewException(
            "nonconformance",
            f"{nc.number}: {nc.description}",
            nc.step_key,
            nc.raised_at,
            nc.raised_by_name,
            ", ".join(f"{one.get_kind_display()} {one.quantity.normalize():f}" for one in decided),
            RecordRef.to(nc),
        )
    for deviation in scope.deviations:
        yield ReviewException(
            "deviation",
            f"{deviation.number}: {deviation.description}",
            deviation.step_key,
            deviation.raised_at,
            deviation.raised_by_name,
            deviation.get_state_display() if deviation.decided_at else "",
            RecordRef.to(deviation),
        )


def _material(scope: RecordScope) -> Iterator[ReviewException]:
    lines = {line["position"]: line for line in scope.plan["bom"]["lines"]}
    for link in scope.links:
        if link.kind == "remove":
            yield ReviewException(
                "part-removed",
                _("%(quantity)s %(unit)s of %(lot)s taken out again")
                % {
                    "quantity": format(link.quantity.normalize(), "f"),
                    "unit": unit_sign(link.unit),
                    "lot": link.consumed_lot,
                },
                link.position,
                link.at,
                "",
            )
        line = lines.get(link.position)
        if link.kind == "consume" and line and line["item_id"] != link.consumed_lot.item_id:
            yield ReviewException(
                "substitution",
                _("%(used)s instead of %(planned)s")
                % {"used": link.consumed_lot.item.number, "planned": line["item_number"]},
                link.position,
                link.at,
                "",
                _("approved alternate of the card"),
            )


def _at_risk(scope: RecordScope) -> Iterator[ReviewException]:
    """Own stock that went in before its record was released, under a deviation that quality signed."""
    entered = {step.genealogy_link_id: step for step in scope.steps if step.genealogy_link_id}
    unreleased = {record.pk for record in still_unreleased(scope)}
    for link, record in at_risk(scope):
        step = entered.get(link.pk)
        deviation = step.evidence.get("deviation", "") if step else ""
        yield ReviewException(
            "component-unreleased",
            _("%(quantity)s %(unit)s of %(lot)s went in before %(record)s was released. %(deviation)s")
            % {
                "quantity": format(link.quantity.normalize(), "f"),
                "unit": unit_sign(link.unit),
                "lot": link.consumed_lot,
                "record": record.number,
                "deviation": deviation,
            },
            link.position,
            link.at,
            step.performer_name if step else "",
            _("not released yet") if record.pk in unreleased else _("released since"),
            RecordRef.to(record),
        )


def _gauges(scope: RecordScope) -> Iterator[ReviewException]:
    for row in scope.assessments:
        judged = f"{row.get_state_display()}: {row.reason}" if row.decided_at else ""
        yield ReviewException(
            "gauge-out-of-tolerance",
            _("Gauge %(code)s was found out of tolerance (%(found)s): %(count)d readings in doubt")
            % {
                "code": row.calibration.equipment.code,
                "found": row.calibration.as_found,
                "count": len(row.readings),
            },
            ", ".join(sorted({str(reading["step"]) for reading in row.readings})),
            row.opened_at,
            row.decided_by.name if row.decided_by else "",
            judged,
            RecordRef.to(row),
        )


def _over_issued(scope: RecordScope) -> Iterator[ReviewException]:
    """More than the card needs: within the limit told, beyond it accepted by the line leader."""
    for row in scope.steps:
        over = row.evidence.get("over_issue")
        if over:
            accepted = _("accepted by %(name)s") % {"name": over["accepted_by"]} if over["accepted_by"] else ""
            yield ReviewException(
                "over-issue",
                _("%(quantity)s %(unit)s more of %(container)s than the card needs")
                % {"quantity": over["quantity"], "unit": unit_sign(over["unit"]), "container": row.value},
                f"{row.step_key} {row.position}",
                row.captured_at,
                row.performer_name,
                accepted or _("within the limit"),
            )


def _files(scope: RecordScope) -> Iterator[ReviewException]:
    for row in scope.exclusions:
        yield ReviewException(
            "sample-excluded",
            _("%(file)s row %(row)d left out: %(reason)s")
            % {"file": row.test_file.file_name, "row": row.row, "reason": row.reason},
            row.test_file.step_key,
            row.at,
            row.excluded_by_name,
        )


def _cards(scope: RecordScope) -> Iterator[ReviewException]:
    for event in scope.card_events:
        if event.target in (CardState.BLOCKED, CardState.SKIPPED) and event.source != event.target:
            yield ReviewException(
                f"card-{event.target}", event.reason or event.event, str(event.card_id), event.at, event.person_name
            )


def _refusals(entries: list[LedgerEntry]) -> Iterator[ReviewException]:
    """What the system refused, abandoned values included: they are in no other table."""
    for entry in entries:
        if entry.outcome == Outcome.REFUSED:
            yield ReviewException(
                "refused",
                str(entry.data.get("refusal", "")),
                entry.subject_number,
                entry.received_at,
                entry.actor_name,
                _("not done"),
            )


def _after_completion(scope: RecordScope, entries: list[LedgerEntry]) -> Iterator[ReviewException]:
    """Acts on the floor's records after the last card was completed."""
    done = max((card.completed_at for card in scope.cards if card.completed_at), default=None)
    if done is None or any(card.completed_at is None for card in scope.cards):
        return
    for entry in entries:
        if entry.received_at > done and entry.outcome == Outcome.DONE and entry.verb.startswith("shopfloor."):
            yield ReviewException("after-completion", entry.verb, "", entry.received_at, entry.actor_name, entry.reason)
