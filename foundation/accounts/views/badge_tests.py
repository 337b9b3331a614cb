"""The badges in force and their tests: what is due."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.badge_log import badges_in_force, line_of
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.lists import Column, Empty, ListPage

COLUMNS = (
    Column("code", gettext_lazy("Badge code"), kind="code", sort="code"),
    Column(
        "user",
        gettext_lazy("Person"),
        value="user.name",
        sort="user__name",
        link=lambda badge: reverse("accounts:user", args=[badge.user_id]),
    ),
    Column("valid_until", gettext_lazy("Until"), kind="moment", sort="valid_until"),
    Column("tested_at", gettext_lazy("Last passed test"), kind="moment", sort="tested_at"),
    Column(
        "due",
        gettext_lazy("Test"),
        kind="state",
        value=lambda badge: "due" if line_of(badge).is_due else "valid",
        label=lambda badge: _("Due") if line_of(badge).is_due else _("Tested"),
    ),
)


@login_required
def badge_list(request: HttpRequest) -> HttpResponse:
    """Never tested ones first."""
    require(actor_of(request), "accounts.manage_users")
    return ListPage(
        title=_("Badges and their tests"),
        rows=badges_in_force(),
        columns=COLUMNS,
        sort="tested_at",
        search=("code", "user__name", "user__username"),
        actions=(),
        empty=Empty(_("No badges in force"), _("Issue badges on the page of each person.")),
        file_name="badges",
    ).render(request)
