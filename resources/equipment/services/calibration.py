"""Calibrations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from resources.equipment.events import CalibrationFailed
from resources.equipment.models import Calibration, Equipment
from resources.equipment.states import MANAGE


def record_calibration(
    *,
    actor: Actor,
    equipment_id: int,
    done_at: datetime,
    as_found: str,
    passed: bool,
    certificate: str,
    due: date | None = None,
    as_found_passed: bool | None = None,
    as_left: str = "",
    laboratory: str = "",
    doubt_low: Decimal | None = None,
    doubt_high: Decimal | None = None,
) -> Calibration:
    """Keep a calibration; the equipment is due again on ``due``, or may not measure when it did not pass.

    ``as_found_passed`` None means as ``passed``; False publishes `CalibrationFailed` (what it measured since the last good one
    is in doubt, ISO 13485 7.6). ``doubt_low`` to ``doubt_high``, in its unit, say where it was out; without them, everywhere.
    An older certificate that comes late does not move the due date back.
    """
    with act(actor=actor, verb="equipment.calibration.recorded", captured_at=done_at) as this:
        equipment: Equipment = Equipment.objects.select_for_update().get(pk=equipment_id)
        this.about(equipment)
        require(actor, MANAGE, equipment.site_id)
        _check(done_at, this.at, due, passed, certificate, as_found)
        _check_doubt(equipment, passed if as_found_passed is None else as_found_passed, doubt_low, doubt_high)
        newest = Calibration.objects.filter(equipment=equipment).order_by("-done_at", "-pk").first()
        found_good = passed if as_found_passed is None else as_found_passed
        calibration = Calibration(
            equipment=equipment,
            done_at=done_at,
            as_found=as_found.strip(),
            as_found_passed=found_good,
            doubt_low=doubt_low,
            doubt_high=doubt_high,
            as_left=as_left.strip(),
            passed=passed,
            due=due if passed else None,
            certificate=certificate.strip(),
            laboratory=laboratory.strip(),
            by_id=actor.user_id,
        )
        calibration.save()
        if newest is None or newest.done_at <= done_at:
            equipment.calibration_due = calibration.due
            equipment.save()
        if not found_good:
            this.publish(
                CalibrationFailed(
                    equipment_id=equipment.pk,
                    code=equipment.code,
                    calibration_id=calibration.pk,
                    last_good=_last_good(calibration),
                )
            )
    return calibration


def _check(done_at: datetime, now: datetime, due: date | None, passed: bool, certificate: str, as_found: str) -> None:
    if not certificate.strip():
        raise NotValid(_("Name the certificate."), field="certificate")
    if not as_found.strip():
        raise NotValid(_("Say how it was found."), field="as_found")
    if done_at > now:
        raise NotValid(_("A calibration cannot have been done in the future."), field="done_at")
    if passed and due is None:
        raise NotValid(_("Say when it is due again."), field="due")
    if passed and due is not None and due <= timezone.localdate(done_at):
        raise NotValid(_("It would be due before it was done."), field="due")


def _check_doubt(equipment: Equipment, found_good: bool, low: Decimal | None, high: Decimal | None) -> None:
    if low is None and high is None:
        return
    if found_good:
        raise NotValid(_("It was found within its tolerance: there is no range in doubt."), field="doubt_low")
    if low is None or high is None or low > high or not equipment.unit:
        raise NotValid(_("Give both ends of the range where it was out, in the gauge's unit."), field="doubt_low")


def _last_good(failed: Calibration) -> str:
    earlier = (
        Calibration.objects.filter(equipment_id=failed.equipment_id, passed=True, done_at__lt=failed.done_at)
        .order_by("-done_at")
        .first()
    )
    return earlier.done_at.isoformat() if earlier else ""
