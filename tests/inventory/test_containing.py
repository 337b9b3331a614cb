"""One search for every list: columns of several tables, each by its own index, each row once."""

from __future__ import annotations

import pytest

from foundation.core import searching
from foundation.core.searching import containing
from resources.inventory.models import Receipt, StockUnit
from tests.factories.stock import received

pytestmark = [pytest.mark.django_db]


def numbers(word: str) -> set[str]:
    found = StockUnit.objects.filter(
        containing(StockUnit, ("container", "lot__supplier_lot", "lot__item__number"), word)
    )
    assert len(found) == len(set(found))
    return {unit.container for unit in found}


@pytest.mark.parametrize("few", [0, 1_000])  # looked up first, or left to the database
def test_a_word_is_found_in_each_of_the_tables_and_nothing_else(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    nuts = received("NUT-M4", "10", "pcs", supplier_lot="ACME-77")[0].container
    bolts = received("BOLT-77", "10", "pcs", supplier_lot="ACME-12")[0].container
    assert numbers("acme-77") == {nuts}  # of the lot, whatever the case
    assert numbers("77") == {nuts, bolts}  # of the lot here, of the item there
    assert numbers("acme") == {nuts, bolts}
    assert numbers(nuts.lower()) == {nuts}
    assert numbers("%") == set()  # no pattern of the reader's
    assert numbers("screw") == set()


def test_a_row_is_found_once_however_many_of_its_parts_match() -> None:
    received("NUT-M4", "10", "pcs", supplier_lot="ACME-77", containers=3)
    found = Receipt.objects.filter(containing(Receipt, ("lot__stock_units__container", "number"), "C-"))
    assert found.count() == 1
