"""The company's OpenID Connect provider: authorization code with PKCE, state and nonce, by authlib. It says who logs in, no
more."""

from __future__ import annotations

from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from joserfc.errors import JoseError
from requests import RequestException

from foundation.core.errors import PermissionDenied

NAME = "company"
TIMEOUT = 10  # seconds


def _client() -> Any:
    """Made anew from the settings; the provider's own description is read from its well-known address."""
    registry = OAuth()
    registry.register(
        NAME,
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": TIMEOUT},
    )
    return registry.create_client(NAME)


def begin(request: HttpRequest, back: str) -> HttpResponse:
    """To the provider. PermissionDenied when it does not answer."""
    try:
        answer: HttpResponse = _client().authorize_redirect(request, back)
    except (OAuthError, RequestException, RuntimeError) as error:
        raise _unreachable() from error
    return answer


def finish(request: HttpRequest) -> str:
    """Back from the provider: ``issuer|subject`` of who logged in there, from the ID token whose signature, issuer,
    audience, nonce
    and times were checked. PermissionDenied otherwise, without telling which part was wrong."""
    try:
        token = _client().authorize_access_token(request, claims_options={"iss": {"values": [settings.OIDC_ISSUER]}})
    except RequestException as error:
        raise _unreachable() from error
    except (OAuthError, JoseError, ValueError, KeyError, RuntimeError) as error:
        raise PermissionDenied(
            _("The company's provider did not confirm who you are. Try again."), code="provider-refused"
        ) from error
    claims = token.get("userinfo") or {}
    if not claims.get("sub"):
        raise PermissionDenied(
            _("The company's provider did not confirm who you are. Try again."), code="provider-refused"
        )
    return f"{claims.get('iss', settings.OIDC_ISSUER)}|{claims['sub']}"


def _unreachable() -> PermissionDenied:
    return PermissionDenied(_("The company's provider does not answer. Try again later."), code="provider-unreachable")
