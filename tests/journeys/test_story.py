"""From the published parts list to a package that a stranger verifies: the main job, asserted at its corners."""

import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from config.portal.addresses import address_of
from demo.people import PASSWORD, at_desk
from dhr.blockers import blockers_of
from dhr.compile import load_scope, record_content
from dhr.compile.completeness import completeness
from dhr.compile.units import piece_states
from dhr.models import DeviceHistoryRecord, Package, RecordVersion
from foundation.accounts.models import CaptureSession, User
from foundation.core.canonical import content_hash
from foundation.core.web.meanings import meaning_words
from foundation.records import verification
from foundation.records.models import LedgerEntry, Outcome, Signature
from quality.models import Nonconformance
from resources.inventory.models import GenealogyLink, HoldTarget, Lot, StockUnit
from resources.inventory.selectors import trace
from resources.inventory.services import lift_hold, place_hold
from routing.models import ProcessCard, RoutingRevision
from shopfloor.models import StepRecord, TestFile, WorkOrder
from tests.journeys.conftest import Journey

pytestmark = [pytest.mark.pg15]


@pytest.mark.requirement("CHG-07", "PLT-06", "PRC-06")
def test_only_the_change_published_and_the_pinch_valve_stayed_a_draft(journey: Journey) -> None:
    assert {card.item.number for card in ProcessCard.objects.select_related("item")} == {
        "VENTURI",
        "ADAPTER-PLATE",
        "BLOWER",
    }
    assert all(content_hash(card.content) == card.content_hash for card in ProcessCard.objects.all())
    assert RoutingRevision.objects.get(item__number="PINCH-VALVE").state == "draft"


@pytest.mark.requirement("QMS-04", "FLR-24", "TRC-10")
def test_five_venturis_were_made_and_four_released(journey: Journey) -> None:
    record = DeviceHistoryRecord.objects.get(lot__item__number="VENTURI")
    states = piece_states(load_scope(record))
    assert states == {1: "good", 2: "good", 3: "good", 4: "scrapped", 5: "good"}
    assert [release.quantity for release in record.releases.all()] == [Decimal(4)]
    released = StockUnit.objects.filter(lot=record.lot, status="released", quantity__gt=0)
    assert sum(unit.quantity for unit in released) == 4
    nonconformance = Nonconformance.objects.get()
    assert (nonconformance.unit_numbers, nonconformance.state) == ([4], "closed")


@pytest.mark.requirement("PLT-10", "FLR-03", "FLR-13", "FLR-22", "BEY-14", "21CFR11.10(f)", "21CFR11.10(i)")
@pytest.mark.parametrize(
    ("code", "times"),
    [
        ("not-qualified", 1),
        ("calibration-overdue", 1),
        ("expired", 1),
        ("held", 1),
        ("wrong-item", 1),
        ("waiting", 1),
        ("same-person", 2),
        ("first-piece-pending", 1),
        ("file-used", 1),
        ("component-unreleased", 1),
        ("confirm-out-of-limits", 1),
    ],
)
def test_each_refusal_is_kept_in_the_ledger_with_its_reason(journey: Journey, code: str, times: int) -> None:
    kept = LedgerEntry.objects.filter(outcome=Outcome.REFUSED, data__code=code)
    assert kept.count() == times
    assert all(entry.data["refusal"] for entry in kept)


@pytest.mark.requirement("FLR-13")
def test_the_abandoned_value_is_told_and_the_corrected_one_counts(journey: Journey) -> None:
    abandoned = LedgerEntry.objects.get(outcome=Outcome.REFUSED, data__code="confirm-out-of-limits")
    assert abandoned.data["details"]["value"] == "5.15"
    counted = StepRecord.objects.get(card__order__item__number="VENTURI", step_key="30.20", unit_no=2)
    assert (counted.number, counted.outcome) == (Decimal("5.51"), "in")


