"""Inspections: what inspectors found."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.lists import Column, Empty, ListPage
from quality.models import Inspection

VIEW = "quality.view_quality"


@login_required
@require_safe
def inspection_list(request: HttpRequest) -> HttpResponse:
    """Every inspection, newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Inspections"),
        rows=Inspection.objects.visible_to(actor).select_related("lot__item"),
        sort="-number",
        file_name="inspections",
        columns=(
            Column("number", _("Inspection"), kind="code", sort="number"),
            Column("kind", _("Kind"), value="get_kind_display", sort="kind"),
            Column("subject_number", _("For"), kind="code", sort="subject_number"),
            Column("order_number", _("Order"), kind="code", sort="order_number"),
            Column("result", _("Result"), kind="state", sort="result"),
            Column("inspector_name", _("Inspector"), sort="inspector_name"),
            Column("at", _("When"), kind="moment", sort="at"),
            Column("note", _("Note")),
        ),
        search=("number", "subject_number", "order_number", "inspector_name"),
        empty=Empty(_("No inspections yet"), _("First pieces and hold points are inspected on the work card.")),
    ).render(request)
