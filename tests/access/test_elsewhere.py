"""What stands at one site is not there for who holds roles at another one only: not in a list, not by its id, not to act on."""

from __future__ import annotations

import pytest

from tests.access.plant import world

pytestmark = pytest.mark.django_db


def test_world() -> None:
    made = world()
    assert made.things
