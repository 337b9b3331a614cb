"""Records of training, for those who keep them: no device's, so only the company's rules say how long (ISO 13485 6.2 e)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.core.refs import RecordRef
from foundation.retention.subjects import Facts, RecordKind
from resources.personnel.models import QualificationGrant, ReadingConfirmation


def kinds() -> list[RecordKind]:
    """Provider of ``retention.kinds``."""
    return [
        RecordKind("personnel.qualificationgrant", _("Qualification of a person"), None, _grants, _grants_over),
        RecordKind("personnel.readingconfirmation", _("Confirmation of reading"), None, _readings, _readings_over),
    ]


def _grants(ids: Sequence[int]) -> Mapping[int, Facts]:
    return {
        row.pk: Facts(
            number=str(row),
            of_a_device=False,
            begun_on=_day(row.valid_from),
            closed_on=_day(row.revoked_at or row.valid_until),
            belongs_to=(RecordRef("personnel.qualification", row.qualification_id),),
        )
        for row in QualificationGrant.objects.filter(pk__in=ids).select_related("user", "qualification")
    }


def _grants_over(by: date, count: int) -> list[int]:
    ended = QualificationGrant.objects.annotate(over=Coalesce(F("revoked_at"), F("valid_until")))
    return list(ended.filter(over__date__lt=by).order_by("over", "pk").values_list("pk", flat=True)[:count])


def _readings(ids: Sequence[int]) -> Mapping[int, Facts]:
    return {
        row.pk: Facts(number=str(row), of_a_device=False, begun_on=_day(row.at), closed_on=_day(row.at))
        for row in ReadingConfirmation.objects.filter(pk__in=ids)
    }


def _readings_over(by: date, count: int) -> list[int]:
    rows = ReadingConfirmation.objects.filter(at__date__lt=by).order_by("at", "pk")
    return list(rows.values_list("pk", flat=True)[:count])


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None
