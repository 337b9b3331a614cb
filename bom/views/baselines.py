"""The first load: propose the drafts, sign for both sides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bom.forms import ProposeForm
from bom.models import Baseline, BaselineApproval, BaselineEntry, BomRevision
from bom.selectors import attach_baseline_signatures
from bom.services import approve_baseline, propose_baseline, withdraw_baseline
from bom.services.baselines import baseline_subjects, shown_of
from bom.states import BASELINE_SIDES
from foundation.accounts.policies import may, require
from foundation.accounts.web import actor_of, credentials_of
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.manifest import SIGNED
from foundation.records.models import RevisionState, Signature
from foundation.records.selectors import FOREIGN, VALID, ledger_of, signature_validity
from foundation.records.services import ToSign

VIEW, EDIT = "bom.view_bom", "bom.edit_bom"
SIDE_WORDS = {"engineering": gettext_lazy("Engineering"), "quality": gettext_lazy("Quality")}


@login_required
def baseline_list(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    new = Action(_("Propose a baseline"), reverse("bom:baseline-propose"), permission=EDIT)
    return ListPage(
        title=_("Baselines"),
        lead=_("The first load of parts lists is signed by engineering and quality. Everything later is a change."),
        rows=Baseline.objects.all(),
        columns=(
            Column(
                "number",
                _("Baseline"),
                kind="code",
                sort="number",
                link=lambda row: reverse("bom:baseline", args=[row.pk]),
            ),
            Column("title", _("Title"), sort="title"),
            Column("state", _("State"), kind="state", sort="state"),
            SIGNED,
        ),
        prepare=attach_baseline_signatures,
        sort="-number",
        search=("number", "title"),
        actions=(new,),
        empty=Empty(_("No baseline yet"), _("Import a parts list first; its drafts are then proposed here."), new),
        file_name="baselines",
    ).render(request)


@login_required
def baseline_propose(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    first = BomRevision.objects.filter(state=RevisionState.DRAFT, sequence=1).select_related("item").order_by("number")
    drafts = [(row.pk, f"{row.number} {row.item.label}") for row in first]
    chosen = [pk for pk, _label in drafts]
    form = ProposeForm(request.POST or None, drafts=drafts, initial={"title": _("First load"), "revisions": chosen})
    tried = None
    if form.is_bound and form.is_valid():
        ids = [int(pk) for pk in form.cleaned_data["revisions"]]
        with attempt(form) as tried:
            baseline = propose_baseline(actor=actor, revision_ids=ids, title=form.cleaned_data["title"])
        if tried.done:
            return redirect("bom:baseline", baseline.pk)
    context = {
        "title": _("Propose drafts for signature"),
        "drafts": drafts,
        "cancel_url": reverse("bom:baseline-list"),
    }
    return show(request, "bom/propose.html", context, tried=tried, form=form)


@login_required
def baseline_record(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk)


def _page(request: HttpRequest, pk: int, tried: Attempt | None = None) -> HttpResponse:
    actor = actor_of(request)
    require(actor, VIEW)
    baseline = get_object_or_404(Baseline, pk=pk)
    signed = {row.side: row for row in baseline.approvals.select_related("signer")}
    context: dict[str, Any] = {
        "baseline": baseline,
        "entries": baseline.entries.select_related("revision__item").order_by("revision__number"),
        "sides": [
            {"side": side, "word": SIDE_WORDS[side], "approval": signed.get(side), "may": may(actor, permission)}
            for side, permission in BASELINE_SIDES.items()
        ],
        "timeline": ledger_of(RecordRef.to(baseline))[:50],
        "signatures": _manifests(baseline, list(signed.values())),
        "shown": SimpleLazyObject(lambda: shown_of(baseline)),
    }
    return show(request, "bom/baseline.html", context, tried=tried)


def _manifests(baseline: Baseline, approvals: list[BaselineApproval]) -> list[dict[str, Any]]:
    """Each side's signature once, with what all its rows are worth now: one for each revision of the list (21 CFR 11.50,
    11.70)."""
    if not approvals:
        return []
    now = {
        subject.record.id: subject for subject in baseline_subjects([entry.revision for entry in _entries(baseline)])
    }
    found = []
    for approval in approvals:
        rows = list(Signature.objects.filter(pk__in=approval.signatures).order_by("pk"))
        worth = {_worth(row, now) for row in rows} - {VALID}
        found.append({"signature": rows[0], "validity": next(iter(worth), VALID)})
    return found


def _entries(baseline: Baseline) -> QuerySet[BaselineEntry]:
    return baseline.entries.select_related("revision__item")


def _worth(row: Signature, now: dict[int, ToSign]) -> str:
    subject = now.get(row.record_id)
    return signature_validity(row, subject.record, subject.content) if subject else FOREIGN


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def baseline_sign(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    with attempt() as tried:
        done = approve_baseline(actor=actor_of(request), baseline_id=pk, side=side, credentials=credentials_of(request))
    if not tried.done:
        return _page(request, pk, tried)
    if done.state == "approved":
        messages.success(request, _("Both sides have signed: every revision of the list is approved."))
    return redirect("bom:baseline", pk)


@login_required
@require_POST
def baseline_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    withdraw_baseline(actor=actor_of(request), baseline_id=pk, reason=request.POST.get("reason", ""))
    return redirect("bom:baseline", pk)
