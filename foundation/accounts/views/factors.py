"""The second factor in one's profile: add an authenticator app, remove it."""

from __future__ import annotations

import zxingcpp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.forms import FactorForm
from foundation.accounts.services.factors import Enrolment, resume_totp
from foundation.accounts.web import desk_actor_of
from foundation.core.web.attempts import attempt, show

PENDING = "totp_pending"  # the secret between showing it and its first code, encrypted in the session


def _symbol(enrolment: Enrolment) -> SafeString:
    """The QR code that the app reads: paths only, made here, nothing of anybody's input in it but the user name as modules."""
    barcode = zxingcpp.create_barcode(enrolment.address, zxingcpp.BarcodeFormat.QRCode)
    svg: str = barcode.to_svg(add_quiet_zones=True)
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 - made by zxing from modules


@never_cache
@login_required
@sensitive_post_parameters("code", "present")
def factor_add(request: HttpRequest) -> HttpResponse:
    """Shows the secret as QR code and as text, and keeps it once the app's first code proves that it has it."""
    actor = desk_actor_of(request)
    pending = request.session.get(PENDING, "")
    enrolment = resume_totp(actor=actor, kept=pending) if pending else services.begin_totp(actor=actor)
    request.session[PENDING] = enrolment.kept
    form = FactorForm(request.POST or None)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            services.add_totp(actor=actor, secret=enrolment.secret, **form.cleaned_data)
        if tried.done:
            request.session.pop(PENDING, None)
            messages.success(request, _("The app is your second factor from now on."))
            return redirect("accounts:profile")
    context = {"symbol": _symbol(enrolment), "secret": enrolment.secret, "cancel_url": reverse("accounts:profile")}
    return show(request, "accounts/factor_add.html", context, tried=tried, form=form)


@login_required
@require_POST
@sensitive_post_parameters("present")
def factor_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own by the present secret, or by who manages users: another's whose telephone is lost."""
    factor = services.remove_factor(
        actor=desk_actor_of(request),
        factor_id=pk,
        reason=request.POST.get("reason", ""),
        present=request.POST.get("present", ""),
    )
    messages.success(request, _("This factor proves nothing any more."))
    if factor.user_id != request.user.pk:
        return redirect("accounts:user", factor.user_id)
    return redirect("accounts:profile")
