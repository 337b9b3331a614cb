"""django-auth-ldap asked for one thing: is this the person's password? It makes nobody and changes nobody.

Imported only where ``ARTERIA_LDAP_URI`` is set, since python-ldap is compiled on the machine (requirements-ldap.in).
"""

from __future__ import annotations

from typing import Any

import ldap
from django.conf import settings
from django_auth_ldap.backend import LDAPBackend, _LDAPUser
from django_auth_ldap.config import LDAPSearch


class PlantDirectory(LDAPBackend):  # type: ignore[misc]
    """Settings are read from ``AUTH_LDAP_…`` and ``LDAP_SEARCH_…``, which config/settings/base.py fills from the environment."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.LDAP_SEARCH_BASE:
            self.settings.USER_SEARCH = LDAPSearch(
                settings.LDAP_SEARCH_BASE, ldap.SCOPE_SUBTREE, settings.LDAP_SEARCH_FILTER
            )

    def accepts(self, username: str, password: str) -> bool:
        """Search (or build the name), then bind as the person. False for a wrong password and for who is not found."""
        person = _LDAPUser(self, username=username)
        try:
            person._authenticate_user_dn(password)
        except person.AuthenticationFailed:
            return False
        return True
