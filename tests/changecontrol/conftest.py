"""A team of three, and a routing that a change may carry."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from changecontrol.selectors import OPEN_ORDERS, OpenOrder
from foundation.core import events
from foundation.core.refs import RecordRef
from routing.models import RoutingRevision
from tests.factories import definitions
from tests.factories.definitions import Team

ORDERS: list[OpenOrder] = []


def open_orders(item_ids: list[int]) -> list[OpenOrder]:
    """What the shop floor would answer."""
    return [order for order in ORDERS if order.item_id in item_ids]


@pytest.fixture
def team(db: None) -> Team:
    return definitions.team()


@pytest.fixture
def draft(team: Team) -> RoutingRevision:
    """The first routing of VALVE (BODY, NIPPLE), on a draft of its parts list."""
    parts = definitions.item("BODY"), definitions.item("NIPPLE")
    return definitions.routing(definitions.made_item("VALVE", *parts, actor=team.actor), actor=team.actor)


@pytest.fixture
def released(team: Team) -> RoutingRevision:
    """The same, released by a change."""
    return definitions.released_routing(team)


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OpenOrder]]:
    """Adds open orders to what is answered to the question of change control."""
    monkeypatch.setitem(events._providers, OPEN_ORDERS, ("tests.changecontrol.conftest.open_orders",))

    def make(number: str, revision: RoutingRevision, card_number: str = "PC-000001") -> OpenOrder:
        made = OpenOrder(
            ref=RecordRef("shopfloor.workorder", int(number.split("-")[1]), number),
            number=number,
            item_id=revision.item_id,
            card_number=card_number,
            state="dispatched",
            quantity=Decimal(5),
        )
        ORDERS.append(made)
        return made

    yield make
    ORDERS.clear()