@pytest.mark.requirement("COL-01")
def test_the_implausible_sample_is_excluded_with_a_reason_that_the_record_tells(journey: Journey) -> None:
    file = TestFile.objects.get(file_name="blower_flow-test-21818rpm.csv")
    assert {one["row"] for one in file.implausible} == {257}  # t = 12.85 s, as the data's README says
    content = record_content(load_scope(DeviceHistoryRecord.objects.get(lot__serial="SN-000002")))
    [excluded] = [one for one in content["exceptions"] if one["code"] == "sample-excluded"]
    assert "−4194337.5" in excluded["text"]
    assert excluded["person"] == "Sofia Rossi"
    assert content["attachments"][0]["origin"] == "asserted by operator"


@pytest.mark.requirement("TRC-01", "BOM-03")
def test_trace_reaches_both_serials_from_the_acrylic_and_its_supplier_lot_back(journey: Journey) -> None:
    acrylic = Lot.objects.get(item__number="8560K357")
    serials = set(Lot.objects.exclude(serial="").values_list("pk", flat=True))
    assert serials <= trace([acrylic.pk], "down").nodes.keys()
    up = trace(sorted(serials), "up").nodes
    assert up[acrylic.pk].supplier_lot == "8560K357-2026-11"


def test_the_removed_part_is_history_and_not_net(journey: Journey) -> None:
    venturi = Lot.objects.get(item__number="VENTURI")
    nipples = Lot.objects.filter(item__number="5463K3").first()
    links = GenealogyLink.objects.filter(produced_lot=venturi, consumed_lot=nipples).order_by("pk")
    assert [link.kind for link in links].count("remove") == 1
    net = sum(link.quantity if link.kind == "consume" else -link.quantity for link in links)
    assert net == 8  # two for each of the four


@pytest.mark.requirement("TRC-03", "TRC-09")
def test_the_blower_refers_to_the_plates_by_the_hash_of_what_was_released(journey: Journey) -> None:
    plates = DeviceHistoryRecord.objects.get(lot__item__number="ADAPTER-PLATE")
    released = plates.releases.get().version
    content = RecordVersion.objects.filter(record__lot__serial="SN-000001").latest("version").content
    assert content["sub_records"] == [
        {
            "number": plates.number,
            "subject": plates.lot.number,
            "state": "released",
            "content_hash": released.content_hash,
        }
    ]
    assert content["completeness"]["complete"] is True
    assert WorkOrder.objects.get(item__number="BLOWER").state == "completed"


