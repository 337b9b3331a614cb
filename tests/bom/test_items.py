"""The item master: numbers, units, costs, sources."""

from datetime import date
from decimal import Decimal

import pytest

from bom.models import ApprovedSource, Item, StandardCost, Supplier
from bom.selectors import costs_of
from bom.services import (
    approve_source,
    change_item,
    create_item,
    create_supplier,
    set_standard_cost,
    withdraw_source,
)
from bom.services.items import item_etag
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotValid, PermissionDenied
from foundation.records.models import LedgerEntry
from tests.factories.parts import approved, draft, line, made, part
from tests.factories.people import SETUP, actor_for, person

pytestmark = pytest.mark.django_db


class TestCreating:
    def test_an_item_is_an_act_with_history(self) -> None:
        engineer = actor_for(person("eva", "process_engineer"))
        item = create_item(
            actor=engineer, number=" RES-1 ", name={"en": "Resin", "zh-hans": "树脂"}, kind="raw", unit="g"
        )
        assert (item.number, item.unit, item.tracking, item.make_or_buy) == ("RES-1", "g", "lot", "buy")
        row = item.history.get()
        assert (row.history_type, row.history_actor) == ("+", "Eva")
        assert LedgerEntry.objects.get(verb="bom.item.created").subject_number == "RES-1"

    def test_a_number_is_given_once(self) -> None:
        part("RES-1")
        with pytest.raises(NotValid) as refusal:
            part("RES-1")
        assert refusal.value.code == "number-taken"
        assert Item.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"unit": "furlong"}, ""),
            ({"kind": "gadget"}, "kind"),
            ({"tracking": "sometimes"}, "tracking"),
            ({"without_list": True}, ""),  # bought, and made without a list: cannot be
            ({"colour": "red"}, "colour"),
            ({"markets": ["mars"]}, "markets"),
            ({"device_lifetime_years": 0}, "device_lifetime_years"),
        ],
    )
    def test_what_cannot_be_is_refused(self, fields: dict[str, object], field: str) -> None:
        with pytest.raises(NotValid) as refusal:
            create_item(actor=SETUP, number="X", name={"en": "X"}, **fields)
        assert refusal.value.field == field
        assert not Item.objects.exists()

    def test_an_item_has_a_name(self) -> None:
        with pytest.raises(NotValid):
            create_item(actor=SETUP, number="X", name={"en": "  "})

    def test_a_role_is_needed(self) -> None:
        with pytest.raises(PermissionDenied):
            part("X", actor=actor_for(person("olga", "operator")))
        assert not Item.objects.exists()
        assert LedgerEntry.objects.get(verb="bom.item.created").outcome == "refused"


class TestChanging:
    def test_two_editors_cannot_overwrite_each_other(self) -> None:
        item = part("X")
        read = item_etag(item)
        change_item(actor=SETUP, item_id=item.pk, expected=read, critical=True)
        with pytest.raises(Conflict):
            change_item(actor=SETUP, item_id=item.pk, expected=read, critical=False)
        assert Item.objects.get(pk=item.pk).critical is True

    def test_the_unit_stays_once_an_approved_list_uses_the_item(self) -> None:
        tube = part("TUBE", unit="m")
        change_item(actor=SETUP, item_id=tube.pk, unit="cm")
        approved(draft(made("TOP"), line("A1", Item.objects.get(pk=tube.pk), "15")))
        with pytest.raises(NotValid) as refusal:
            change_item(actor=SETUP, item_id=tube.pk, unit="m")
        assert (refusal.value.code, refusal.value.field) == ("item-in-use", "unit")
        change_item(actor=SETUP, item_id=tube.pk, name={"en": "Tube", "zh-hans": "管"})
        found = Item.objects.get(pk=tube.pk)
        assert (found.unit, found.name["zh-hans"]) == ("cm", "管")


class TestCosts:
    def test_the_newest_that_is_valid_counts(self) -> None:
        item = part("TUBE", unit="m")
        for amount, day in (("20.18", date(2026, 1, 1)), ("25.00", date(2099, 1, 1))):
            set_standard_cost(
                actor=SETUP, item_id=item.pk, amount=Decimal(amount), currency="usd", per_unit="m", valid_from=day
            )
        cost = costs_of([item.pk])[item.pk]
        assert (cost.amount, cost.currency, cost.per_unit) == (Decimal("20.18"), "USD", "m")
        assert costs_of([item.pk], on=date(2099, 6, 1))[item.pk].amount == Decimal("25")

    def test_a_second_cost_of_a_day_replaces_the_first(self) -> None:
        item = part("X", cost="1.50")
        set_standard_cost(actor=SETUP, item_id=item.pk, amount=Decimal("1.75"), currency="USD", per_unit="pcs")
        cost = StandardCost.objects.get()
        assert cost.amount == Decimal("1.75")
        assert [row.amount for row in cost.history.order_by("history_id")] == [Decimal("1.5"), Decimal("1.75")]

    @pytest.mark.parametrize(
        ("amount", "per_unit", "currency"), [("-1", "m", "USD"), ("1", "kg", "USD"), ("1", "m", "dollars")]
    )
    def test_what_is_no_cost(self, amount: str, per_unit: str, currency: str) -> None:
        item = part("TUBE", unit="m")
        with pytest.raises(NotValid):
            set_standard_cost(
                actor=SETUP, item_id=item.pk, amount=Decimal(amount), currency=currency, per_unit=per_unit
            )
        assert not StandardCost.objects.exists()


class TestSources:
    def test_approved_withdrawn_and_approved_again(self) -> None:
        item, maker = part("X"), create_supplier(actor=SETUP, code="SMC", name="SMC Pneumatics")
        assert create_supplier(actor=SETUP, code="SMC", name="another name").pk == maker.pk
        source = approve_source(actor=SETUP, item_id=item.pk, supplier_id=maker.pk, part_number="PVQ31")
        withdraw_source(actor=SETUP, source_id=source.pk, reason="Leaks")
        assert ApprovedSource.objects.get().approved is False
        again = approve_source(actor=SETUP, item_id=item.pk, supplier_id=maker.pk, part_number="PVQ31")
        assert (again.pk, again.approved) == (source.pk, True)
        assert Supplier.objects.count() == 1

    def test_withdrawing_needs_a_reason(self) -> None:
        item, maker = part("X"), create_supplier(actor=SETUP, code="SMC", name="SMC")
        source = approve_source(actor=SETUP, item_id=item.pk, supplier_id=maker.pk, part_number="P")
        with pytest.raises(NotValid):
            withdraw_source(actor=Actor.system("x"), source_id=source.pk, reason=" ")
        assert ApprovedSource.objects.get().approved is True


def test_what_says_how_long_records_are_kept_is_stated_on_the_item_with_history() -> None:
    engineer = actor_for(person("eva", "process_engineer"))
    item = part("VALVE-1")
    change_item(
        actor=engineer,
        item_id=item.pk,
        reason="Technical file 7",
        device_lifetime_years=12,
        markets=["us", "eu", "us"],
        last_placed_on=date(2026, 11, 27),
    )
    item.refresh_from_db()
    assert (item.device_lifetime_years, item.markets, item.last_placed_on) == (12, ["eu", "us"], date(2026, 11, 27))
    newest = item.history.order_by("-history_id")[0]
    assert (newest.device_lifetime_years, newest.history_actor, newest.history_change_reason) == (
        12,
        "Eva",
        "Technical file 7",
    )
