"""Log in and out at a desk."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.forms import LoginForm
from foundation.accounts.models import User
from foundation.accounts.web import address_of, desk_actor_of
from foundation.core.web.attempts import Attempt, attempt, show

BACKEND = "foundation.accounts.backends.PlantBackend"


def next_of(request: HttpRequest, default: str) -> str:
    """Where to go afterwards, when it is one of our own addresses."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else resolve_url(default)


@never_cache
@sensitive_post_parameters("secret", "code")
def login(request: HttpRequest) -> HttpResponse:
    """Both components; a refusal does not say which one was wrong."""
    form = LoginForm(request.POST or None)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            user = services.log_in(**form.cleaned_data, address=address_of(request))
        if tried.done:
            return begin_session(request, user)
    return login_page(request, form, tried)


def login_page(request: HttpRequest, form: LoginForm, tried: Attempt | None = None) -> HttpResponse:
    """The page with what was tried, if anything was."""
    context = {
        "next": next_of(request, "") if request.GET.get("next") else "",
        "provider": settings.OIDC_NAME if settings.OIDC_ENABLED else "",
    }
    return show(request, "accounts/login.html", context, tried=tried, form=form)


def begin_session(request: HttpRequest, user: User, wanted: str = "") -> HttpResponse:
    """The person is proved: their desk session begins, and they go where they wanted to."""
    auth.login(request, user, backend=BACKEND)
    answer = redirect(wanted or next_of(request, settings.LOGIN_REDIRECT_URL))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and user.language != get_language():
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
    return answer


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends the session here, and the continuous period of signing with it; acts of the person stay theirs."""
    if request.user.is_authenticated:
        services.log_out(actor=desk_actor_of(request))
    auth.logout(request)
    return redirect("accounts:login")
