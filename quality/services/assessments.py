"""Judge what a gauge measured before it was found out of tolerance: open, decide. Nonconformance only where affected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.policies import require_about
from foundation.alerts.services import raise_alert
from foundation.alerts.states import Severity
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotFound, NotValid
from foundation.core.numbering import next_number
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.services import Credentials, ToSign, sign
from quality.events import BatchAssessed
from quality.exceptions import OwnWork
from quality.models import GaugeAssessment
from quality.policies import person_of
from quality.selectors import assessment_content
from quality.services.containment import OWNER
from quality.services.places import Found
from quality.states import ASSESSMENT, AssessmentState
from resources.equipment.models import Calibration

DAYS_TO_JUDGE = 3


def open_assessment(
    *, actor: Actor, calibration_id: int, lot_id: int, readings: Sequence[dict[str, Any]], found: Found
) -> GaugeAssessment | None:
    """Ask quality to judge a batch; None when every reading is covered by an assessment that is there already.

    Readings that came to light since go into the open one, else into a new one: what is signed is never changed.
    """
    with act(actor=actor, verb="quality.assessment.opened") as this:
        calibration: Calibration = Calibration.objects.select_related("equipment").get(pk=calibration_id)
        this.about(calibration.equipment)
        rows = list(
            GaugeAssessment.objects.select_for_update().filter(calibration=calibration, lot_id=lot_id).order_by("pk")
        )
        known = {key for row in rows for key in row.keys}
        new = [reading for reading in readings if reading["key"] not in known]
        if not new:
            return None
        record = next((row for row in rows if row.state == AssessmentState.OPEN), None) or GaugeAssessment(
            number=next_number("quality.assessment", prefix="GA"),
            calibration=calibration,
            lot_id=lot_id,
            readings=[],
            due_on=clock.today() + timedelta(days=DAYS_TO_JUDGE),
            opened_at=this.at,
            **{name: value for name, value in found.as_fields().items() if name != "unit_numbers"},
        )
        record.readings = [*record.readings, *new]
        moments = [datetime.fromisoformat(row["at"]) for row in record.readings]
        record.interval_from, record.interval_until = min(moments), max(moments)
        record.save()
        this.about(record)
        if record.subject:
            this.relate(record.subject)
        _tell(record, calibration)
    return record


def _tell(record: GaugeAssessment, calibration: Calibration) -> None:
    code, count = calibration.equipment.code, len(record.readings)
    raise_alert(
        actor=Actor.system("containment"),
        rule="quality.gauge_assessment",
        severity=Severity.CRITICAL,
        title={"en": f"Gauge {code} was out of tolerance", "zh-hans": f"量具 {code} 校准超差"},
        body={
            "en": f"{record.number}: judge {count} readings of {record.subject_number}",
            "zh-hans": f"{record.number}：评估 {record.subject_number} 的 {count} 个读数",
        },
        subject=RecordRef.to(record),
        role=OWNER,
        key=f"quality:{record.number}:{count}",
    )


def decide_assessment(
    *, actor: Actor, assessment_id: int, affected: bool, reason: str, credentials: Credentials
) -> GaugeAssessment:
    """Affected: the pieces measured are held where they lie and become a nonconformance. Not affected: with the reason why.

    Signed by quality over the readings that were shown (meaning *assessed*). NotValid without a reason; OwnWork for whoever
    took one of the readings; TransitionNotAllowed when it was judged before.
    """
    with act(actor=actor, verb="quality.assessment.decided", reason=reason) as this:
        record: GaugeAssessment | None = (
            GaugeAssessment.objects.select_for_update(of=("self",))
            .select_related("calibration__equipment", "lot__item")
            .filter(pk=assessment_id)
            .first()
        )
        if record is None:
            raise NotFound.here()
        this.about(record)
        if record.subject:
            this.relate(record.subject)
        row = ASSESSMENT.next(record.state, "affected" if affected else "not_affected", reason=reason)
        require_about(actor, row.permission, record)
        if actor.user_id in {reading["by_id"] for reading in record.readings}:
            raise OwnWork(_("Who measured with the gauge does not judge what it measured."))
        shown = assessment_content(record)
        record.state, record.reason = AssessmentState(row.target), reason.strip()
        record.decided_by_id, record.decided_at = person_of(actor), this.at
        [signature] = sign(
            actor=actor,
            credentials=credentials,
            meaning=row.meaning,
            subjects=[ToSign(RecordRef.to(record), assessment_content(record), shown=shown)],
            reason=reason,
        )
        if signature.signer_id != actor.user_id:
            raise NotValid(_("The person who decides signs."), code="other-signer", field="identity")
        record.signature = signature
        record.save()
        this.publish(BatchAssessed(assessment_id=record.pk, number=record.number, affected=affected))
    return record
