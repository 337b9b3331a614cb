"""Who I am here: roles, badge, secrets, and the signature policy."""

from __future__ import annotations

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.forms import SecretForm
from foundation.accounts.models import Badge, User
from foundation.accounts.selectors import assignments_of
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import Attempt, attempt, show


def _show(request: HttpRequest, form: SecretForm, tried: Attempt | None = None) -> HttpResponse:
    user_id = actor_of(request).user_id or 0
    context = {
        "person": User.objects.get(pk=user_id),
        "assignments": assignments_of(user_id),
        "badges": Badge.objects.filter(user_id=user_id, revoked_at=None),
    }
    return show(request, "accounts/profile.html", context, tried=tried, form=form)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    return _show(request, SecretForm())


@login_required
@require_POST
@sensitive_post_parameters()
def change_secret(request: HttpRequest) -> HttpResponse:
    """A new password or PIN of one's own."""
    form = SecretForm(request.POST)
    tried = None
    if form.is_valid():
        given = form.cleaned_data
        with attempt(form) as tried:
            user = services.change_own_secret(actor=actor_of(request), **given)
        if tried.done:
            auth.update_session_auth_hash(request, user)
            messages.success(request, _("Your new secret holds from now on."))
            return redirect("accounts:profile")
    return _show(request, form, tried)


@login_required
@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """The signature policy is acknowledged; from now on this person can sign."""
    services.acknowledge_policy(actor=actor_of(request))
    messages.success(request, _("You can sign from now on."))
    return redirect("accounts:profile")
