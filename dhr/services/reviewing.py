"""Review by exception, and release: signed over the whole content, wholly or in parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dhr.blockers import blockers_of
from dhr.compile import RecordScope, load_scope, record_content
from dhr.compile.content import facts_of
from dhr.compile.trail import ledger_entries, trail_hash
from dhr.events import RecordReleased
from dhr.exceptions import NotIndependent, NotReleasable
from dhr.models import AuditTrailReview, DeviceHistoryRecord, RecordVersion, Release
from dhr.policies import RELEASE, REVIEW, require_independent
from dhr.releasable import Releasable, releasable_units, stock_of_record
from dhr.states import RECORD_STATES
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json, content_hash
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.records.models import Signature
from foundation.records.services import Credentials, ToSign, sign
from resources.inventory import services as inventory
from resources.inventory.models import Place


def review_record(*, actor: Actor, record_id: int, credentials: Credentials, note: str = "") -> RecordVersion:
    """Sign that completeness, exceptions and the audit trail were reviewed; freezes the content as a version.

    NotReleasable lists everything that is missing or undecided, NotIndependent says what part the person had in it
    (`dhr.policies`). ISO 13485 7.5.1 and 8.2.6, EU GMP Annex 11 §9 (the trail is reviewed before release).
    """
    with act(actor=actor, verb="dhr.record.reviewed", reason=note) as this:
        record, scope = _locked(this, record_id)
        require(actor, RECORD_STATES.permission("review"), record.batch.order.site_id)
        row = RECORD_STATES.next(record.state, "review", reason=note)
        _refuse_blocked(scope, for_release=False)
        entries = ledger_entries(scope)
        version, signature = _sign_version(actor, record, scope, row.meaning, credentials, note)
        require_independent(signature.signer_id, scope, REVIEW)
        AuditTrailReview.objects.create(
            record=record,
            up_to_entry=entries[-1].pk if entries else 0,
            entries=len(entries),
            trail_hash=trail_hash(entries),
            signature=signature,
            at=this.at,
        )
        record.state = row.target
        record.save()
    return version


def reopen_record(*, actor: Actor, record_id: int, reason: str) -> DeviceHistoryRecord:
    """Send a reviewed record back, with the reason; it is reviewed again as a whole."""
    with act(actor=actor, verb="dhr.record.reopened", reason=reason) as this:
        record, _scope = _locked(this, record_id)
        require(actor, RECORD_STATES.permission("reopen"), record.batch.order.site_id)
        row = RECORD_STATES.next(record.state, "reopen", reason=reason)
        record.state = row.target
        record.save()
    return record


def release_record(
    *,
    actor: Actor,
    record_id: int,
    credentials: Credentials,
    stock_unit_ids: Sequence[int] | None = None,
    place: Place | None = None,
    note: str = "",
) -> Release:
    """Release what conforms: all releasable stock, or only these stock units; the rest stays as it is. ``place``: what was
    released is carried there from the floor.

    Signed *released* over the content as it is now, which becomes a version. Refused (NotReleasable, each blocker in words)
    over anything missing, an open nonconformance or deviation, an imbalance, a component held since it was consumed, a
    trail not reviewed, or an unreleased record of a component.
    """
    with act(actor=actor, verb="dhr.record.released", reason=note) as this:
        record, scope = _locked(this, record_id)
        require(actor, RECORD_STATES.permission("release"), record.batch.order.site_id)
        RECORD_STATES.next(record.state, "release", reason=note)
        found = releasable_units(scope)
        chosen = _chosen(found, stock_unit_ids)
        whole = len(chosen) == len(found) and not _held_rest(scope)
        row = RECORD_STATES.next(record.state, "release" if whole else "release_part", reason=note)
        _refuse_blocked(scope, for_release=True)
        version, signature = _sign_version(actor, record, scope, row.meaning, credentials, note)
        require_independent(signature.signer_id, scope, RELEASE)
        for row_of_stock in chosen:
            inventory.release_stock(actor=actor, stock_unit_id=row_of_stock.unit.pk, reason=record.number)
        inventory.put_away(actor=actor, units=[one.unit for one in chosen], place=place)
        release = Release(
            record=record,
            version=version,
            signature=signature,
            quantity=sum((one.quantity for one in chosen), Decimal(0)),
            unit=record.batch.order.unit,
            stock_units=[_released_row(one) for one in chosen],
            at=this.at,
        )
        release.save()
        record.state = row.target
        record.save()
        this.publish(
            RecordReleased(
                record_id=record.pk,
                number=record.number,
                lot_id=record.lot_id,
                quantity=str(release.quantity),
                whole=whole,
            )
        )
    return release


def _locked(this: Act, record_id: int) -> tuple[DeviceHistoryRecord, RecordScope]:
    record: DeviceHistoryRecord = DeviceHistoryRecord.objects.select_for_update().get(pk=record_id)
    this.about(record)
    scope = load_scope(record)
    this.relate(scope.record.batch.order, scope.record.batch)
    return record, scope


def _refuse_blocked(scope: RecordScope, *, for_release: bool) -> None:
    found = blockers_of(scope, for_release=for_release)
    if found:
        raise NotReleasable(
            _("%(count)d things stand against it: %(first)s") % {"count": len(found), "first": found[0].text},
            details={"blockers": [blocker.as_json() for blocker in found]},
        )


def _sign_version(
    actor: Actor, record: DeviceHistoryRecord, scope: RecordScope, meaning: str, credentials: Credentials, note: str
) -> tuple[RecordVersion, Signature]:
    """Freeze the content and sign exactly it; by whoever has the permission that was asked, nobody in their place."""
    content = record_content(scope)
    number = record.versions.count() + 1
    version = RecordVersion(
        record=record,
        version=number,
        content=_as_stored(content),
        content_hash=content_hash(content),
        frozen_at=content["compiled_at"],
    )
    version.save()
    subject = ToSign(record=RecordRef.to(record), content=content, version=str(number), shown=facts_of(content))
    [signature] = sign(actor=actor, credentials=credentials, meaning=meaning, subjects=[subject], reason=note)
    if signature.signer_id != actor.user_id:
        raise NotIndependent(_("The person who decides signs."), code="other-signer", field="identity")
    return version, signature


def _released_row(one: Releasable) -> dict[str, Any]:
    return {
        "id": one.unit.pk,
        "container": one.unit.container,
        "quantity": str(one.unit.quantity),
        "used": str(one.used),
    }


def _chosen(found: Sequence[Releasable], wanted: Sequence[int] | None) -> list[Releasable]:
    chosen = [one for one in found if wanted is None or one.unit.pk in wanted]
    unknown = set(wanted or []) - {one.unit.pk for one in found}
    if unknown or not chosen:
        raise NotReleasable(
            _("There is nothing here that can be released: stock is held, rejected, or released already."),
            details={"stock_units": sorted(unknown)},
        )
    return chosen


def _held_rest(scope: RecordScope) -> bool:
    """Is there conforming or held stock of it that this release does not cover?"""
    return len(stock_of_record(scope)) > len(releasable_units(scope))


def _as_stored(content: dict[str, Any]) -> Any:
    """The canonical form as JSON values, so that what is stored hashes to what was signed."""
    return json.loads(canonical_json(content))