@pytest.mark.requirement("TRC-08", "BEY-01")
def test_the_package_is_intact_and_a_flipped_byte_is_named(journey: Journey) -> None:
    with zipfile.ZipFile(journey.archive) as package:
        names = package.namelist()
        dhr = json.loads(package.read("dhr.json"))
    assert {"dhr.pdf", "dhr.json", "proof/ledger.json", "manifest.json", "manifest.sig", "verify.py"} <= set(names)
    assert dhr["number"] == journey.records[-1].number
    damaged = bytearray(journey.archive.read_bytes())
    place = damaged.find(b'"schema":"dhr/1"')
    damaged[place] ^= 1
    broken = journey.archive.with_name("broken.zip")
    broken.write_bytes(damaged)
    verdict = subprocess.run(
        [sys.executable, "-I", str(journey.archive.parent / "verify.py"), str(broken)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verdict.returncode == 1
    assert "dhr.json" in verdict.stdout


@pytest.mark.requirement("TRC-05", "BEY-02")
def test_verify_records_finds_nothing_on_what_the_story_left(journey: Journey) -> None:
    assert verification.verify().findings == []


@pytest.mark.requirement("TRC-03", "TRC-09")
def test_each_entry_taken_out_of_a_complete_record_is_named_as_missing(journey: Journey) -> None:
    """The rows stay (they are written once); each is hidden from the check in turn."""
    record = DeviceHistoryRecord.objects.get(lot__serial="SN-000001")
    whole = load_scope(record)
    assert completeness(whole).missing == []
    demanded = {step.step_key for step in whole.steps if step.kind != "material_scan"}
    assert len(demanded) == 9
    for key in sorted(demanded):
        scope = load_scope(record)
        scope.steps = [step for step in whole.steps if step.step_key != key]
        assert [one.where.split()[0] for one in completeness(scope).missing] == [key]


@pytest.mark.requirement("TRC-09", "TRC-12")
def test_each_part_taken_out_is_named_with_its_quantity(journey: Journey) -> None:
    record = DeviceHistoryRecord.objects.get(lot__serial="SN-000001")
    whole = load_scope(record)
    positions = {link.position for link in whole.links}
    for position in sorted(positions):
        scope = load_scope(record)
        scope.links = [link for link in whole.links if link.position != position]
        missing = completeness(scope).missing
        assert {one.code for one in missing} == {"material-missing"}
        assert {one.where.split()[1] for one in missing} == {position}


@pytest.mark.requirement("TRC-10", "QMS-04")
def test_a_component_held_after_it_was_consumed_blocks_the_record(journey: Journey) -> None:
    record = DeviceHistoryRecord.objects.get(lot__serial="SN-000001")
    assert blockers_of(load_scope(record), for_release=True) == []
    acrylic = Lot.objects.get(item__number="8560K357")
    hold = place_hold(actor=at_desk("quality"), target=HoldTarget.lot(acrylic.pk), reason="Supplier notice")
    [blocker] = [one for one in blockers_of(load_scope(record), for_release=False) if one.code == "component-held"]
    assert "8560K357" in blocker.text
    lift_hold(actor=at_desk("quality"), hold_id=hold.pk, reason="Notice withdrawn")
    assert blockers_of(load_scope(record), for_release=False) == []


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="foundation.accounts.backends.PlantBackend")
    return client


PAGES = ("record", "record-operations", "record-materials", "record-trail", "record-packages")


@pytest.mark.requirement("TRC-03", "TRC-06")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", PAGES)
def test_every_tab_of_a_record_shows(journey: Journey, page: str, language: str) -> None:
    client = client_of("auditor")
    client.cookies["django_language"] = language
    response = client.get(reverse(f"dhr:{page}", args=[journey.records[-1].number]))
    assert response.status_code == 200
    assert "SN-000002" in response.content.decode()


@pytest.mark.parametrize(
    "name", ["dhr:record-list", "quality:nonconformance-list", "quality:deviation-list", "quality:inspection-list"]
)
def test_every_list_shows_and_exports(journey: Journey, name: str) -> None:
    client = client_of("quality")
    assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse(name), {"export": "csv"})["Content-Type"].startswith("text/csv")


@pytest.mark.requirement("QMS-04")
def test_a_nonconformance_tells_disposition_and_cause(journey: Journey) -> None:
    number = Nonconformance.objects.get().number
    text = client_of("quality").get(reverse("quality:nonconformance", args=[number])).content.decode()
    assert "The throat cannot be made smaller" in text
    assert "The reamer was re-ground off size" in text


@pytest.mark.requirement("TRC-10")
def test_a_released_record_is_not_released_again_and_nothing_changes(journey: Journey) -> None:
    record: DeviceHistoryRecord = journey.records[-1]
    before = record.releases.count()
    response = client_of("releaser").post(
        reverse("dhr:record-release", args=[record.number]), {"identity": "releaser", "secret": PASSWORD}
    )
    assert response.status_code == 409
    assert record.releases.count() == before
    assert LedgerEntry.objects.filter(verb="dhr.record.released", outcome="refused", subject_id=record.pk).exists()


@pytest.mark.requirement("SEC-01")
def test_an_operator_sees_no_batch_records(journey: Journey) -> None:
    assert client_of("operator").get(reverse("dhr:record-list")).status_code == 403


@pytest.mark.requirement("TRC-08")
def test_the_package_downloads_as_it_was_made(journey: Journey) -> None:
    package = Package.objects.get()
    response = client_of("auditor").get(reverse("dhr:package-download", args=[package.record.number, package.sha256]))
    assert response.content == journey.archive.read_bytes()
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.requirement("BEY-21")
def test_the_api_tells_the_same_record_and_hands_out_the_package(journey: Journey) -> None:
    client = client_of("auditor")
    record = journey.records[-1]
    listed = client.get("/api/v1/batch-records/", {"lot__serial": "SN-000002"}).json()["results"]
    assert [row["number"] for row in listed] == [record.number]
    content = client.get(f"/api/v1/batch-records/{record.pk}/content/").json()
    assert (content["schema"], content["completeness"]["missing"]) == ("dhr/1", [])
    package = Package.objects.get()
    assert client.get(f"/api/v1/packages/{package.sha256}/").content == journey.archive.read_bytes()
    asked = client.post(f"/api/v1/batch-records/{record.pk}/package/")
    assert (asked.status_code, asked.json()["package"]["sha256"]) == (202, package.sha256)
    refused = client.post(
        f"/api/v1/batch-records/{record.pk}/release/", {"secret": "x"}, content_type="application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-denied")


