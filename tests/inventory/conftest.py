"""A person in a browser session, by role."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories.people import person

LoggedIn = Callable[[str], Client]


@pytest.fixture
def logged_in(db: None) -> LoggedIn:
    """``logged_in("warehouse")``: a client of a new person with this role (their user name is the role)."""

    def log_in(role: str) -> Client:
        client = Client()
        client.force_login(person(role, role))
        return client

    return log_in
