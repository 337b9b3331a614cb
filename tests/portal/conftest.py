"""People who look at pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from config.roles import CATALOGUE
from foundation.accounts.models import User
from foundation.accounts.services import assign_role, create_user, set_secret, sync_roles
from foundation.core.actor import Actor
from tests.factories.people import end_of

SYSTEM = Actor.system("test")
SECRET = "Correct-horse-9"
BACKEND = "foundation.accounts.backends.PlantBackend"


@pytest.fixture
def person(db: None) -> Callable[[str], User]:
    """``person("auditor")``: an active user with that role and a secret."""

    def make(role: str) -> User:
        sync_roles(actor=SYSTEM, catalogue=CATALOGUE)
        user = create_user(actor=SYSTEM, username=role, name=f"{role.title()} 王")
        assign_role(actor=SYSTEM, user_id=user.pk, role=role, valid_until=end_of(role))
        return set_secret(actor=SYSTEM, user_id=user.pk, password=SECRET, pin="482913")

    return make


@pytest.fixture
def logged_in(person: Callable[[str], User]) -> Callable[[str], Client]:
    """``logged_in("auditor")``: a client of that person."""

    def make(role: str) -> Client:
        client = Client()
        client.force_login(person(role), backend=BACKEND)
        return client

    return make
