"""Field history: who, when, why, which station; and no way around it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from foundation.accounts.models import Site, User
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import LedgerEntry, bulk_create_tracked, bulk_update_tracked
from foundation.records.selectors import history_of, ledger_of
from resources.inventory.models import StockUnit
from tests.factories.people import actor_for, person

WORKER = Actor.system("worker")
pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def write_site(code: str, actor: Actor = WORKER, reason: str = "") -> Site:
    with act(actor=actor, verb="accounts.site.created", reason=reason) as this:
        site = Site(code=code, name={"en": code})
        site.save()
        this.about(site)
    return site


@pytest.mark.requirement("SEC-02")
def test_each_insert_change_and_delete_is_kept_with_who_when_why_and_where() -> None:
    user = person("planner1")
    site = write_site("SH2", reason="new plant")
    with act(actor=actor_for(user, station="BENCH-1"), verb="accounts.site.moved", reason="moved house") as changing:
        site.time_zone = "Asia/Shanghai"
        site.save()
    with act(actor=WORKER, verb="accounts.site.dropped"):
        pk = site.pk
        site.delete()
    deleted, changed, created = Site.history.filter(id=pk)
    assert (created.history_type, created.history_user, created.history_actor) == ("+", None, "system:worker")
    assert created.history_change_reason == "new plant"
    assert (changed.history_type, changed.history_user, changed.history_actor) == ("~", user, "Planner1")
    assert (changed.history_station, changed.history_change_reason) == ("BENCH-1", "moved house")
    assert changed.history_date == changing.at
    assert (created.time_zone, changed.time_zone) == ("UTC", "Asia/Shanghai")
    assert deleted.history_type == "-"


def test_without_a_reason_the_verb_is_the_reason() -> None:
    assert write_site("SH2").history.get().history_change_reason == "accounts.site.created"


@pytest.mark.parametrize("write", ["update", "delete", "bulk_create", "bulk_update"])
@pytest.mark.parametrize("way", [Site.objects, User.objects])
def test_what_would_go_around_the_history_is_refused(write: str, way: object) -> None:
    site = write_site("SH2")
    arguments = {"update": {"code": "X"}, "delete": {}}.get(write)
    rows = way.all()  # type: ignore[attr-defined]
    with act(actor=WORKER, verb="t.t.t"), pytest.raises(TypeError, match="would bypass the history"):
        getattr(rows, write)(**arguments) if arguments is not None else getattr(rows, write)([site])
    assert Site.objects.get().code == "SH2"


def test_many_rows_are_written_with_their_history() -> None:
    with act(actor=WORKER, verb="t.t.t", reason="first load"):
        rows = bulk_create_tracked(Site, [Site(code=f"S{n}", name={"en": "x"}) for n in range(5)])
        for row in rows:
            row.time_zone = "Asia/Shanghai"
        assert bulk_update_tracked(Site, rows, ["time_zone"]) == 5
    assert Site.history.filter(history_type="+", time_zone="UTC").count() == 5
    assert Site.history.filter(history_type="~", time_zone="Asia/Shanghai").count() == 5
    assert set(Site.history.values_list("history_change_reason", flat=True)) == {"first load"}
    assert list(LedgerEntry.objects.latest("id").tables) == ["accounts_historicalsite"]


def test_selectors_find_the_history_and_the_acts_of_a_record() -> None:
    site = write_site("SH2")
    with act(actor=WORKER, verb="a.b.linked") as this:
        this.relate(site)
        site.time_zone = "Asia/Shanghai"
        site.save()
    other = write_site("SH3")
    assert [entry.verb for entry in ledger_of(RecordRef.to(site))] == ["a.b.linked", "accounts.site.created"]
    assert len(ledger_of(RecordRef.to(site), RecordRef.to(other))) == 3
    assert [row.history_type for row in history_of([site])] == ["~", "+"]


def test_a_person_in_a_history_cannot_be_deleted_even_by_their_id() -> None:
    user = person("planner1")
    with act(actor=actor_for(user), verb="t.t.t"):
        write_site("SH2", actor_for(user))
    relation = Site.history.model._meta.get_field("history_user").remote_field
    assert relation.on_delete.__name__ == "PROTECT"


def test_all_check_constraints_are_asked_together_and_the_broken_one_is_named(
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    """`StockUnit` has two checks: three statements (savepoint, question, release) for both."""
    good = StockUnit(quantity=Decimal(1), unit="pcs", status="released", container="C-1")
    with django_assert_num_queries(3):
        good.validate_constraints()
    bad = StockUnit(quantity=Decimal(-1), unit="pcs", status="nowhere", container="C-1")
    with pytest.raises(ValidationError) as refused:
        bad.validate_constraints()
    assert refused.value.messages == [
        "Constraint “inventory_stockunit_not_negative” is violated.",
        "Constraint “inventory_stockunit_status_known” is violated.",
    ]
    bad.validate_constraints(exclude={"quantity", "status"})  # what is not looked at cannot be wrong
