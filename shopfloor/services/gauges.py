"""A gauge was out of tolerance: find the batches it measured, and hold what quality finds affected (BEY-11)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from quality.models import GaugeAssessment, Nonconformance
from quality.services import open_assessment
from quality.services.places import Found
from quality.states import NonconformanceSource
from resources.equipment.models import Calibration
from shopfloor.models import WorkCard
from shopfloor.selectors.gauges import batches_in_doubt
from shopfloor.services.loading import Work
from shopfloor.services.moving import lock_cards, open_locked
from shopfloor.services.reactions import BadEntry, contain_lying
from shopfloor.states import StepOutcome


def list_batches_in_doubt(*, actor: Actor, calibration_id: int) -> list[GaugeAssessment]:
    """Open an assessment for each batch that the gauge measured since it was last calibrated, within the range that was out.

    Done by itself when the calibration is recorded; asked for again it adds what was entered since (late entries) and nothing
    twice. NotValid for a calibration that found the gauge good.
    """
    with act(actor=actor, verb="shopfloor.gauge.traced_back") as this:
        calibration = Calibration.objects.select_related("equipment").get(pk=calibration_id)
        require(actor, "quality.decide_deviation", calibration.equipment.site_id)
        return _list(this, calibration_id)


def trace_back(this: Act, calibration_id: int) -> list[GaugeAssessment]:
    """The same, within the act in which the calibration is recorded: the technician needs no right of quality."""
    return _list(this, calibration_id)


def _list(this: Act, calibration_id: int) -> list[GaugeAssessment]:
    calibration: Calibration = Calibration.objects.select_related("equipment").get(pk=calibration_id)
    this.about(calibration.equipment)
    if calibration.as_found_passed:
        raise NotValid(_("This calibration found the gauge within its tolerance."), field="calibration")
    rule = Actor(None, "system:trace back", this.actor.station, this.actor.session, this.actor.language)
    made = [
        open_assessment(
            actor=rule,
            calibration_id=calibration.pk,
            lot_id=batch.lot_id,
            readings=readings,
            found=Found(subject=RecordRef.to(batch), order_number=batch.order.number),
        )
        for batch, readings in batches_in_doubt(calibration)
    ]
    return [one for one in made if one is not None]


def contain_affected(this: Act, assessment_id: int) -> list[Nonconformance]:
    """What quality found affected is held where it lies now, one nonconformance for each card (or serial)."""
    assessment = GaugeAssessment.objects.select_related("calibration__equipment").get(pk=assessment_id)
    made = []
    for card_id, pieces in assessment.pieces.items():
        [card] = lock_cards(WorkCard.objects.filter(pk=card_id))
        work = open_locked(card, this.actor)
        wanted = pieces or work.balance.all_pieces
        key = next(row["step"] for row in assessment.readings if row["card_id"] == card_id)
        bad = BadEntry(
            step=work.operation.step(key), piece=None, outcome=StepOutcome.FAILED, text=_words(assessment, work),
            last_good=None, loops=0, at=this.at, source=NonconformanceSource.CALIBRATION,
        )  # fmt: skip
        made += contain_lying(this, work, bad, wanted)
    this.relate(*made)
    return made


def _words(assessment: GaugeAssessment, work: Work) -> str:
    calibration = assessment.calibration
    return f"{assessment.number}: {work.card.number} · {calibration.equipment.code} {calibration.as_found}. {assessment.reason}"
