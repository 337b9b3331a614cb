"""How a program proves itself to the API: ``Authorization: Bearer art_…``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from foundation.accounts import ageing
from foundation.accounts.models import ApiToken, User
from foundation.accounts.services.tokens import note_token_use, token_behind
from foundation.accounts.web import address_of
from foundation.core.errors import PermissionDenied

KEYWORD = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """The user of a token in force. Why another one is refused is not told to who holds it."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        word, _space, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if word.lower() != KEYWORD.lower():
            return None
        token = token_behind(text.strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or has ended."))
        if ageing.must_change(token.user):
            raise PermissionDenied(
                _(
                    "The secret of this account is not its owner's, or too old: until a new one is chosen, no program is let in."
                ),
                code="duty-open",
            )
        note_token_use(token, address_of(request))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD
