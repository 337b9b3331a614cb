"""Everything that one record is about, loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q

from dhr.compile.pieces import CardLedger, ledgers_of
from dhr.models import DeviceHistoryRecord, Release
from foundation.core.refs import RecordRef
from quality.models import Deviation, Disposition, GaugeAssessment, Inspection, Nonconformance
from quality.selectors import assessments
from resources.equipment.models import Calibration
from resources.inventory.models import GenealogyLink, Lot, Movement, StockUnit
from shopfloor.models import (
    BatchUnit,
    CardEvent,
    Correction,
    PieceMove,
    ProductionReport,
    SampleExclusion,
    SecondCheck,
    StepRecord,
    TestFile,
    WorkCard,
)


@dataclass
class RecordScope:
    """The cards of the batch (of a serial: its own and those of the whole batch) and the rows that hang on them."""

    record: DeviceHistoryRecord
    unit: BatchUnit | None
    cards: list[WorkCard]

    @property
    def is_serial(self) -> bool:
        return self.unit is not None

    @property
    def card_ids(self) -> list[int]:
        return [card.pk for card in self.cards]

    @property
    def quantity(self) -> int:
        return 1 if self.unit else self.record.batch.quantity

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The pinned process card's content: what was demanded."""
        card = self.record.batch.order.process_card
        content: dict[str, Any] = card.content if card else {}
        return content

    @cached_property
    def operations(self) -> dict[int, dict[str, Any]]:
        return {operation["number"]: operation for operation in self.plan["routing"]["operations"]}

    @cached_property
    def step_plans(self) -> dict[str, dict[str, Any]]:
        return {step["key"]: step for operation in self.operations.values() for step in operation["steps"]}

    @cached_property
    def steps(self) -> list[StepRecord]:
        rows = StepRecord.objects.filter(card__in=self.card_ids).select_related(
            "equipment", "stock_unit", "deviation__signature", "nonconformance"
        )
        if self.unit:
            rows = rows.filter(Q(unit_no=None) | Q(unit_no=self.unit.number) | Q(card__unit=self.unit))
        return list(rows.order_by("id"))

    @cached_property
    def second_checks(self) -> list[SecondCheck]:
        return list(SecondCheck.objects.filter(record__in=[step.pk for step in self.steps]).order_by("id"))

    @cached_property
    def reports(self) -> list[ProductionReport]:
        return list(ProductionReport.objects.filter(card__in=self.card_ids).order_by("id"))

    @cached_property
    def moves(self) -> list[PieceMove]:
        return list(PieceMove.objects.filter(card__in=self.card_ids).order_by("id"))

    @cached_property
    def ledgers(self) -> dict[int, CardLedger]:
        """Where the pieces of each card are, by card id."""
        return ledgers_of(self.cards, self.moves)

    @cached_property
    def releases(self) -> list[Release]:
        return list(self.record.releases.order_by("id"))

    @cached_property
    def own_stock(self) -> list[StockUnit]:
        """Every container of what was made under this record, or was split off from it; empty ones too."""
        lots = [lot.pk for lot in self.lots]
        rows = StockUnit.objects.filter(Q(lot__in=lots) | Q(lot__parent_lot__in=lots))
        return list(rows.select_related("lot", "place").order_by("pk"))

    @cached_property
    def own_movements(self) -> list[Movement]:
        rows = Movement.objects.filter(stock_unit__in=[unit.pk for unit in self.own_stock])
        return list(rows.select_related("to_place", "stock_unit").order_by("id"))

    @cached_property
    def material_movements(self) -> list[Movement]:
        """What inventory booked for the cards, of anything that is not their own product."""
        own = {unit.pk for unit in self.own_stock}
        rows = Movement.objects.filter(card_id__in=self.card_ids, kind__in=["consume", "return", "scrap"])
        rows = rows.select_related("stock_unit__lot__item", "to_place").order_by("id")
        return [row for row in rows if row.stock_unit_id not in own]

    @cached_property
    def sibling_cards(self) -> list[WorkCard]:
        """Of a serial: the cards of the other serials of its batch, for what is demanded of the batch as a whole."""
        if self.unit is None:
            return []
        rows = WorkCard.objects.filter(batch=self.record.batch_id, unit__isnull=False).exclude(unit=self.unit)
        return list(rows.order_by("id"))

    @cached_property
    def sibling_ledgers(self) -> dict[int, CardLedger]:
        moves = PieceMove.objects.filter(card__in=[card.pk for card in self.sibling_cards]).order_by("id")
        return ledgers_of(self.sibling_cards, moves)

    @cached_property
    def sibling_steps(self) -> list[StepRecord]:
        rows = StepRecord.objects.filter(card__in=[card.pk for card in self.sibling_cards]).order_by("id")
        return list(rows.select_related("deviation__signature"))

    @cached_property
    def card_events(self) -> list[CardEvent]:
        return list(CardEvent.objects.filter(card__in=self.card_ids).select_related("equipment").order_by("id"))

    @cached_property
    def corrections(self) -> list[Correction]:
        rows = Correction.objects.filter(record__in=[step.pk for step in self.steps])
        return list(rows.select_related("record").order_by("id"))

    @cached_property
    def test_files(self) -> list[TestFile]:
        rows = TestFile.objects.filter(card__in=self.card_ids).select_related("attachment__file")
        return list(rows.order_by("id"))

    @cached_property
    def exclusions(self) -> list[SampleExclusion]:
        rows = SampleExclusion.objects.filter(test_file__in=[file.pk for file in self.test_files])
        return list(rows.select_related("test_file").order_by("id"))

    @cached_property
    def lots(self) -> list[Lot]:
        """The lots whose making this record tells: the batch's and, in a batch record, those of its serials."""
        if self.unit:
            return [self.record.lot]
        return [self.record.lot, *(unit.lot for unit in self.record.batch.units.select_related("lot"))]

    @cached_property
    def links(self) -> list[GenealogyLink]:
        """What went into it and what was taken out again; of a serial, with what went into its batch as a whole."""
        lots = {lot.pk for lot in self.lots} | {self.record.batch.lot_id}
        rows = GenealogyLink.objects.filter(produced_lot__in=lots, kind__in=["consume", "remove"])
        return list(
            rows.select_related(
                "consumed_lot__item", "consumed_lot__supplier", "produced_lot", "stock_unit", "removes"
            ).order_by("id")
        )

    @cached_property
    def nonconformances(self) -> list[Nonconformance]:
        rows = Nonconformance.objects.filter(order_number=self.record.batch.order.number).order_by("id")
        return [row for row in rows if self._is_about(row.lot_id, row.card_id, row.unit_numbers)]

    @cached_property
    def dispositions(self) -> list[Disposition]:
        rows = Disposition.objects.filter(nonconformance__in=[nc.pk for nc in self.nonconformances])
        return list(rows.select_related("decided_by").order_by("id"))

    @cached_property
    def deviations(self) -> list[Deviation]:
        rows = Deviation.objects.filter(order_number=self.record.batch.order.number).select_related("decided_by")
        return [row for row in rows.order_by("id") if self._is_about(row.lot_id, row.card_id, row.unit_numbers)]

    @cached_property
    def inspections(self) -> list[Inspection]:
        rows = Inspection.objects.filter(Q(card_id__in=self.card_ids) | Q(lot__in=[lot.pk for lot in self.lots]))
        return list(rows.order_by("id"))

    def _is_about(self, lot_id: int | None, card_id: int | None, unit_numbers: list[int]) -> bool:
        """In a serial's record only what is about this serial, or about the batch as a whole."""
        if self.unit is None:
            return True
        if card_id is not None and card_id not in self.card_ids:
            return False
        return lot_id in (self.record.lot_id, self.record.batch.lot_id, None) or self.unit.number in unit_numbers

    @cached_property
    def calibrations(self) -> list[Calibration]:
        """Of every gauge and machine that measured here, oldest first."""
        used = {row.equipment_id for row in self.steps} | {row.equipment_id for row in self.second_checks}
        rows = Calibration.objects.filter(equipment__in=used - {None}).select_related("equipment")
        return list(rows.order_by("done_at", "id"))

    @cached_property
    def assessments(self) -> list[GaugeAssessment]:
        """Judgements of what a gauge out of tolerance measured on the batch."""
        return list(assessments(lot_ids=[self.record.batch.lot_id]).order_by("id"))

    @cached_property
    def refs(self) -> list[RecordRef]:
        """Every record that the trail is searched by."""
        batch = self.record.batch
        return [
            RecordRef.to(one)
            for one in (
                self.record,
                batch.order,
                batch,
                *self.cards,
                *self.lots,
                *self.nonconformances,
                *self.dispositions,
                *self.deviations,
                *self.corrections,
                *self.assessments,
            )
        ]


def load_scope(record: DeviceHistoryRecord) -> RecordScope:
    """The scope of a record; its batch, order and pinned card come with it."""
    full = DeviceHistoryRecord.objects.select_related(
        "batch__order__process_card", "batch__order__item", "batch__order__site", "batch__lot", "lot__item"
    ).get(pk=record.pk)
    unit = BatchUnit.objects.filter(lot=full.lot_id).first()
    cards = WorkCard.objects.filter(batch=full.batch_id).select_related("equipment", "batch", "unit")
    if unit:
        cards = cards.filter(Q(unit=unit) | Q(unit=None))
    return RecordScope(full, unit, list(cards.order_by("sequence", "id")))
