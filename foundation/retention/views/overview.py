"""One page for those who keep records: what is held, what comes due, which rules there are, which archives."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.core.models import Job
from foundation.retention.law import RULES
from foundation.retention.models import Archive
from foundation.retention.selectors import coming_due, holds_in_force, newest_checks, unarchived_seals
from foundation.retention.selectors.rules import company_rules
from foundation.retention.services.archiving import OF_PERIOD, OF_RECORD
from foundation.retention.states import VIEW
from foundation.retention.views.words import due_in_words, seen, with_checks

SHOWN = 10


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Holds in force, records whose period ends within 90 days, rules, the newest archives and how they were found last."""
    actor = actor_of(request)
    require(actor, VIEW)
    archives = list(seen(Archive.objects.visible_to(actor), actor).order_by("-pk")[:SHOWN])
    context = {
        "holds": seen(holds_in_force(), actor),
        "due": due_in_words(coming_due()[:50], actor),
        "law": RULES,
        "rules": company_rules(),
        "archives": with_checks(archives, newest_checks(archives)),
        "job": Job.objects.filter(kind__in=(OF_RECORD, OF_PERIOD)).exclude(state="done").order_by("-pk").first(),
        "unarchived": unarchived_seals().count(),
        "yesterday": (clock.today() - timedelta(days=1)).isoformat(),
    }
    return render(request, "retention/overview.html", context)
