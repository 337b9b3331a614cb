"""django-auth-ldap asked for one thing: is this the person's password? It makes nobody and changes nobody.

Imported only where ``ARTERIA_LDAP_URI`` is set, since python-ldap is compiled on the machine (requirements-ldap.in).
"""

from __future__ import annotations

from django_auth_ldap.backend import LDAPBackend, _LDAPUser


class PlantDirectory(LDAPBackend):  # type: ignore[misc]
    """Settings are read from ``AUTH_LDAP_…``, which config/settings/base.py fills from the environment."""

    def accepts(self, username: str, password: str) -> bool:
        """Search (or direct bind), then bind as the person. False for a wrong password and for who is not found."""
        person = _LDAPUser(self, username=username)
        try:
            person._authenticate_user_dn(password)
        except person.AuthenticationFailed:
            return False
        return True
