"""Secrets that an administrator set: a second person confirms who somebody is."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.forms import PresentSecretForm
from foundation.accounts.models import SecretReset
from foundation.accounts.policies import require
from foundation.accounts.selectors import to_confirm
from foundation.accounts.services.resets import CONFIRM
from foundation.accounts.web import desk_actor_of
from foundation.core.web.attempts import show


@login_required
def reset_list(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, the newest first."""
    return _show(request)


def _show(request: HttpRequest, reset: SecretReset | None = None, code: str = "") -> HttpResponse:
    require(desk_actor_of(request), CONFIRM)
    context = {"resets": to_confirm(), "confirmed": reset, "code": code, "confirm_form": PresentSecretForm()}
    return show(request, "accounts/resets.html", context)


@never_cache
@login_required
@require_POST
@sensitive_post_parameters("present")
def reset_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The code is shown this once: only its hash is kept."""
    actor = desk_actor_of(request)
    code = services.confirm_reset(actor=actor, reset_id=pk, secret=request.POST.get("present", ""))
    if code:
        return _show(request, SecretReset.objects.select_related("user").get(pk=pk), code)
    messages.success(request, _("Confirmed. Signatures by this secret are no longer marked."))
    return redirect("accounts:reset-list")
