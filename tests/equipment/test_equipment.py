"""Equipment: its class, its status, its calibration; whether it is fit, and why not."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from rest_framework.test import APIClient

from foundation.core import clock, events
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.words import spoken_day
from resources.equipment import services
from resources.equipment.events import CalibrationFailed
from resources.equipment.models import Calibration, Equipment, StatusEvent
from resources.equipment.selectors import calibration_at, equipment_by_code, fitness, measures
from resources.equipment.states import STATUS, EquipmentStatus
from tests.factories.people import SETUP, actor_for, bearer, person, site


def gauge_class(code: str = "PLUG-GAUGE"):
    return services.create_equipment_class(
        actor=SETUP, code=code, name={"en": "Plug gauge", "zh-hans": "塞规"}, is_gauge=True, quantity_kind="length"
    )


def gauge(code: str = "G-1", **more) -> Equipment:
    values = {
        "equipment_class": more.pop("equipment_class", None) or gauge_class(),
        "range_low": Decimal("4"),
        "range_high": Decimal("7"),
        "unit": "mm",
        "calibration_due": clock.today(),
        **more,
    }
    return services.register_equipment(actor=SETUP, code=code, name={"en": "Gauge"}, site=site(), **values)


def calibrate(equipment, **more) -> Calibration:
    values = {
        "done_at": clock.now() - timedelta(hours=1),
        "as_found": "+0.001 mm",
        "passed": True,
        "due": clock.today() + timedelta(days=365),
        "certificate": "CAL-1",
        **more,
    }
    return services.record_calibration(actor=SETUP, equipment_id=equipment.pk, **values)


@pytest.mark.django_db
class TestFitness:
    def test_on_its_last_day_and_the_day_after(self) -> None:
        made = gauge()
        answer = fitness(made, "PLUG-GAUGE")
        assert (answer.ok, answer.evidence["calibration_due"]) == (True, clock.today().isoformat())
        late = fitness(made, "PLUG-GAUGE", at=clock.now() + timedelta(days=1))
        assert not late.ok
        assert str(late.reason) == f"The calibration of G-1 was due on {spoken_day(clock.today())}."

    def test_another_class(self) -> None:
        made = gauge()
        assert str(fitness(made, "LASER").reason) == "G-1 is “Plug gauge”; this asks for “LASER”."
        services.create_equipment_class(actor=SETUP, code="LASER", name={"en": "Laser", "zh-hans": "激光器"})
        assert str(fitness(made, "LASER").reason) == "G-1 is “Plug gauge”; this asks for “Laser”."
        with translation.override("zh-hans"):
            assert "激光器" in str(fitness(made, "LASER").reason)

    def test_a_gauge_without_a_calibration_never_measures(self) -> None:
        made = gauge(calibration_due=None)
        assert str(fitness(made).reason) == "G-1 has no valid calibration."
        calibrate(made)
        assert fitness(Equipment.objects.get()).ok

    def test_down_is_not_available(self) -> None:
        made = gauge()
        services.set_equipment_status(actor=SETUP, equipment_id=made.pk, status="down", reason="dropped")
        assert str(fitness(Equipment.objects.get()).reason) == "G-1 is not available: Down."
        assert (StatusEvent.objects.get().old, StatusEvent.objects.get().new) == ("available", "down")

    def test_it_measures_in_its_range_in_any_unit_of_its_kind(self) -> None:
        made = gauge()
        assert measures(made, Decimal("5.5"), "mm").ok
        assert measures(made, Decimal("0.7"), "cm").ok
        assert not measures(made, Decimal("7.0001"), "mm").ok
        with pytest.raises(NotValid):
            measures(made, Decimal(5), "kg")

    def test_no_query_when_it_is_loaded(self, django_assert_num_queries) -> None:
        gauge()
        loaded = equipment_by_code(" G-1 ")
        with django_assert_num_queries(0):
            fitness(loaded, "PLUG-GAUGE")
        assert equipment_by_code("G-2") is None


@pytest.mark.django_db
class TestCalibration:
    def test_it_moves_the_due_date(self) -> None:
        made = gauge()
        first = calibrate(made, done_at=clock.now() - timedelta(days=10))
        newest = calibrate(made, certificate="CAL-2", due=clock.today() + timedelta(days=10))
        late = calibrate(made, certificate="CAL-0", done_at=clock.now() - timedelta(days=20))
        made.refresh_from_db()
        assert made.calibration_due == newest.due
        assert calibration_at(made, clock.now() - timedelta(days=5)) == first
        assert calibration_at(made, clock.now() - timedelta(days=15)) == late
        assert calibration_at(made, clock.now() - timedelta(days=30)) is None

    @pytest.mark.requirement("BEY-11")
    def test_out_of_tolerance_says_since_when_it_is_in_doubt(self, monkeypatch) -> None:
        told = []
        monkeypatch.setitem(events._in_transaction, CalibrationFailed, ("tests.equipment.test_equipment.listen",))
        monkeypatch.setattr(
            "tests.equipment.test_equipment.listen", lambda event, actor: told.append(event), raising=False
        )
        made = gauge()
        good = calibrate(made, done_at=clock.now() - timedelta(days=100))
        bad = calibrate(made, certificate="CAL-2", as_found="+0.09 mm", as_found_passed=False, as_left="adjusted")
        assert [(event.calibration_id, event.last_good) for event in told] == [(bad.pk, good.done_at.isoformat())]
        assert fitness(Equipment.objects.get()).ok
        calibrate(made, certificate="CAL-3", done_at=clock.now(), passed=False, due=None)
        assert str(fitness(Equipment.objects.get()).reason) == "G-1 has no valid calibration."
        assert told[-1].last_good == bad.done_at.isoformat()

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"certificate": " "}, "certificate"),
            ({"as_found": ""}, "as_found"),
            ({"done_at": clock.now() + timedelta(days=400)}, "done_at"),
            ({"due": None}, "due"),
            ({"due": date(2020, 1, 1)}, "due"),
        ],
    )
    def test_what_cannot_be_is_refused(self, more, field) -> None:
        made = gauge()
        with pytest.raises(NotValid) as refused:
            calibrate(made, **more)
        assert refused.value.field == field
        assert not Calibration.objects.exists()
        made.refresh_from_db()
        assert made.calibration_due == clock.today()


@pytest.mark.django_db
class TestRegistering:
    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"code": " "}, "code"),
            ({"code": "G-1"}, "code"),
            ({"range_low": None}, "range_low"),
            ({"range_low": Decimal(8)}, "range_low"),
            ({"unit": "kg"}, "unit"),
            ({"unit": ""}, "range_low"),
        ],
    )
    def test_what_cannot_be_is_refused(self, more, field) -> None:
        of = gauge().equipment_class
        with pytest.raises(NotValid) as refused:
            gauge(**{"code": "G-2", "equipment_class": of, **more})
        assert refused.value.field == field
        assert Equipment.objects.count() == 1

    def test_who_may(self) -> None:
        of = gauge_class()
        with pytest.raises(PermissionDenied):
            services.register_equipment(
                actor=actor_for(person("operator", "operator")),
                code="X",
                name={"en": "X"},
                equipment_class=of,
                site=site(),
            )
        assert not Equipment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", EquipmentStatus.values)
@pytest.mark.parametrize("target", EquipmentStatus.values)
def test_the_status_moves_along_its_table_only(state, target) -> None:
    """Each state × each target: let through when the table has it, refused and unchanged otherwise."""
    made = gauge()
    if state != "available":
        services.set_equipment_status(actor=SETUP, equipment_id=made.pk, status=state, reason="so it is")
    before = StatusEvent.objects.count()
    if (state, target) in STATUS.moves:
        with pytest.raises(NotValid):
            services.set_equipment_status(actor=SETUP, equipment_id=made.pk, status=target, reason=" ")
        services.set_equipment_status(actor=SETUP, equipment_id=made.pk, status=target, reason="why")
        assert Equipment.objects.get().status == target
    else:
        with pytest.raises(TransitionNotAllowed):
            services.set_equipment_status(actor=SETUP, equipment_id=made.pk, status=target, reason="why")
        assert Equipment.objects.get().status == state
        assert StatusEvent.objects.count() == before


@pytest.mark.pg15
def test_a_calibration_is_written_once(committed_db, owner_connection) -> None:
    calibrate(gauge())
    with owner_connection.cursor() as cursor:
        for statement in ("UPDATE equipment_calibration SET as_found = 'perfect'", "DELETE FROM equipment_calibration"):
            with pytest.raises(psycopg2.Error, match="written once"):
                cursor.execute(statement)


@pytest.mark.django_db
def test_the_pages_register_stop_and_calibrate() -> None:
    client = Client()
    client.force_login(person("technician", "technician"))
    site()
    made = client.post(
        reverse("equipment:class-create"),
        {"code": "PLUG", "name_en": "Plug gauge", "is_gauge": "on", "quantity_kind": "length"},
    )
    assert made.status_code == 302
    form = {
        "code": "G-7",
        "name_en": "Gauge 7",
        "equipment_class": gauge_class("OTHER").pk,
        "site": site().pk,
        "range_low": "4,5",
        "range_high": "6.5",
        "unit": "mm",
    }
    registered = client.post(reverse("equipment:equipment-create"), form)
    equipment = Equipment.objects.get()
    page = reverse("equipment:equipment", args=[equipment.pk])
    assert (registered["Location"], equipment.range_low) == (page, Decimal("4.5"))
    assert "G-7 has no valid calibration." in client.get(page).content.decode()
    when = (clock.now() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    due = (clock.today() + timedelta(days=90)).isoformat()
    calibration = {"done_at": when, "as_found": "ok", "as_found_passed": "on", "passed": "on", "certificate": "C-1"}
    address = reverse("equipment:equipment-calibrate", args=[equipment.pk])
    assert client.post(address, calibration).status_code == 422
    assert client.post(address, {**calibration, "due": due}).status_code == 302
    assert "It may be used." in client.get(page).content.decode()
    stop = reverse("equipment:equipment-status", args=[equipment.pk])
    assert client.post(stop, {"status": "down", "reason": ""}).status_code == 422
    assert client.post(stop, {"status": "down", "reason": "dropped"}).status_code == 302
    assert "dropped" in client.get(page).content.decode()
    assert "G-7" in client.get(reverse("equipment:equipment-list"), {"status": "down"}).content.decode()
    assert client.get(reverse("equipment:class-list")).status_code == 200


@pytest.mark.django_db
def test_the_api_registers_stops_and_calibrates() -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(person("tech", "technician")))
    body = {"code": "PLUG", "name": {"en": "Plug"}, "is_gauge": True, "quantity_kind": "length"}
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    assert client.post("/api/v1/equipment-classes/", body, format="json", **key).status_code == 201
    assert client.post("/api/v1/equipment-classes/", body, format="json", **key)["Idempotent-Replayed"] == "true"
    made = client.post(
        "/api/v1/equipment/",
        {"code": "G-9", "name": {"en": "Gauge"}, "equipment_class": "PLUG", "site": site().code},
        format="json",
    )
    assert made.status_code == 201
    address = f"/api/v1/equipment/{made.json()['id']}"
    assert client.get(f"{address}/fitness/", {"class": "PLUG"}).json()["reason"] == "G-9 has no valid calibration."
    calibration = {
        "done_at": (clock.now() - timedelta(hours=1)).isoformat(),
        "as_found": "ok",
        "passed": True,
        "due": (clock.today() + timedelta(days=9)).isoformat(),
        "certificate": "C-9",
    }
    assert client.post(f"{address}/calibrations/", calibration, format="json").status_code == 201
    assert client.get(f"{address}/fitness/").json()["ok"] is True
    assert [row["certificate"] for row in client.get(f"{address}/calibrations/").json()] == ["C-9"]
    moved = client.post(f"{address}/status/", {"status": "maintenance", "reason": "yearly"}, format="json")
    assert moved.json()["status"] == "maintenance"
    refused = client.post(f"{address}/status/", {"status": "maintenance", "reason": "again"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert [row["code"] for row in client.get("/api/v1/equipment/", {"status": "maintenance"}).json()["results"]] == [
        "G-9"
    ]
    assert APIClient().get("/api/v1/equipment/").status_code == 401
