"""A plant with two sites and a receiver to which the settings let webhooks go."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from foundation.core.actor import Actor
from resources.equipment import services as equipment
from resources.equipment.models import Equipment, EquipmentClass
from tests.factories.people import SETUP, actor_for, person, site
from tests.webhooks.receiver import Receiver, receiving

KIND = "equipment.status.changed"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_NETWORKS = (ip_network("127.0.0.0/8"),)
    settings.WEBHOOK_HTTP_HOSTS = ("127.0.0.1",)
    settings.WEBHOOK_SECONDS = 5.0
    with receiving() as made:
        yield made


@pytest.fixture
def owner(db: None) -> Actor:
    return actor_for(person("owner", "system_owner", can_sign=False))


def machine(code: str = "OVEN-1", at: str = "HZ1") -> Equipment:
    kind = EquipmentClass.objects.filter(code="oven").first() or equipment.create_equipment_class(
        actor=SETUP, code="oven", name={"en": "Oven"}
    )
    return equipment.register_equipment(
        actor=SETUP, code=code, name={"en": code}, equipment_class=kind, site=site(at), work_center="BENCH"
    )


def break_down(one: Equipment, status: str = "down") -> None:
    """An act that publishes ``equipment.status.changed``."""
    equipment.set_equipment_status(actor=SETUP, equipment_id=one.pk, status=status, reason="Smells")
