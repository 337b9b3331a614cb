"""Whatever happens: stock is the sum of its movements, nothing is lost, and net use is never negative."""

from decimal import Decimal
from itertools import count

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.core.errors import Refusal
from foundation.records.verification import verify
from foundation.records.verification.findings import BALANCE
from resources.inventory import services
from resources.inventory.models import GenealogyLink, Movement, StockUnit
from resources.inventory.selectors import net_consumption, stock_differences
from tests.factories import stock
from tests.factories.people import SETUP

NUMBERS = count(1)
AMOUNT = st.decimals(min_value=Decimal("-1"), max_value=Decimal("150"), places=3)
STEP = st.tuples(
    st.sampled_from(["use", "use", "remove", "split", "merge", "move", "scrap", "make"]), st.integers(0, 30), AMOUNT
)


def one_of(rows, number):
    found = list(rows)
    return found[number % len(found)] if found else None


def do(kind, number, amount, lot, target) -> None:
    unit = one_of(StockUnit.objects.filter(lot=lot).order_by("pk"), number)
    if kind == "use":
        services.consume(actor=SETUP, stock_unit_id=unit.pk, quantity=amount, produced_lot_id=target.pk)
    elif kind == "remove":
        link = one_of(GenealogyLink.objects.filter(consumed_lot=lot, kind="consume").order_by("pk"), number)
        if link:
            where = stock.place("BIN", "scrap") if number % 2 else stock.place()
            services.remove_link(actor=SETUP, link_id=link.pk, quantity=amount, return_to=where, reason="wrong")
    elif kind == "split":
        services.split_unit(actor=SETUP, stock_unit_id=unit.pk, quantity=amount)
    elif kind == "merge":
        other = one_of(StockUnit.objects.filter(lot=lot).exclude(pk=unit.pk).order_by("pk"), number + 1)
        if other:
            services.merge_units(actor=SETUP, into_id=unit.pk, from_ids=[other.pk])
    elif kind == "move":
        services.move_stock(actor=SETUP, stock_unit_id=unit.pk, place=stock.place(f"P-{number % 3}"))
    elif kind == "scrap":
        services.scrap_stock(actor=SETUP, stock_unit_id=unit.pk, quantity=amount, reason="bad")
    else:
        services.produce(actor=SETUP, lot_id=target.pk, quantity=amount, place=stock.place("WIP", "production"))


def counted(lot):
    return (
        [(unit.pk, unit.quantity, unit.place_id, unit.status) for unit in StockUnit.objects.order_by("pk")],
        Movement.objects.count(),
        GenealogyLink.objects.count(),
        StockUnit.history.count(),
    )


@pytest.mark.django_db
@pytest.mark.requirement("TRC-12")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=8))
def test_random_acts_keep_the_balance_and_refused_ones_change_nothing(db, steps) -> None:
    number = next(NUMBERS)
    lot = stock.released("POWDER", "100", "g").lot
    target = stock.batch(f"R-{number}", "MIX", "g")
    for kind, which, amount in steps:
        before = counted(lot)
        try:
            do(kind, which, amount, lot, target)
        except Refusal:
            assert counted(lot) == before
        assert list(stock_differences()) == []
    here = sum(unit.quantity for unit in StockUnit.objects.filter(lot=lot))
    scrapped = sum(row.quantity for row in Movement.objects.filter(stock_unit__lot=lot, kind="scrap"))
    used = sum(link.net for link in net_consumption(target.pk))
    assert here + scrapped + used == 100
    assert all(link.net >= 0 for link in net_consumption(target.pk))


@pytest.mark.pg15
def test_the_verifier_names_a_container_that_somebody_changed_in_the_database(committed_db, owner_connection) -> None:
    unit = stock.released("POWDER", "100", "g")
    assert [finding for finding in verify().findings if finding.kind == BALANCE] == []
    with owner_connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stockunit SET quantity = 101 WHERE id = %s", [unit.pk])
    found = [finding for finding in verify().findings if finding.kind == BALANCE]
    assert [(finding.table, finding.row, finding.detail) for finding in found] == [
        ("inventory_stockunit", unit.pk, f"{unit.container} holds 101, its movements say 100")
    ]


@pytest.mark.pg15
def test_the_database_refuses_what_the_services_would_never_write(committed_db, owner_connection) -> None:
    unit = stock.released("POWDER", "100", "g")
    wrong = (
        ("UPDATE inventory_stockunit SET quantity = -1 WHERE id = %s", "not_negative"),
        ("UPDATE inventory_stockunit SET status = 'good' WHERE id = %s", "status_known"),
        ("DELETE FROM inventory_movement WHERE stock_unit_id = %s", "written once"),
        ("UPDATE inventory_movement SET quantity = 5 WHERE stock_unit_id = %s", "written once"),
    )
    with owner_connection.cursor() as cursor:
        for statement, word in wrong:
            with pytest.raises(psycopg2.Error, match=word):
                cursor.execute(statement, [unit.pk])
