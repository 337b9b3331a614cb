"""The company's directory (LDAP) as who checks a log-in. An optional extra: requirements-ldap.in, docs/operations/sign-on.md."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings


class DirectoryMissing(RuntimeError):
    """A person logs in at a directory that this installation does not have."""


def _backend() -> Any:
    if not settings.LDAP_ENABLED:
        raise DirectoryMissing("ARTERIA_LDAP_URI is not set, and a person's log-in is kept by the directory")
    return import_module("foundation.accounts.ldap").PlantDirectory()


def accepts(username: str, password: str) -> bool:
    """Does the directory take this password? An empty one never: an LDAP bind without a password is anonymous and succeeds."""
    return bool(password) and bool(_backend().accepts(username, password))
