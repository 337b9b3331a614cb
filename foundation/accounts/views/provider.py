"""Log in with the company's account (OpenID Connect)."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from foundation.accounts import provider, services
from foundation.accounts.forms import LoginForm
from foundation.accounts.views.desk import begin_session, login_page, next_of
from foundation.accounts.web import address_of
from foundation.core.web.attempts import attempt

NEXT_KEY = "provider_next"


@never_cache
@require_GET
def provider_login(request: HttpRequest) -> HttpResponse:
    """To the provider, and remember where the person wanted to go."""
    _require_enabled()
    answer = None
    with attempt() as tried:
        request.session[NEXT_KEY] = next_of(request, "") if request.GET.get("next") else ""
        answer = provider.begin(request, request.build_absolute_uri(reverse("accounts:provider-back")))
    return answer if tried.done and answer is not None else login_page(request, LoginForm(), tried)


@never_cache
@require_GET
def provider_back(request: HttpRequest) -> HttpResponse:
    """Back from the provider: the person it names, who is linked to somebody here, is logged in."""
    _require_enabled()
    wanted = request.session.pop(NEXT_KEY, "")
    with attempt() as tried:
        user = services.log_in_by_provider(subject=provider.finish(request), address=address_of(request))
    if not tried.done:
        return login_page(request, LoginForm(), tried)
    return begin_session(request, user, wanted)


def _require_enabled() -> None:
    if not settings.OIDC_ENABLED:
        raise Http404
