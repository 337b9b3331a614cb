"""The company's rules: the list, a new one, the end of one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.retention.forms import RuleForm
from foundation.retention.models import RetentionRule
from foundation.retention.services import end_rule, set_rule
from foundation.retention.states import SET_RULE, VIEW
from foundation.retention.subjects import kinds


@login_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule of the company, ended ones too, the newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    known = kinds()
    return ListPage(
        title=_("Retention rules of the company"),
        lead=_("They keep records longer than the law asks, never shorter."),
        rows=RetentionRule.objects.visible_to(actor),
        sort="-number",
        file_name="retention-rules",
        columns=(
            Column("number", _("Rule"), kind="code", sort="number"),
            Column(
                "record_label",
                _("Kind of record"),
                value=lambda rule: (
                    known[rule.record_label].name
                    if rule.record_label in known
                    else rule.record_label or _("Every kind")
                ),
            ),
            Column("market", _("For products of"), value="get_market_display"),
            Column("implants_only", _("Only implants"), value=lambda rule: _("yes") if rule.implants_only else ""),
            Column("years", _("Years"), sort="years"),
            Column("counts_from", _("Counted from"), value="get_counts_from_display"),
            Column("source", _("Where it is written"), kind="words"),
            Column("valid_from", _("In force from"), kind="day", sort="valid_from"),
            Column("valid_until", _("Ended"), kind="day", sort="valid_until"),
        ),
        search=("number", "source"),
        actions=(Action(_("Set a rule"), reverse("retention:rule-set"), permission=SET_RULE),),
        empty=Empty(_("No rules of the company"), _("The law's periods apply by themselves.")),
    ).render(request)


@login_required
def rule_set(request: HttpRequest) -> HttpResponse:
    """A new rule, with the reason."""
    actor = actor_of(request)
    require(actor, SET_RULE)
    form = RuleForm(request.POST or None, initial={"valid_from": clock.today(), "counts_from": "released"})
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            rule = set_rule(actor=actor, reason=request.POST.get("reason", ""), **form.cleaned_data)
        if tried.done:
            messages.success(request, _("The rule %(number)s is set.") % {"number": rule.number})
            return redirect("retention:overview")
    context = {"title": _("Set a retention rule"), "cancel_url": reverse("retention:overview")}
    return show(request, "retention/rule_form.html", context, tried=tried, form=form)


@login_required
@require_POST
def rule_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a rule today, with the reason."""
    rule = end_rule(actor=actor_of(request), rule_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("The rule %(number)s is ended.") % {"number": rule.number})
    return redirect("retention:overview")
