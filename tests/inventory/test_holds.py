"""Holds: each its own record, any open one blocks, far ones reach what was made of it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from foundation.accounts import services as accounts
from foundation.core import events
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry
from resources.inventory import services
from resources.inventory.models import Hold, HoldTarget
from resources.inventory.selectors import holds_of_units, open_holds_on, usability
from resources.inventory.selectors.holds import LotContext
from tests.factories import stock
from tests.factories.people import SETUP, actor_for, person, site, sync_roles

pytestmark = pytest.mark.django_db
WHY = "supplier reports contamination"


@pytest.fixture
def quality():
    return actor_for(person("quality", "quality_engineer"))


def chain():
    """A sheet of supplier lot S-1 → plate batch → blower serial, each with a container."""
    sheet = stock.released("SHEET", "1000", "cm2")
    wip = stock.place("WIP", "production")
    plates, blower = stock.batch("B-1", "PLATE"), stock.batch("B-2", "BLOWER")
    services.consume(actor=SETUP, stock_unit_id=sheet.pk, quantity=Decimal(60), produced_lot_id=plates.pk)
    plate = services.produce(actor=SETUP, lot_id=plates.pk, quantity=Decimal(2), place=wip)
    link = services.consume(actor=SETUP, stock_unit_id=plate.pk, quantity=Decimal(1), produced_lot_id=blower.pk)
    made = services.produce(actor=SETUP, lot_id=blower.pk, quantity=Decimal(1), place=wip)
    return sheet, plate, made, link


def test_any_open_hold_blocks_until_the_last_is_lifted(quality) -> None:
    unit = stock.released()
    first = services.place_hold(actor=quality, target=HoldTarget.stock_unit(unit.pk), reason="wet box")
    second = services.place_hold(actor=quality, target=HoldTarget.lot(unit.lot_id), reason="wrong colour")
    assert open_holds_on(unit) == [first, second]
    answer = usability(unit)
    assert not answer.ok
    assert str(answer.reason) == f"{unit.container} is held (Container {unit.container}): wet box"
    assert [hold["target"] for hold in answer.evidence["holds"]] == [unit.container, unit.lot.number]
    services.lift_hold(actor=quality, hold_id=first.pk, reason="dry inside")
    assert open_holds_on(unit) == [second]
    lifted = services.lift_hold(actor=quality, hold_id=second.pk, reason="colour confirmed")
    assert usability(unit).ok
    assert (lifted.lifted_by_name, lifted.lift_reason, lifted.placed_by_name) == (
        "Quality",
        "colour confirmed",
        "Quality",
    )
    assert lifted.history.count() == 2


def test_a_hold_needs_a_reason_a_target_and_the_right(quality) -> None:
    unit = stock.released()
    for target, reason, field in (
        (HoldTarget.stock_unit(unit.pk), " ", "reason"),
        (HoldTarget.lot(999_999), WHY, "target"),
        (HoldTarget.supplier_lot(unit.lot.supplier_id, "S-2"), WHY, "supplier_lot"),
    ):
        with pytest.raises(NotValid) as refused:
            services.place_hold(actor=quality, target=target, reason=reason)
        assert refused.value.field == field
    operator = actor_for(person("operator", "operator"))
    with pytest.raises(PermissionDenied):
        services.place_hold(actor=operator, target=HoldTarget.lot(unit.lot_id), reason=WHY)
    assert not Hold.objects.exists()
    assert LedgerEntry.objects.filter(verb="inventory.hold.placed", outcome="refused").count() == 4


def test_lifting_needs_a_reason_and_happens_once(quality) -> None:
    unit = stock.released()
    hold = services.place_hold(actor=quality, target=HoldTarget.lot(unit.lot_id), reason=WHY)
    leader = actor_for(person("leader", "line_leader"))
    with pytest.raises(PermissionDenied):
        services.lift_hold(actor=leader, hold_id=hold.pk, reason="fine")
    with pytest.raises(NotValid):
        services.lift_hold(actor=quality, hold_id=hold.pk, reason="")
    assert open_holds_on(unit) == [hold]
    services.lift_hold(actor=quality, hold_id=hold.pk, reason="fine")
    with pytest.raises(TransitionNotAllowed, match="lifted by Quality"):
        services.lift_hold(actor=quality, hold_id=hold.pk, reason="again")


def test_a_supplier_lot_is_held_with_all_that_was_made_of_it(quality) -> None:
    sheet, plate, made, _link = chain()
    other = stock.released("SHEET", "10", "cm2", supplier_lot="S-2")
    hold = services.place_hold(actor=quality, target=HoldTarget.supplier_lot(sheet.lot.supplier_id, "S-1"), reason=WHY)
    found = holds_of_units([sheet, plate, made, other])
    assert found == {sheet.pk: [hold], plate.pk: [hold], made.pk: [hold], other.pk: []}


def test_what_was_taken_out_again_is_not_held_by_it(quality) -> None:
    sheet, plate, made, link = chain()
    services.remove_link(actor=SETUP, link_id=link.pk, quantity=Decimal(1), return_to=stock.place(), reason="wrong")
    services.place_hold(actor=quality, target=HoldTarget.supplier_lot(sheet.lot.supplier_id, "S-1"), reason=WHY)
    assert open_holds_on(made) == []
    assert len(open_holds_on(plate)) == 1


def test_a_lot_alone_or_with_what_was_made_of_it(quality) -> None:
    _sheet, plate, made, _link = chain()
    alone = services.place_hold(actor=quality, target=HoldTarget.lot(plate.lot_id), reason=WHY)
    assert (open_holds_on(plate), open_holds_on(made)) == ([alone], [])
    wide = services.place_hold(actor=quality, target=HoldTarget.lot(plate.lot_id, with_descendants=True), reason=WHY)
    assert (open_holds_on(plate), open_holds_on(made)) == ([alone, wide], [wide])


def test_a_batch_is_held_with_its_serials_and_its_split_lots(quality) -> None:
    parent = stock.batch()
    serial = services.open_serials(actor=SETUP, parent_lot_id=parent.pk, serials=["SN-1"])[0]
    unit = services.produce(actor=SETUP, lot_id=serial.pk, quantity=Decimal(1), place=stock.place("WIP", "production"))
    hold = services.place_hold(actor=quality, target=HoldTarget.lot(parent.pk), reason=WHY)
    assert open_holds_on(unit) == [hold]


def test_an_item_is_held_wherever_it_is(quality) -> None:
    one, other = stock.released(), stock.released("SCREW", "1", "pcs")
    hold = services.place_hold(actor=quality, target=HoldTarget.item(one.lot.item_id), reason=WHY)
    assert holds_of_units([one, other]) == {one.pk: [hold], other.pk: []}


def test_orders_and_equipment_are_what_the_floor_says(quality, monkeypatch) -> None:
    one, other = stock.released(), stock.released()

    def made_by(lot_ids):
        return [
            LotContext(
                one.lot_id,
                orders=(("shopfloor.workorder", 5),),
                equipment=((3, datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)),),
            )
        ]

    monkeypatch.setitem(events._providers, "inventory.lot_context", ("tests.inventory.test_holds.provider",))
    monkeypatch.setattr("tests.inventory.test_holds.provider", made_by, raising=False)
    hold = services.place_hold(
        actor=quality, target=HoldTarget.order(RecordRef("shopfloor.workorder", 5, "WO-5")), reason=WHY
    )
    assert holds_of_units([one, other]) == {one.pk: [hold], other.pk: []}
    assert hold.target_number == "WO-5"


def test_the_queries_do_not_grow_with_the_containers(quality, django_assert_num_queries) -> None:
    units = [stock.released() for _ in range(6)]
    services.place_hold(actor=quality, target=HoldTarget.supplier_lot(units[0].lot.supplier_id, "S-1"), reason=WHY)
    for group in (units[:1], units):
        with django_assert_num_queries(4):
            holds_of_units(group)
    with django_assert_num_queries(4):
        open_holds_on(units[0])


def test_without_far_holds_one_query(django_assert_num_queries) -> None:
    unit = stock.released()
    with django_assert_num_queries(1):
        assert open_holds_on(unit) == []


@pytest.mark.requirement("SEC-04")
@pytest.mark.parametrize("wide", ["item", "supplier_lot"])
def test_a_hold_over_every_site_is_lifted_only_by_who_may_at_every_site(wide: str) -> None:
    unit = stock.received()[0]
    bound = person("bound")
    sync_roles()
    accounts.assign_role(actor=SETUP, user_id=bound.pk, role="quality_engineer", site=site())
    actor = actor_for(bound)
    target = (
        HoldTarget.item(unit.lot.item_id)
        if wide == "item"
        else HoldTarget.supplier_lot(unit.lot.supplier_id, unit.lot.supplier_lot)
    )
    hold = services.place_hold(actor=actor, target=target, reason="Doubt")  # to stop is for everyone who may hold
    with pytest.raises(PermissionDenied, match="This holds at every site") as refused:
        services.lift_hold(actor=actor, hold_id=hold.pk, reason="Good here")
    hold.refresh_from_db()
    assert (refused.value.code, hold.is_open, hold.lift_reason) == ("every-site", True, "")
    accounts.assign_role(actor=SETUP, user_id=bound.pk, role="quality_engineer")
    assert not services.lift_hold(actor=actor, hold_id=hold.pk, reason="Good everywhere").is_open
