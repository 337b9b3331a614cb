"""The first load of a plant's parts lists: one list of drafts, signed by engineering and by quality."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from bom import states
from bom.authorization import PublicationAuthorization
from bom.models import Baseline, BaselineApproval, BaselineEntry, BomRevision
from bom.selectors import authors_of, bom_content
from bom.services.approval import approve_revision
from bom.services.revisions import EDIT, return_revision, submit_revision
from foundation.accounts.policies import may, require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.numbering import next_number
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import RevisionState, Signature, bulk_create_tracked
from foundation.records.services import Credentials, ToSign, shown_hash, sign


def propose_baseline(*, actor: Actor, revision_ids: Sequence[int], title: str) -> Baseline:
    """Submit these drafts and list them, with their hashes, for two signatures.

    NotValid when one of their items has an approved revision already (that is a change then), or the list is empty;
    RevisionNotSound when a draft has problems.
    """
    with act(actor=actor, verb="bom.baseline.proposed") as this:
        require(actor, EDIT)
        revisions = list(
            BomRevision.objects.select_for_update(of=("self",))
            .filter(pk__in=revision_ids)
            .select_related("item")
            .order_by("pk")
        )
        if not revisions:
            raise NotValid(_("A baseline lists at least one revision."), code="empty")
        later = BomRevision.objects.approved().filter(item__in=[revision.item_id for revision in revisions]).first()
        if later is not None:
            raise NotValid(
                _("%(number)s is approved already: what follows it goes through a change.") % {"number": later.number},
                code="not-the-first",
            )
        baseline = Baseline(number=next_number("baseline", prefix="BL", width=4), title=title.strip())
        baseline.save()
        this.about(baseline)
        submitted = [
            revision
            if revision.state == RevisionState.IN_REVIEW
            else submit_revision(actor=actor, revision_id=revision.pk)
            for revision in revisions
        ]
        bulk_create_tracked(
            BaselineEntry,
            [BaselineEntry(baseline=baseline, revision=row, content_hash=row.content_hash) for row in submitted],
        )
        this.relate(*submitted)
    return baseline


def approve_baseline(*, actor: Actor, baseline_id: int, side: str, credentials: Credentials) -> Baseline:
    """Sign the whole list for one side (``engineering`` or ``quality``); the second side approves every revision of it.

    One signature row per revision, bound to its content. The signer is whom the credentials prove. PermissionDenied: no role
    for this side, an author of any revision, or the person who signed the other side. Source: ISO 13485 4.2.4, 7.3.9.
    """
    with act(actor=actor, verb="bom.baseline.signed") as this:
        baseline: Baseline = Baseline.objects.select_for_update().get(pk=baseline_id)
        this.about(baseline)
        _require_side(actor, side)
        row = states.BASELINE.next(baseline.state, "sign")
        if side not in states.BASELINE_SIDES:
            raise NotValid(_("A baseline is signed for engineering and for quality."), field="side")
        if baseline.approvals.filter(side=side).exists():
            raise NotValid(_("This side has signed already."), code="already-signed", field="side")
        revisions = _revisions(baseline)
        signatures = sign(
            actor=actor,
            credentials=credentials,
            meaning=row.meaning,
            subjects=baseline_subjects(revisions),
        )
        _check_signer(baseline, revisions, signatures[0], side)
        BaselineApproval(
            baseline=baseline,
            side=side,
            signer_id=signatures[0].signer_id,
            signatures=[signature.pk for signature in signatures],
        ).save()
        this.note(side=side, contents=[revision.content_hash for revision in revisions])
        if baseline.approvals.count() == len(states.BASELINE_SIDES):
            _complete(actor, baseline, revisions)
    return baseline


def _require_side(actor: Actor, side: str) -> None:
    """Who signs for no side has no business with the dialog, whoever's secret is given in it. PermissionDenied."""
    sides = states.BASELINE_SIDES
    if not any(may(actor, permission) for permission in sides.values()):
        require(actor, sides.get(side, next(iter(sides.values()))))


def withdraw_baseline(*, actor: Actor, baseline_id: int, reason: str) -> Baseline:
    """Take a list back before both sides signed: its revisions are drafts again."""
    with act(actor=actor, verb="bom.baseline.withdrawn", reason=reason) as this:
        baseline: Baseline = Baseline.objects.select_for_update().get(pk=baseline_id)
        this.about(baseline)
        require(actor, states.BASELINE.permission("withdraw"))
        row = states.BASELINE.next(baseline.state, "withdraw", reason=reason)
        for revision in _revisions(baseline):
            return_revision(actor=actor, revision_id=revision.pk, reason=reason)
        baseline.state = row.target
        baseline.save()
    return baseline


def _revisions(baseline: Baseline) -> list[BomRevision]:
    entries = baseline.entries.select_related("revision__item").order_by("revision_id")
    return [entry.revision for entry in entries]


def shown_of(baseline: Baseline) -> str:
    """The hash that the dialog over this list carries."""
    return shown_hash(baseline_subjects(_revisions(baseline)))


def baseline_subjects(revisions: Sequence[BomRevision]) -> list[ToSign]:
    """What one signature act over the list covers, in its order: each revision with its content."""
    return [_to_sign(revision) for revision in revisions]


def _to_sign(revision: BomRevision) -> ToSign:
    return ToSign(record=RecordRef.to(revision), content=bom_content(revision), version=revision.revision)


def _check_signer(baseline: Baseline, revisions: Sequence[BomRevision], signature: Signature, side: str) -> None:
    signer = Actor(user_id=signature.signer_id, name=signature.printed_name)
    require(signer, states.BASELINE_SIDES[side])
    if any(signature.signer_id in authors_of(revision) for revision in revisions):
        raise PermissionDenied(_("Who wrote a revision of this list cannot approve it."), code="author")
    if baseline.approvals.filter(signer_id=signature.signer_id).exists():
        raise PermissionDenied(_("The two sides are signed by two people."), code="same-person")


def _complete(actor: Actor, baseline: Baseline, revisions: Sequence[BomRevision]) -> None:
    ids = [pk for approval in baseline.approvals.all() for pk in approval.signatures]
    by_hash: dict[str, list[int]] = {}
    for pk, content_hash in Signature.objects.filter(pk__in=ids).values_list("pk", "content_hash"):
        by_hash.setdefault(content_hash, []).append(pk)
    authorization = PublicationAuthorization(change=RecordRef.to(baseline), contents=by_hash)
    for revision in revisions:
        approve_revision(actor=Actor.system("baseline"), revision_id=revision.pk, authorization=authorization)
    baseline.state = states.BASELINE.next(baseline.state, "complete").target
    baseline.save()
