"""The impact list: computed, added, judged."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from changecontrol import services
from changecontrol.forms import ImpactForm
from changecontrol.models import ChangeRequest
from changecontrol.services import Verdict
from changecontrol.states import VIEW, ImpactKind, Judgement
from changecontrol.views.pages import change_or_404, page
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import Attempt, attempt


@login_required
@require_GET
def impact(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    return impact_page(request, pk)


def impact_page(
    request: HttpRequest, pk: int, tried: Attempt | None = None, form: ImpactForm | None = None
) -> HttpResponse:
    """The list as a checklist; what was typed stays after a refusal.

    No decision is chosen beforehand: a suggestion that needs only a click to become a signed judgement is judged by nobody.
    """
    change = change_or_404(pk)
    order = {kind: number for number, kind in enumerate(ImpactKind.values)}
    entries = sorted(change.impact.select_related("judged_by"), key=lambda row: (order[row.kind], row.pk))
    wrong = tried.problem if tried else None
    for entry in entries:
        entry.shown_decision = request.POST.get(f"decision-{entry.pk}", entry.decision)
        entry.shown_reason = request.POST.get(f"reason-{entry.pk}", entry.reason)
        entry.refused = wrong.reason if wrong and wrong.details.get("entry") == entry.pk else ""
    context = {
        "entries": entries,
        "choices": [choice for choice in Judgement.choices if choice[0]],
        "add_form": form or ImpactForm(),
        "unjudged": sum(not entry.is_judged for entry in entries),
    }
    return page(request, change, "impact", "changecontrol/impact.html", context, tried)


@login_required
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row that says something new: a decision, or another decision or reason than before."""
    change = change_or_404(pk)
    verdicts = list(_new_verdicts(request, change))
    if not verdicts:
        messages.warning(request, _("Nothing was judged: choose a decision in at least one row."))
        return redirect("changecontrol:impact", pk)
    with attempt() as tried:
        services.judge_impact(actor=actor_of(request), change_id=pk, judgements=verdicts)
        messages.success(
            request,
            ngettext("%(count)d entry is judged.", "%(count)d entries are judged.", len(verdicts))
            % {"count": len(verdicts)},
        )
    return redirect("changecontrol:impact", pk) if tried.done else impact_page(request, pk, tried)


def _new_verdicts(request: HttpRequest, change: ChangeRequest) -> Iterator[Verdict]:
    """A row that says nothing is left alone: another assessor may have judged it since the page was drawn."""
    for entry in change.impact.order_by("pk"):
        decision = request.POST.get(f"decision-{entry.pk}", "")
        reason = request.POST.get(f"reason-{entry.pk}", "").strip()
        if (decision or reason) and (decision, reason) != (entry.decision, entry.reason):
            yield Verdict(entry.pk, decision, reason)


@login_required
@require_POST
def compute(request: HttpRequest, pk: int) -> HttpResponse:
    """Compute again."""
    with attempt() as tried:
        services.compute_impact(actor=actor_of(request), change_id=pk)
    return redirect("changecontrol:impact", pk) if tried.done else impact_page(request, pk, tried)


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """An entry of one's own."""
    form = ImpactForm(request.POST)
    if not form.is_valid():
        return impact_page(request, pk, form=form)
    with attempt(form) as tried:
        services.add_impact(actor=actor_of(request), change_id=pk, kind=form.cleaned_data["kind"], text=form.texts)
    return redirect("changecontrol:impact", pk) if tried.done else impact_page(request, pk, tried, form)
