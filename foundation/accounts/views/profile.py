"""Who I am here: roles, badge, secrets, and the signature policy."""

from __future__ import annotations

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts import ageing, second_factor, services, signature_policy
from foundation.accounts.forms import AgreeForm, PresentSecretForm, SecretForm
from foundation.accounts.models import Badge, User
from foundation.accounts.selectors import assignments_of
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.web.attempts import Attempt, attempt, show


def _show(
    request: HttpRequest, form: SecretForm | None = None, tried: Attempt | None = None, agree: AgreeForm | None = None
) -> HttpResponse:
    user_id = actor_of(request).user_id or 0
    person = User.objects.get(pk=user_id)
    context = {
        "person": person,
        "assignments": assignments_of(user_id),
        "badges": Badge.objects.filter(user_id=user_id, revoked_at=None),
        "policy_text": signature_policy.text(get_language() or "en"),
        "policy_version": signature_policy.version(),
        "agree_form": agree or AgreeForm(initial={"version": signature_policy.version()}),
        "ends": [
            (which, ageing.ends_at(person, which), ageing.is_near(person, which)) for which in ("password", "pin")
        ],
        "factors": person.factors.filter(removed_at=None).order_by("pk"),
        "present_form": PresentSecretForm(auto_id="present_%s"),
        "factor_is_used": second_factor.is_used(),
        "must_change": ageing.must_change(person),
    }
    return show(
        request,
        "accounts/profile.html",
        context,
        tried=tried,
        form=form or SecretForm(was_given=person.must_change_secret),
    )


def _was_given(actor: Actor) -> bool:
    return User.objects.filter(pk=actor.user_id, must_change_secret=True).exists()


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    return _show(request)


@login_required
@require_POST
@sensitive_post_parameters()
def change_secret(request: HttpRequest) -> HttpResponse:
    """A new password or PIN of one's own."""
    actor = actor_of(request)
    form = SecretForm(request.POST, was_given=_was_given(actor))
    tried = None
    if form.is_valid():
        given = form.cleaned_data
        with attempt(form) as tried:
            user = services.change_own_secret(actor=actor, **given)
        if tried.done:
            auth.update_session_auth_hash(request, user)
            messages.success(request, _("Your new secret holds from now on."))
            return redirect("accounts:profile")
    return _show(request, form, tried)


@login_required
@require_POST
@sensitive_post_parameters()
def acknowledge(request: HttpRequest) -> HttpResponse:
    """The signature policy is agreed to by the secret; from now on this person can sign."""
    form = AgreeForm(request.POST)
    tried = None
    if form.is_valid():
        with attempt(form) as tried:
            services.acknowledge_policy(
                actor=actor_of(request), secret=form.cleaned_data["secret"], shown=form.cleaned_data["version"]
            )
        if tried.done:
            messages.success(request, _("You can sign from now on."))
            return redirect("accounts:profile")
    return _show(request, None, tried, form)


@login_required
@require_POST
def badge_lost(request: HttpRequest) -> HttpResponse:
    """One click: my badge identifies nobody any more, and security knows. Only one's own."""
    code = request.POST.get("code", "")
    if not Badge.objects.filter(user_id=actor_of(request).user_id, code=code).exists():
        raise NotValid(_("This is not your badge."), field="code")
    services.revoke_badge(actor=actor_of(request), code=code)
    messages.success(request, _("The badge identifies nobody any more, and security has been told."))
    return redirect("accounts:profile")
