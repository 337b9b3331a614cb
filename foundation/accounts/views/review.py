"""The access review: what a company looks through every quarter and signs off on paper or in its own system."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from foundation.accounts.models import User
from foundation.accounts.policies import may, require
from foundation.accounts.review import UNUSED_DAYS, access_rows, ended, in_force, unused_for, without_role
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.core.web.lists import Column, Empty, ListPage

REVIEW, MANAGE = "accounts.review_access", "accounts.manage_users"
FINDINGS = {"in_force": in_force, "without_role": without_role, "ended": ended}


class ReviewFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What stands out, and for how many days nothing was done with it."""

    finding = django_filters.ChoiceFilter(
        label=gettext_lazy("Which"),
        method="by_finding",
        choices=[
            ("in_force", gettext_lazy("In force")),
            ("without_role", gettext_lazy("Accounts without a role")),
            ("ended", gettext_lazy("Ended roles and retired accounts")),
        ],
    )
    unused = django_filters.NumberFilter(
        label=gettext_lazy("Unused for days"), method="by_unused", min_value=1, max_value=3650
    )

    class Meta:
        model = User
        fields: list[str] = []

    def by_finding(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return FINDINGS[value](rows)

    def by_unused(self, rows: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        return unused_for(rows, int(value))


def _state(row: Any) -> str:
    if not row.is_active:
        return "retired"
    if row.role_code is None:
        return "open"
    over = (row.until is not None and row.until <= clock.now()) or row.since > clock.now()
    return "expired" if over else "in_force"


def _state_word(row: Any) -> str:
    words = {
        "retired": _("Has left"), "open": _("No role"), "expired": _("Not in force now"), "in_force": _("In force"),
    }  # fmt: skip
    return words[_state(row)]


def _secret(row: Any) -> str:
    return "due" if row.secret_by_one or row.must_change_secret else "valid"


def _secret_word(row: Any) -> str:
    if row.secret_by_one:
        return _("Set by one alone")
    return _("To be changed") if row.must_change_secret else _("Own")


def _days(row: Any) -> int | None:
    return (clock.now() - row.last_used).days if row.last_used else None


@login_required
@require_safe
def access_review(request: HttpRequest) -> HttpResponseBase:
    """Who can do what, where, from when until when, and when it was last used. Taking it away is an act."""
    actor = actor_of(request)
    require(actor, REVIEW)
    manages = may(actor, MANAGE).allowed
    return ListPage(
        title=_("Access review"),
        lead=_("Every person with every role: where, from when until when, and when the person last did anything here."),
        rows=access_rows(),
        sort="username",
        file_name="access-review",
        columns=(
            Column(
                "username", _("User name"), kind="code", sort="username",
                link=(lambda row: reverse("accounts:user", args=[row.pk])) if manages else None,
            ),
            Column("name", _("Printed name"), sort="name"),
            Column("role_name", _("Role"), kind="localized", sort="role_code"),
            Column("site_code", _("Site"), kind="code", value=lambda row: row.site_code or (row.role_code and _("Every site"))),
            Column("since", _("From"), kind="moment", sort="since"),
            Column("until", _("Until"), kind="moment", sort="until"),
            Column("state", _("State"), kind="state", value=_state, label=_state_word),
            Column("secret_by_one", _("Secret"), kind="state", value=_secret, label=_secret_word),
            Column("last_used", _("Last used"), kind="moment", sort="last_used"),
            Column("unused", _("Unused for days"), kind="number", value=_days),
        ),
        search=("username", "name", "role_assignments__role__code"),
        filters=ReviewFilter,
        empty=Empty(_("Nobody"), _("No account answers to these filters.")),
        row_tone=lambda row: "warn" if _stands_out(row) else "",
    ).render(request)  # fmt: skip


def _stands_out(row: Any) -> bool:
    days = _days(row)
    return _state(row) == "open" or (_state(row) == "in_force" and (days is None or days >= UNUSED_DAYS))
