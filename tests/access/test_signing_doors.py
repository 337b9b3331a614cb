"""A signature that comes from outside says what its signer saw, and answers one dialog: at the desk, at the tablet, by the API.

Over the views themselves: what a page shows is posted back; a state that was not shown is refused; a dialog is answered once.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from dhr.models import DeviceHistoryRecord
from foundation.accounts.models import AuthenticationEvent
from foundation.records.models import LedgerEntry, Signature
from quality.models import Deviation, Disposition, Nonconformance
from quality.services import raise_deviation, raise_nonconformance, record_cause
from quality.services.places import Found
from shopfloor.models import SecondCheck, WorkCard
from tests.accounts.test_factors import code_of, enrol
from tests.factories.floor import Running, qualify, record, report, scan, started
from tests.factories.people import SECRET
from tests.factories.signing import FORM, HIDDEN, dialog_on, read_headers
from tests.factories.stock import released
from tests.shopfloor.test_views import checked_run
from tests.shopfloor.venturi import venturi

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("21CFR11.70", "21CFR11.200(a)(1)")]
BACKEND = "foundation.accounts.backends.PlantBackend"
UNSAID = "Nothing says what was on your screen when you signed."
CHANGED = "The record changed since it was shown to you."


def client_of(run: Running, name: str) -> Client:
    client = Client()
    client.force_login(run.plant.user(name), backend=BACKEND)
    return client


def api_of(run: Running, name: str) -> APIClient:
    client = APIClient()
    client.force_login(run.plant.user(name), backend=BACKEND)
    return client


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def run() -> Running:
    return venturi()


@dataclass
class Signed:
    """One act of signing at the desk: the page with its dialog, where it posts, what else it takes, and what it writes."""

    page: str
    action: str
    given: dict[str, str]
    kept: str  # what was written in words, and must stand there again after a refusal

    def post(self, client: Client, **more: str) -> Any:
        return client.post(self.action, {"identity": "quality", "secret": SECRET, **self.given, **more})


def a_deviation(run: Running) -> Signed:
    made = raise_deviation(
        actor=run.plant.operator, source="report", description="Other", found=Found(order_number=run.order.number)
    )
    page = reverse("quality:deviation", args=[made.number])
    action = reverse("quality:deviation-decide", args=[made.number])
    return Signed(page, action, {"accepted": "yes", "reason": "No harm seen"}, "No harm seen")


def a_nonconformance(run: Running) -> Signed:
    made = raise_nonconformance(
        actor=run.plant.operator, source="report", lot_id=run.batch.lot_id, stock_unit_id=run.batch.stock_unit_id,
        quantity=Decimal(1), unit="pcs", defect_code="scratched", description="Scratched",
        found=Found(card_id=run.card(10).pk, order_number=run.order.number),
    )  # fmt: skip
    page = reverse("quality:nonconformance", args=[made.number])
    action = reverse("quality:nonconformance-decide", args=[made.number])
    given = {"kind": "scrap", "quantity": "1", "justification": "Too deep"}
    return Signed(page, action, given, "Too deep")


@pytest.mark.parametrize("make", [a_deviation, a_nonconformance])
class TestDesk:
    def test_without_what_was_shown_nothing_is_signed_and_the_input_is_kept(self, run: Running, make: Any) -> None:
        what, client = make(run), client_of(run, "quality")
        seen = dialog_on(client, what.page, what.action)
        for missing in ({}, {"shown": seen["shown"]}, {"dialog": seen["dialog"]}):
            refused = what.post(client, **missing)
            assert (refused.status_code, UNSAID in text_of(refused)) == (422, True)
            assert what.kept in text_of(refused)
            assert 'name="identity" value="quality"' in text_of(refused)
            assert SECRET not in text_of(refused)
        assert not Signature.objects.filter(signer=run.plant.user("quality")).exists()
        assert not Deviation.objects.exclude(state="open").exists()
        assert not Disposition.objects.exists()
        assert LedgerEntry.objects.filter(outcome="refused", data__code="not-shown").count() == 3
        again = dict(part for part in [("shown", seen["shown"]), ("dialog", dialog_of(refused, what.action))])
        assert what.post(client, **again).status_code == 302

    def test_another_state_than_the_one_shown_is_not_signed(self, run: Running, make: Any) -> None:
        what, client = make(run), client_of(run, "quality")
        seen = dialog_on(client, what.page, what.action)
        refused = what.post(client, **{**seen, "shown": "0" * 64})
        assert (refused.status_code, CHANGED in text_of(refused)) == (409, True)
        assert not Signature.objects.filter(signer=run.plant.user("quality")).exists()

    def test_a_dialog_is_answered_once(self, run: Running, make: Any) -> None:
        first, client = make(run), client_of(run, "quality")
        seen = dialog_on(client, first.page, first.action)
        assert first.post(client, **seen).status_code == 302
        before = Signature.objects.count()
        second = make(run) if make is a_deviation else first
        fresh = {"shown": dialog_on(client, second.page, second.action)["shown"]} if make is a_deviation else {}
        replayed = second.post(client, **{**seen, **fresh})
        assert replayed.status_code in {409, 422}
        assert make is not a_deviation or "This was signed already, once." in text_of(replayed)
        assert Signature.objects.count() == before
        assert AuthenticationEvent.objects.filter(dialog=seen["dialog"]).count() == 1


def dialog_of(answer: Any, action: str) -> str:

    [fields] = [dict(HIDDEN.findall(form)) for where, form in FORM.findall(text_of(answer)) if where == action]
    return str(fields["dialog"])


def test_what_changed_between_showing_and_signing_is_read_again(run: Running) -> None:
    what, client = a_nonconformance(run), client_of(run, "quality")
    seen = dialog_on(client, what.page, what.action)
    found = Nonconformance.objects.latest("pk")
    record_cause(actor=run.plant.quality, nonconformance_id=found.pk, cause_code="tool-wear", cause="Worn")
    refused = what.post(client, **seen)
    assert (refused.status_code, CHANGED in text_of(refused)) == (409, True)
    assert not Disposition.objects.exists()
    assert what.post(client, **dialog_on(client, what.page, what.action)).status_code == 302


def test_the_dialog_of_a_batch_record_opens_again_with_what_was_written(run: Running) -> None:
    """Refused by the state of the record: on its own page, the dialog is open, note and identity stand in it, no secret."""
    record_ = DeviceHistoryRecord.objects.get()
    page, client = reverse("dhr:record", args=[record_.number]), client_of(run, "releaser")
    seen = dialog_on(client, page, "/review/")
    given = {"identity": "releaser", "secret": SECRET, "reason": "Looked through", **seen}
    refused = client.post(reverse("dhr:record-review", args=[record_.number]), given)
    assert refused.status_code == 409
    assert '<details class="ar-act" data-controller="sheet" open>' in text_of(refused)
    assert 'name="identity" value="releaser"' in text_of(refused)
    assert SECRET not in text_of(refused)
    assert seen["dialog"] not in text_of(refused)
    assert not Signature.objects.filter(record_label="dhr.devicehistoryrecord").exists()


class TestTablet:
    def finished(self, run: Running) -> WorkCard:
        card = started(run, 10)
        scan(run, card, released("RESIN", "500", "g").container)
        report(run, card, 5)
        return card

    def complete(self, client: Client, card: WorkCard, **more: Any) -> Any:
        given = {"key": uuid4(), "identity": "operator", "secret": SECRET, **more}
        return client.post(f"/shop/cards/{card.pk}/complete/", given)

    def test_a_card_is_signed_as_it_stands_on_the_tablet(self, run: Running) -> None:
        card, client = self.finished(run), client_of(run, "operator")
        seen = dialog_on(client, f"/shop/cards/{card.pk}/", "/complete/")
        assert seen["shown"] == dialog_on(client, f"/shop/cards/{card.pk}/complete/", "/complete/")["shown"]
        for wrong, status, words in (
            ({}, 422, UNSAID),
            ({**seen, "shown": ""}, 422, UNSAID),
            ({**seen, "dialog": ""}, 422, UNSAID),
            ({**seen, "shown": "0" * 64}, 409, CHANGED),
        ):
            refused = self.complete(client, card, **wrong)
            assert (refused.status_code, words in text_of(refused)) == (status, True), wrong
            assert "All done: sign the card" in text_of(refused)
        assert WorkCard.objects.get(pk=card.pk).state == "running"
        assert not Signature.objects.exists()
        assert self.complete(client, card, **seen).status_code == 302
        assert Signature.objects.get().record_number == card.number

    def test_a_dialog_of_one_card_signs_no_other(self, run: Running) -> None:
        card, client = self.finished(run), client_of(run, "operator")
        seen = dialog_on(client, f"/shop/cards/{card.pk}/", "/complete/")
        assert self.complete(client, card, **seen).status_code == 302
        qualify(run.plant.user("operator"), "bench")
        other = started(run, 30)
        replayed = self.complete(client, other, **seen)
        assert replayed.status_code in {409, 422}
        assert WorkCard.objects.get(pk=other.pk).state == "running"
        assert Signature.objects.count() == 1

    def test_a_witness_signs_what_the_tablet_shows(self) -> None:
        run = checked_run(second="witness")
        card = started(run, 10)
        made = record(run, card, "10.10", "1.52", 1).record
        run.plant.user("operator2")
        client, where = client_of(run, "operator"), f"/shop/cards/{card.pk}/check/{made.pk}/"
        given = {"identity": "operator2", "secret": SECRET}
        seen = dialog_on(client, f"/shop/cards/{card.pk}/", where)
        assert (answer := client.post(where, given)).status_code == 422
        assert UNSAID in text_of(answer)
        assert client.post(where, {**given, **seen, "shown": "0" * 64}).status_code == 409
        assert not SecondCheck.objects.exists()
        assert client.post(where, {**given, **seen}).status_code == 302
        assert SecondCheck.objects.get().signature.signer.username == "operator2"


@pytest.mark.requirement("BEY-21")
class TestApi:
    def decide(self, client: APIClient, deviation: int, headers: dict[str, str], **more: Any) -> Any:
        body = {"accepted": True, "decision": "No harm", "identity": "quality", "secret": SECRET, **more}
        return client.post(f"/api/v1/deviations/{deviation}/decide/", body, format="json", headers=headers)

    def test_it_says_what_was_read_and_has_a_key(self, run: Running) -> None:
        a_deviation(run)
        deviation, client = Deviation.objects.get().pk, api_of(run, "quality")
        seen = read_headers(client, f"/api/v1/deviations/{deviation}/")
        for headers, more, status, code, field in (
            ({}, {}, 422, "not-shown", "shown"),
            ({"Idempotency-Key": seen["Idempotency-Key"]}, {}, 422, "not-shown", "shown"),
            ({"If-Match": seen["If-Match"]}, {}, 422, "not-shown", "Idempotency-Key"),
            ({**seen, "If-Match": '"1"'}, {}, 409, "changed-since-shown", ""),
            (seen, {"shown": "0" * 64}, 409, "changed-since-shown", ""),
        ):
            refused = self.decide(client, deviation, headers, **more)
            told = refused.json()
            assert (refused.status_code, told["code"], told["field"]) == (status, code, field)
        assert (Deviation.objects.get().state, Signature.objects.count()) == ("open", 0)
        shown = seen["If-Match"].strip('"')
        done = self.decide(client, deviation, {"Idempotency-Key": seen["Idempotency-Key"]}, shown=shown)
        assert (done.status_code, done.json()["state"]) == (200, "accepted")
        assert AuthenticationEvent.objects.get(kind="signature").dialog == f"api:{seen['Idempotency-Key']}"
        again = self.decide(client, deviation, {"Idempotency-Key": seen["Idempotency-Key"]}, shown=shown)
        assert (again.status_code, again["Idempotent-Replayed"], Signature.objects.count()) == (200, "true", 1)

    def test_a_key_that_signed_signs_nothing_else(self, run: Running) -> None:
        a_deviation(run)
        a_deviation(run)
        one, other = Deviation.objects.order_by("pk").values_list("pk", flat=True)
        client = api_of(run, "quality")
        seen = read_headers(client, f"/api/v1/deviations/{one}/")
        assert self.decide(client, one, seen).status_code == 200
        headers = {**read_headers(client, f"/api/v1/deviations/{other}/"), "Idempotency-Key": seen["Idempotency-Key"]}
        refused = self.decide(client, other, headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "signed-already")
        assert Deviation.objects.get(pk=other).state == "open"

    def test_the_second_factor_is_asked_for_and_taken(self, run: Running) -> None:
        a_deviation(run)
        deviation, client = Deviation.objects.get().pk, api_of(run, "quality")
        key = enrol(run.plant.user("quality"))
        with override_settings(SECOND_FACTOR_TO_SIGN="all"):
            seen = read_headers(client, f"/api/v1/deviations/{deviation}/")
            refused = self.decide(client, deviation, seen)
            assert (refused.status_code, refused.json()["code"]) == (403, "second-factor")
            assert Deviation.objects.get().state == "open"
            assert self.decide(client, deviation, seen, factor=code_of(key)).status_code == 200
