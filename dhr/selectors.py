"""Reads of batch records for screens, API, search and home."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dhr.models import DeviceHistoryRecord, RecordVersion
from dhr.states import RecordState
from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.answers import Found, Todo
from foundation.core.refs import RecordRef
from foundation.core.searching import containing
from foundation.core.texts import localized
from foundation.records.models import Signature
from foundation.records.selectors import FOREIGN, VALID, attach_manifests
from resources.inventory.models import Lot


def signatures_with_validity(record: DeviceHistoryRecord, rows: list[Signature]) -> list[dict[str, Any]]:
    """Signatures as the manifest shows them. Those on the record itself are checked against the version they name."""
    hashes = {str(version.version): version.content_hash for version in record.versions.all()}
    own = RecordRef.to(record)
    shown = []
    for row in rows:
        validity = ""
        if (row.record_label, row.record_id) == (own.label, own.id):
            validity = VALID if hashes.get(row.record_version) == row.content_hash else FOREIGN
        shown.append({"signature": row, "validity": validity})
    return shown


def attach_record_signatures(rows: list[DeviceHistoryRecord]) -> None:
    """Give each ``.manifests``: reviews and releases, each checked against the version that it names. Two queries for all."""
    versions = RecordVersion.objects.filter(record__in=rows).values_list("record_id", "version", "content_hash")
    hashes = {(record, str(version)): hashed for record, version, hashed in versions}
    attach_manifests(rows, content=lambda row, signature: hashes.get((row.pk, signature.record_version), ""))


def search(text: str, actor: Actor) -> list[Found]:
    """Provider of ``search``: records by their number, or by lot and serial."""
    if not may(actor, "dhr.view_record"):
        return []
    wanted = containing(DeviceHistoryRecord, ("number", "lot__number", "lot__serial"), text)
    rows = DeviceHistoryRecord.objects.visible_to(actor).filter(wanted).select_related("lot__item").order_by("-id")[:10]
    return [
        Found(
            kind=_("Batch record"),
            number=row.number,
            url=reverse("dhr:record", args=[row.number]),
            text=f"{row.lot} {localized(row.lot.item.name)}",
            state=row.state,
            state_label=row.get_state_display(),
        )
        for row in rows
    ]


def todo(actor: Actor) -> list[Todo]:
    """Provider of ``todo``: what waits for review or release."""
    waiting = []
    if may(actor, "dhr.review_record"):
        # An order that is completed has nothing more to wait for on the floor.
        rows = DeviceHistoryRecord.objects.visible_to(actor, "dhr.review_record")
        waiting += _todo(
            _("Batch records to review"), rows.filter(state=RecordState.GROWING, batch__order__state="completed")
        )
    if may(actor, "dhr.release_record"):
        rows = DeviceHistoryRecord.objects.visible_to(actor, "dhr.release_record")
        states = [RecordState.REVIEWED, RecordState.PARTLY_RELEASED]
        waiting += _todo(_("Batch records to release"), rows.filter(state__in=states))
    return waiting


def _todo(group: Any, rows: QuerySet[DeviceHistoryRecord]) -> list[Todo]:
    return [
        Todo(
            group=group,
            title=f"{row.number} · {row.lot.serial or row.lot.number}",
            url=reverse("dhr:record", args=[row.number]),
            detail=localized(row.lot.item.name),
            state=row.state,
            state_label=row.get_state_display(),
            icon_name="certificate",
        )
        for row in rows.select_related("lot__item").order_by("id")[:20]
    ]


def lot_records(lot: Lot, actor: Actor) -> list[Found]:
    """Provider of ``inventory.lot_records``: the record that proves this lot or serial."""
    if not may(actor, "dhr.view_record"):
        return []
    return [
        Found(
            kind=_("Batch record"),
            number=row.number,
            url=reverse("dhr:record", args=[row.number]),
            state=row.state,
            state_label=row.get_state_display(),
        )
        for row in DeviceHistoryRecord.objects.visible_to(actor).filter(lot_id=lot.pk).order_by("-pk")
    ]
