"""Users, their roles and badges: for the system owner."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.badge_log import badges_with_tests
from foundation.accounts.forms import (
    BadgeIssueForm,
    BadgeReplaceForm,
    BadgeTestForm,
    FirstSecretForm,
    LinkForm,
    PersonForm,
    RoleForm,
)
from foundation.accounts.models import RoleAssignment, User
from foundation.accounts.policies import require
from foundation.accounts.scope import Access
from foundation.accounts.selectors import assignments_of
from foundation.accounts.views.tokens import tokens_of
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of

MANAGE = "accounts.manage_users"

COLUMNS = (
    Column(
        "username",
        gettext_lazy("User name"),
        kind="code",
        sort="username",
        link=lambda user: reverse("accounts:user", args=[user.pk]),
    ),
    Column("name", gettext_lazy("Printed name"), sort="name"),
    Column("employee_number", gettext_lazy("Employee number"), sort="employee_number"),
    Column(
        "is_active",
        gettext_lazy("State"),
        kind="state",
        value=lambda user: "in_force" if user.is_active else "retired",
        label=lambda user: _("Works here") if user.is_active else _("Has left"),
        sort="is_active",
    ),
)


@login_required
def user_list(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), MANAGE)
    create = Action(_("New user"), reverse("accounts:user-create"), icon_name="user-plus")
    return ListPage(
        title=_("Users and roles"),
        rows=User.objects.all(),
        columns=COLUMNS,
        sort="username",
        search=("username", "name", "employee_number"),
        actions=(create,),
        empty=Empty(_("No users yet"), _("Add the first person, then give a role."), create),
        file_name="users",
    ).render(request)


@login_required
def user_create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, MANAGE)
    form = PersonForm(request.POST or None)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            user = services.create_user(actor=actor, **form.cleaned_data)
        if tried.done:
            messages.success(request, _("Now give %(name)s a role and a first secret.") % {"name": user.name})
            return redirect("accounts:user", user.pk)
    context = {"title": _("New user"), "cancel_url": reverse("accounts:user-list")}
    return show(request, "base_form.html", context, tried=tried, form=form)


@login_required
def user_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Roles in force, badges, secrets, and everything that was done to the account."""
    actor = actor_of(request)
    require(actor, MANAGE)
    person = get_object_or_404(User, pk=pk)
    context = {
        "person": person,
        "assignments": assignments_of(person.pk).select_related("site"),
        "badges": badges_with_tests(person),
        "reset": person.resets.select_related("given_by", "confirmed_by").order_by("-id").first(),
        "acknowledgements": person.acknowledgements.order_by("-pk"),
        "factors": person.factors.filter(removed_at=None).order_by("pk"),
        "tokens": tokens_of(person.pk),
        "replace_form": BadgeReplaceForm(),
        "test_form": BadgeTestForm(),
        "link_form": LinkForm(initial={"login_by": person.login_by, "external_subject": person.external_subject}),
        "timeline": ledger_of(RecordRef.to(person))[:30],
        "role_form": RoleForm(sites=Access(actor).sites(MANAGE)),
        "badge_form": BadgeIssueForm(),
        "secret_form": FirstSecretForm(),
    }
    return show(request, "accounts/user.html", context)


def _manager_of(request: HttpRequest) -> Actor:
    """Who asks, and may manage people: asked before the input is looked at, so that a stranger learns nothing of it."""
    actor = actor_of(request)
    require(actor, MANAGE)
    return actor


def _given(request: HttpRequest, form: Form) -> dict[str, Any] | None:
    """The cleaned input, or None after telling what is wrong with it."""
    if form.is_valid():
        return form.cleaned_data
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(str(error) for error in errors)}")
    return None


@login_required
@require_POST
def user_role(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _manager_of(request)
    given = _given(request, RoleForm(request.POST, sites=Access(actor).sites(MANAGE)))
    if given is not None:
        services.assign_role(actor=actor, user_id=pk, **given)
        messages.success(request, _("The role holds from now on."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
def role_end(request: HttpRequest, pk: int, assignment: int) -> HttpResponse:
    """The role gives nothing from this moment."""
    actor = _manager_of(request)
    get_object_or_404(RoleAssignment, pk=assignment, user_id=pk)
    services.end_role(actor=actor, assignment_id=assignment, reason=request.POST.get("reason", ""))
    messages.success(request, _("The role has ended. That it was held stays on record."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
def user_badge(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _manager_of(request)
    given = _given(request, BadgeIssueForm(request.POST))
    if given is not None:
        services.issue_badge(actor=actor, user_id=pk, **given)
        messages.success(request, _("The badge identifies this person from now on."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
def badge_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """The old one out and the new one in, in one act."""
    actor = _manager_of(request)
    given = _given(request, BadgeReplaceForm(request.POST))
    if given is not None:
        services.issue_badge(actor=actor, user_id=pk, replaces=request.POST.get("badge", ""), **given)
        messages.success(request, _("The new badge identifies this person, the old one nobody."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
def badge_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Scanned to see that it works."""
    actor = _manager_of(request)
    given = _given(request, BadgeTestForm(request.POST))
    if given is not None:
        test = services.record_badge_test(actor=actor, code=request.POST.get("badge", ""), **given)
        if test.passed:
            messages.success(request, _("The badge works and is unaltered: kept in the test log."))
        else:
            messages.error(request, _("The badge did not give its code: it is withdrawn. Issue another one."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
def user_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of this person that is open anywhere ends."""
    services.end_desk_sessions(actor=actor_of(request), user_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("Nothing of this person is open any more, at no desk and no station."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
def user_link(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _manager_of(request)
    given = _given(request, LinkForm(request.POST))
    if given is not None:
        services.link_login(actor=actor, user_id=pk, **given)
        messages.success(request, _("From now on this person logs in there. Signing still asks for the PIN kept here."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
def badge_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Lost, in one click; security hears of it in the same moment."""
    actor = _manager_of(request)
    services.revoke_badge(actor=actor, code=request.POST.get("code", ""), reason=request.POST.get("reason", ""))
    messages.success(request, _("The badge identifies nobody any more."))
    return redirect("accounts:user", pk)


@login_required
@require_POST
@sensitive_post_parameters("password", "pin")
def user_secret(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _manager_of(request)
    given = _given(request, FirstSecretForm(request.POST))
    if given is not None:
        services.set_secret(actor=actor, user_id=pk, password=given["password"], pin=given["pin"])
        told = _(
            "The person chooses an own secret before the first signature; a second person confirms it"
            " under “Secrets to confirm”."
        )
        messages.success(request, told)
    return redirect("accounts:user", pk)


@login_required
@require_POST
def user_retire(request: HttpRequest, pk: int) -> HttpResponse:
    services.retire_user(actor=actor_of(request), user_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("The person can no longer log in or sign. The record stays."))
    return redirect("accounts:user", pk)