@pytest.mark.requirement("PLT-01", "PLT-02")
@pytest.mark.parametrize("model", [DeviceHistoryRecord, Nonconformance, WorkOrder, Lot, ProcessCard])
def test_every_reference_leads_to_a_page(journey: Journey, model: type[Model]) -> None:
    row = model._default_manager.first()
    assert row is not None
    address = address_of(model._meta.label_lower, row.pk)
    assert client_of("quality").get(address, follow=True).status_code == 200


API_OF = {
    "changecontrol.changerequest": "/api/v1/change-requests/{pk}/content/",
    "bom.bomrevision": "/api/v1/boms/{pk}/",
    "quality.nonconformance": "/api/v1/nonconformances/{pk}/",
    "quality.deviation": "/api/v1/deviations/{pk}/",
    "shopfloor.workcard": "/api/v1/cards/{pk}/",
    "dhr.devicehistoryrecord": "/api/v1/batch-records/{pk}/content/",
}
# What is signed as a part of another record is shown there: an entry by its witness, a correction, a routing by its card.
WITHIN = {"shopfloor.steprecord", "shopfloor.correction", "routing.routingrevision"}


@pytest.mark.requirement("21CFR11.50(a)", "21CFR11.50(b)")
def test_every_signed_record_shows_name_moment_and_meaning_on_its_page_and_in_the_api(journey: Journey) -> None:
    signed = Signature.objects.order_by("record_label", "-id").distinct("record_label")
    assert {row.record_label for row in signed} - WITHIN <= set(API_OF)
    client = client_of("quality")
    for row in signed:
        if row.record_label in WITHIN:
            continue
        page = client.get(reverse("portal:record", args=[row.record_label, row.record_id]), follow=True)
        text = page.content.decode()
        assert row.printed_name in text, row
        assert str(meaning_words(row.meaning)) in text, row
        assert f"{row.signed_at:%H:%M:%S}" in text, row
        assert "UTC" in text, row
        assert "Valid: the record is as signed" in text or "The record changed since" in text, row
        answer = client.get(API_OF[row.record_label].format(pk=row.record_id))
        assert answer.status_code == 200, row
        shown = {
            (one["printed_name"], one["meaning"], one["time_zone"], bool(one["signed_at"]))
            for one in found_in(answer.json(), "printed_name")
            if one["content_hash"] == row.content_hash
        }
        assert (row.printed_name, row.meaning, "UTC", True) in shown


def found_in(value: Any, key: str) -> list[dict[str, Any]]:
    """Every object with this key, however deep."""
    if isinstance(value, dict):
        own = [value] if key in value and "meaning" in value else []
        return own + [found for inner in value.values() for found in found_in(inner, key)]
    return [found for inner in value for found in found_in(inner, key)] if isinstance(value, list) else []


@pytest.mark.requirement("21CFR11.50(b)")
def test_a_process_card_shows_its_signatures_too(journey: Journey) -> None:
    card = ProcessCard.objects.order_by("-pk")[0]
    rows = Signature.objects.filter(pk__in=card.signature_ids)
    text = client_of("quality").get(reverse("routing:card", args=[card.pk])).content.decode()
    given = client_of("quality").get(f"/api/v1/process-cards/{card.pk}/").json()["signatures"]
    assert {one["printed_name"] for one in given} == {row.printed_name for row in rows}
    assert all(row.printed_name in text for row in rows)
    assert rows.count() == 2


@pytest.mark.requirement("21CFR11.10(e)")
def test_the_station_stands_in_every_entry_made_at_one(journey: Journey) -> None:
    sessions = dict(CaptureSession.objects.values_list("key", "station__code"))
    entries = LedgerEntry.objects.filter(session__in=sessions)
    assert entries.count() > 100
    assert [entry for entry in entries if entry.station != sessions[entry.session]] == []
