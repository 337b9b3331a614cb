"""What stands at one site is not there for whoever has no role at it: in no list, by no id, to no act; nor after a role ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dhr.models import DeviceHistoryRecord
from dhr.services import request_package
from foundation.accounts import services as accounts
from foundation.accounts.models import User
from foundation.accounts.policies import may, require, require_about
from foundation.accounts.scope import scopes, sees
from foundation.accounts.services import refused as tries
from foundation.alerts.models import Alert
from foundation.core import clock
from foundation.core.errors import NotFound, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.files.selectors import visible_attachments
from foundation.records.models import LedgerEntry
from quality import services as quality
from quality.models import Nonconformance
from resources.inventory import services as inventory
from resources.inventory.models import Lot, StockUnit
from resources.inventory.selectors.reading import trace_for
from shopfloor import services as floor
from shopfloor.models import WorkOrder
from tests.access.plant import World, world
from tests.factories.people import SETUP, actor_for, both, end_of, person, site

ALL = [
    "process_engineer", "quality_engineer", "operator", "line_leader", "warehouse", "planner", "qa_releaser", "auditor",
    "system_owner", "technician",
]  # fmt: skip
SCOPED_LISTS = [
    "orders", "cards", "steps", "reports", "corrections", "travellers", "batch-records", "nonconformances", "deviations",
    "inspections", "equipment", "places", "lots", "stock-units", "movements", "genealogy-links", "receipts", "prints",
    "attachments",
]  # fmt: skip


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return client


def bound(username: str, *roles: str, code: str = "SZ2", **more: Any) -> User:
    """A person with these roles at one site."""
    user = person(username, can_sign=False)
    for role in roles:
        accounts.assign_role(
            actor=SETUP, user_id=user.pk, role=role, site=site(code), **{"valid_until": end_of(role), **more}
        )
    return user


@pytest.mark.requirement("SEC-04")
class TestSites(TestCase):
    """One plant at HZ1; `elsewhere` holds every role at SZ2, `here` every role at HZ1."""

    made: World
    elsewhere: User
    here: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.made = world()
        cls.elsewhere = bound("elsewhere", *ALL)
        cls.here = bound("here", *ALL, code="HZ1")

    def test_lists_of_the_api_are_empty_elsewhere_and_full_here(self) -> None:
        there, here = client_of(self.elsewhere), client_of(self.here)
        shown = {name: len(there.get(f"/api/v1/{name}/").json()["results"]) for name in SCOPED_LISTS}
        shown.pop("attachments")  # what definitions were read from is of every site
        assert shown == dict.fromkeys(shown, 0)
        missing = [
            name for name in SCOPED_LISTS if name != "reports" and not here.get(f"/api/v1/{name}/").json()["results"]
        ]
        assert missing == []

    def test_search_and_home_tell_nothing_of_another_site(self) -> None:
        order = self.made.run.order
        numbers = [order.number, self.made.things["batch-records/"]["number"], self.made.things["prints/"]]
        there = client_of(self.elsewhere)
        home = there.get("/").content.decode()
        for number in numbers:
            assert f">{number}<" not in there.get("/search/", {"q": number, "all": ""}).content.decode()
            assert number not in home
        assert order.number in client_of(self.here).get("/search/", {"q": order.number, "all": ""}).content.decode()

    def test_an_id_that_a_person_names_is_kept_as_refused(self) -> None:
        address = reverse("shopfloor:order", args=[self.made.run.order.pk])
        there = client_of(self.elsewhere)
        assert (there.get(address).status_code, there.get(address).status_code) == (404, 404)
        [entry] = LedgerEntry.objects.filter(verb=tries.VERB)
        assert (entry.outcome, entry.actor_id, entry.data["address"], entry.data["code"]) == (
            "refused", self.elsewhere.pk, address, "not-found",
        )  # fmt: skip
        unknown = there.get(reverse("shopfloor:order", args=[10**9]))
        assert unknown.status_code == 404
        assert client_of(self.here).get(address).status_code == 200

    def test_acts_on_another_site_are_refused_and_tell_nothing(self) -> None:
        actor, things = actor_for(self.elsewhere), self.made.things
        credentials = both(self.elsewhere)
        acts: list[Callable[[], Any]] = [
            lambda: floor.hold_order(actor=actor, order_id=things["api/v1/orders/"], reason="No"),
            lambda: floor.start_card(actor=actor, card_id=things["api/v1/cards/"]),
            lambda: floor.refuse_correction(
                actor=actor, correction_id=things["api/v1/corrections/"], credentials=credentials, note="No"
            ),
            lambda: quality.close_nonconformance(
                actor=actor, nonconformance_id=things["api/v1/nonconformances/"]["pk"]
            ),
            lambda: quality.close_deviation(actor=actor, deviation_id=things["api/v1/deviations/"]["pk"], reason="No"),
            lambda: inventory.change_status(
                actor=actor, stock_unit_id=things["api/v1/stock-units/"], event="reject", reason="No"
            ),
            lambda: inventory.lift_hold(actor=actor, hold_id=things["api/v1/holds/"], reason="No"),
            lambda: request_package(actor=actor, record_id=things["api/v1/batch-records/"]),
        ]
        for number, do in enumerate(acts):
            before = LedgerEntry.objects.count()
            with self.subTest(act=number), pytest.raises(NotFound) as refused:
                do()
            newest = LedgerEntry.objects.latest("pk")
            assert (LedgerEntry.objects.count() - before, newest.outcome, newest.data["code"]) == (
                1,
                "refused",
                "not-found",
            )
            assert str(refused.value.reason) == str(NotFound.here().reason)
        assert WorkOrder.objects.get(pk=things["api/v1/orders/"]).state == "in_process"
        assert Nonconformance.objects.get().state == "decided"

    def test_files_follow_their_subject(self) -> None:
        kept = self.made.things["files/"]
        assert visible_attachments(actor_for(self.here)).filter(pk=kept).exists()
        assert not visible_attachments(actor_for(self.elsewhere)).filter(pk=kept).exists()
        blind = bound("blind", "warehouse", code="HZ1")  # no files for this role at all
        assert client_of(blind).get(reverse("files:attachment-download", args=[kept])).status_code == 403
        assert client_of(self.elsewhere).get(reverse("files:attachment-download", args=[kept])).status_code == 404
        assert client_of(self.here).get(reverse("files:attachment-download", args=[kept])).status_code == 200

    def test_a_lot_that_travels_is_of_both_sites_and_a_trace_says_what_it_does_not_name(self) -> None:
        unit = StockUnit.objects.select_related("lot").get(pk=self.made.things["api/v1/stock-units/"])
        reader = actor_for(bound("reader", "auditor"))
        far = inventory.create_place(actor=SETUP, code="SZ-WH", name={"en": "SZ"}, kind="stock", site=site("SZ2"))
        assert not Lot.objects.visible_to(reader).filter(pk=unit.lot_id).exists()
        inventory.move_stock(actor=SETUP, stock_unit_id=unit.pk, place=far)
        assert Lot.objects.visible_to(reader).filter(pk=unit.lot_id).exists()
        assert Lot.objects.visible_to(actor_for(self.here)).filter(pk=unit.lot_id).exists()
        link = self.made.things["api/v1/genealogy-links/"]
        start = [Lot.objects.get(used_in__pk=link).pk]
        whole, masked = trace_for(actor_for(self.here), start), trace_for(reader, start)
        assert (len(masked.nodes), len(masked.links)) == (len(whole.nodes), len(whole.links))
        assert (whole.hidden, masked.hidden) == (0, len(whole.nodes))
        assert {node.number for node in masked.nodes.values()} == {"at another site"}

    def test_the_queries_of_a_list_do_not_grow_with_its_rows(self) -> None:
        client = client_of(self.here)

        def queries() -> int:
            with CaptureQueriesContext(connection) as caught:
                assert client.get(reverse("shopfloor:order-list")).status_code == 200
            return len(caught)

        queries()  # the first one begins a session
        few = queries()
        for _number in range(5):
            floor.plan_order(
                actor=SETUP,
                item_id=self.made.run.order.item_id,
                quantity=Decimal(3),
                site_id=self.made.run.order.site_id,
            )
        assert queries() == few

    def test_an_auditor_sees_only_within_the_time_and_the_site(self) -> None:
        record = DeviceHistoryRecord.objects.get(pk=self.made.things["api/v1/batch-records/"])
        ref = RecordRef.to(record)
        until = clock.now() + timedelta(hours=1)
        auditor = bound("inspector", "auditor", code="HZ1", valid_until=until)
        address = reverse("dhr:record", args=[record.number])
        client = client_of(auditor)
        assert (client.get(address).status_code, sees(actor_for(auditor), ref)) == (200, True)
        with time_machine.travel(until - timedelta(seconds=1), tick=False):
            assert may(actor_for(auditor), "dhr.view_record", record.batch.order.site_id)
        with time_machine.travel(until + timedelta(seconds=1), tick=False):
            assert not may(actor_for(auditor), "dhr.view_record", record.batch.order.site_id)
            assert not sees(actor_for(auditor), ref)
        elsewhere = client_of(bound("inspector2", "auditor"))
        assert elsewhere.get(address).status_code == 404
        assert elsewhere.get(reverse("portal:record-trail", args=[ref.label, ref.id])).status_code == 404

    def test_a_retired_person_may_nothing(self) -> None:
        user = bound("leaver", "auditor", code="HZ1")
        address = reverse("dhr:record-list")
        client = client_of(user)
        assert client.get(address).status_code == 200
        accounts.retire_user(actor=SETUP, user_id=user.pk, reason="Left")
        assert client.get(address).status_code in (302, 403)
        with pytest.raises(PermissionDenied):
            require(actor_for(user), "dhr.view_record")

    def test_someone_of_the_site_without_the_right_is_told_so(self) -> None:
        """Where the thing may be seen, the refusal says what is missing; only elsewhere does it say nothing."""
        operator = actor_for(bound("hand", "operator", code="HZ1"))
        with pytest.raises(PermissionDenied):
            require_about(operator, "dhr.release_record", DeviceHistoryRecord.objects.earliest("pk"))
        with pytest.raises(NotFound):
            require_about(actor_for(self.elsewhere), "dhr.release_record", DeviceHistoryRecord.objects.earliest("pk"))


@pytest.mark.django_db
@pytest.mark.requirement("SEC-01", "SEC-04")
def test_doors_that_are_tried_are_kept_up_to_a_limit_and_security_is_told() -> None:
    user = person("curious", "operator", can_sign=False)
    client = client_of(user)
    assert client.get(reverse("accounts:user-list")).status_code == 403
    assert client.get("/api/v1/nonconformances/").status_code == 403
    rows = LedgerEntry.objects.filter(verb=tries.VERB, actor_id=user.pk)
    assert [row.data["code"] for row in rows] == ["permission-denied"] * 2
    for number in range(tries.MOST + 5):
        client.get(reverse("shopfloor:order", args=[10**9 + number]))
    assert rows.all().count() == tries.MOST
    [alert] = Alert.objects.filter(rule="accounts.access_probed")
    assert (alert.role, alert.subject_id, alert.severity) == ("system_owner", user.pk, "critical")
    with time_machine.travel(clock.now() + tries.WINDOW + timedelta(seconds=1)):
        assert client_of(user).get(reverse("accounts:user-list")).status_code == 403
        assert rows.all().count() == tries.MOST + 1
    assert Client().get(reverse("accounts:user-list")).status_code == 302
    assert rows.all().count() == tries.MOST + 1


def test_every_model_of_the_plant_says_who_reads_it() -> None:
    """A model that nobody names in an ``access.py`` is shown to nobody; here is what is meant to be so."""
    from django.apps import apps  # noqa: PLC0415

    read_otherwise = {  # by rules of their own: the inbox; what follows its subject; what nobody reads
        "accounts.AddressTries", "accounts.ApiTokenUse", "accounts.AuthenticationEvent", "alerts.Alert", "files.Attachment",
        "files.StoredFile", "printing.PrintJob",
    }  # fmt: skip
    ours = ("accounts", "files", "printing", "alerts", "webhooks", "imports", "personnel", "equipment", "bom", "routing",
            "inventory", "changecontrol", "quality", "shopfloor", "dhr")  # fmt: skip
    known = {model._meta.label for model in scopes()}
    found = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in ours and not model.__name__.startswith("Historical")
    }
    assert sorted(found - known - read_otherwise) == []
