"""Trace: down, up and both; net and full; each lot once, also in a circle; never truncated."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.inventory import services
from resources.inventory.models import GenealogyLink, Lot
from resources.inventory.selectors import ancestors_of, net_consumption, trace, trace_ids
from tests.factories import stock
from tests.factories.people import SETUP

pytestmark = pytest.mark.django_db


def use(source, target, quantity="1"):
    return services.consume(actor=SETUP, stock_unit_id=source.pk, quantity=Decimal(quantity), produced_lot_id=target.pk)


@pytest.fixture
def plant():
    """Acrylic → plates → two blowers; one blower got a motor that was taken out again."""
    acrylic = stock.released("ACRYLIC", "1000", "cm2", supplier_lot="PMMA-7")
    motor = stock.released("MOTOR", "5", "pcs", supplier_lot="M-1")
    wip = stock.place("WIP", "production")
    plates = stock.batch("B-PL", "PLATE")
    use(acrylic, plates, "240")
    plate = services.produce(actor=SETUP, lot_id=plates.pk, quantity=Decimal(4), place=wip)
    parent = stock.batch("B-BL", "BLOWER")
    one, two = services.open_serials(actor=SETUP, parent_lot_id=parent.pk, serials=["BL-1", "BL-2"])
    for serial in (one, two):
        use(plate, serial)
        services.produce(actor=SETUP, lot_id=serial.pk, quantity=Decimal(1), place=wip)
    wrong = use(motor, one)
    services.remove_link(
        actor=SETUP, link_id=wrong.pk, quantity=Decimal(1), return_to=stock.place(), reason="wrong motor"
    )
    return {"acrylic": acrylic.lot, "motor": motor.lot, "plates": plates, "batch": parent, "one": one, "two": two}


def names(found, plant) -> set[str]:
    by_id = {lot.pk: name for name, lot in plant.items()}
    return {by_id[pk] for pk in found}


@pytest.mark.requirement("TRC-01")
def test_from_the_acrylic_to_two_serials_with_quantities_and_places(plant) -> None:
    found = trace([plant["acrylic"].pk])
    assert names(found.nodes, plant) == {"acrylic", "plates", "one", "two"}
    assert {(names([link.consumed_lot_id, link.produced_lot_id], plant) and link.net) for link in found.links} == {
        240,
        1,
    }
    acrylic, one = found.nodes[plant["acrylic"].pk], found.nodes[plant["one"].pk]
    assert (acrylic.level, found.nodes[plant["plates"].pk].level, one.level) == (0, 1, 2)
    assert (acrylic.supplier_lot, acrylic.item_number, acrylic.unit) == ("PMMA-7", "ACRYLIC", "cm2")
    assert [(place.code, place.status, place.quantity) for place in acrylic.places] == [("WH-A", "released", 760)]
    assert [(place.code, place.kind, place.quantity) for place in one.places] == [("WIP", "production", 1)]


def test_and_back_to_the_supplier_lots_net_and_full(plant) -> None:
    net, full = trace([plant["one"].pk], "up"), trace([plant["one"].pk], "up", net=False)
    assert names(net.nodes, plant) == {"one", "batch", "plates", "acrylic"}
    assert names(full.nodes, plant) == {"one", "batch", "plates", "acrylic", "motor"}
    assert full.nodes[plant["motor"].pk].level == -1
    removed = next(link for link in full.links if link.consumed_lot_id == plant["motor"].pk)
    assert (removed.kinds, removed.put_in, removed.taken_out, removed.net) == (("consume", "remove"), 1, 1, 0)
    assert all(link.net > 0 for link in net.links)


def test_both_ways(plant) -> None:
    assert names(trace_ids([plant["plates"].pk], "both"), plant) == {"acrylic", "plates", "one", "two"}


def test_ancestors_of_several_lots_at_once(plant) -> None:
    found = ancestors_of([plant["one"].pk, plant["plates"].pk])
    assert names(found[plant["one"].pk], plant) == {"one", "batch", "plates", "acrylic"}
    assert names(found[plant["plates"].pk], plant) == {"plates", "acrylic"}


def test_put_in_again_it_counts_again(plant) -> None:
    motor = plant["motor"].stock_units.first()
    use(motor, plant["one"])
    assert "motor" in names(trace_ids([plant["one"].pk], "up"), plant)
    link = next(link for link in net_consumption(plant["one"].pk) if link.consumed_lot_id == plant["motor"].pk)
    assert (link.put_in, link.taken_out, link.net) == (2, 1, 1)


def test_a_circle_ends(plant) -> None:
    """Rework can put a piece of a later lot back into an earlier one."""
    blower = plant["one"].stock_units.get()
    use(blower, plant["plates"])
    assert names(trace_ids([plant["plates"].pk]), plant) == {"plates", "one", "two"}
    found = trace([plant["plates"].pk], "both")
    assert names(found.nodes, plant) == {"acrylic", "plates", "one", "two", "batch"}


def test_the_queries_do_not_grow(plant, django_assert_num_queries) -> None:
    with django_assert_num_queries(5):
        trace([plant["acrylic"].pk])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edges=st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()).filter(lambda edge: edge[0] != edge[1]),
        max_size=20,
    )
)
def test_the_trace_is_what_a_walk_finds(db, edges) -> None:
    """Against a plain walk in Python, on graphs with circles and with links that were undone."""
    from foundation.records.act import act  # noqa: PLC0415

    made = stock.item("GRAPH", "pcs")
    start = Lot.objects.count()
    lots = [services.open_lot(actor=SETUP, item_id=made.pk, number=f"G-{start}-{n}") for n in range(8)]
    with act(actor=SETUP, verb="tests.graph.made") as this:
        for consumed, produced, undone in edges:
            values = {
                "consumed_lot": lots[consumed],
                "produced_lot": lots[produced],
                "quantity": 1,
                "unit": "pcs",
                "at": this.at,
            }
            link = GenealogyLink(kind="consume", **values)
            link.save()
            if undone:
                GenealogyLink(kind="remove", removes=link, **values).save()
    for net in (True, False):
        for direction in ("down", "up"):
            steps: dict[int, set[int]] = {}
            for consumed, produced, undone in edges:
                if net and undone and not any(e[:2] == (consumed, produced) and not e[2] for e in edges):
                    continue
                here, there = (consumed, produced) if direction == "down" else (produced, consumed)
                steps.setdefault(here, set()).add(there)
            seen, todo = {0}, [0]
            while todo:
                for following in steps.get(todo.pop(), ()):
                    if following not in seen:
                        seen.add(following)
                        todo.append(following)
            expected = {lots[n].pk for n in seen}
            assert set(trace_ids([lots[0].pk], direction, net)) == expected
            if direction == "up" and net:
                assert ancestors_of([lots[0].pk])[lots[0].pk] == expected
