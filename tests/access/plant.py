"""A small plant with one of everything that an address can name, all of it at the site HZ1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import URLPattern

from bom.services import ToolData, add_tool, approve_source, propose_baseline
from dhr.models import DeviceHistoryRecord, Package, RecordVersion
from dhr.services import package_path
from foundation.accounts.models import ApiToken
from foundation.accounts.services import issue_badge, register_station, set_secret
from foundation.alerts.models import Alert
from foundation.core import clock
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.files.services import keep_original
from foundation.imports.services import stage_file
from foundation.printing.models import PrintJob
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from foundation.records.services.verifying import request_verification
from foundation.retention.models import Archive
from foundation.retention.selectors.archives import archive_path
from foundation.retention.services import place_legal_hold, set_rule
from foundation.webhooks.services import create_endpoint, send_ping
from quality import services as quality
from quality.models import Disposition, GaugeAssessment
from quality.services.dispositions import Choice
from quality.services.places import Found
from resources.equipment.models import Calibration, Equipment
from resources.inventory.models import GenealogyLink, Hold, Place, Receipt
from resources.personnel.models import Qualification, QualificationGrant
from routing.models import IntermediateMade, Operation, ProcessCard
from routing.services import create_parameter_definition
from shopfloor.models import Correction, Handover, StepRecord, TestFile
from tests.factories import definitions, parts
from tests.factories.floor import Running, equipment, plant, qualify, scan, started
from tests.factories.people import SETUP, actor_for, bearer, person, site
from tests.factories.stock import released, supplier
from tests.shopfloor.venturi import venturi

LIST = b"path,title,item,kind,quantity,manufacturer,part_number,price,notes\ntop,Widget,A1,part,2,Acme,P-1,1.50,Screw\n"
TEXTS = {"en": "Word", "zh-hans": "词"}


@dataclass
class World:
    """``things``: what stands in an address, by the text of the route before its first ``<``, or by the whole route.

    ``named``: real values for inputs of the API, by their names.
    """

    run: Running
    things: dict[str, Any]
    named: dict[str, Any]

    def kwargs(self, route: str, pattern: URLPattern) -> dict[str, Any]:
        """The values for this route. KeyError for a route whose things nobody made."""
        names = list(pattern.pattern.converters)
        if not names:
            return {}
        found = self.things.get(route, self.things.get(route.split("<", 1)[0]))
        if found is None:
            raise KeyError(f"Nothing was made for {route}: add it to tests/access/plant.py")
        given = dict(found) if isinstance(found, Mapping) else {names[0]: found}
        return {name: given[name] for name in names}


def world() -> World:
    """Built by the services where a state matters, and as rows where only existence does."""
    run = _floor()
    things = {**_resources(), **_definitions(), **_of_quality(run), **_on_the_floor(run), **_stock(run)}
    made = things | _records(run) | _people() | _webhooks(run)
    return World(run, made, _named(run, made))


def _named(run: Running, things: dict[str, Any]) -> dict[str, Any]:
    item, place, unit = run.order.item_id, Place.objects.get(code="PROD"), things["api/v1/stock-units/"]
    return {
        "item": item, "item_id": item, "component_id": item, "bom_revision": things["api/v1/boms/"],
        "site": {int: run.order.site_id, str: run.order.site.code}, "place": {int: place.pk, str: place.code},
        "return_to": {int: place.pk, str: place.code}, "supplier_id": supplier().pk, "id": unit, "stock_unit": unit,
        "from_ids": unit,
        "lot": run.batch.lot_id, "operation": 10, "step_key": "10.10", "user_id": things["accounts/users/"]["pk"],
        "equipment_class": "oven", "definition_id": things["api/v1/parameter-definitions/"], "code": "NEW-1", "unit": "g",
        "order_number": run.order.number,
    }  # fmt: skip


def _floor() -> Running:
    who = plant()
    qualify(who.user("operator"), "bench")
    resin = released("RESIN", "5000", "g")
    run = venturi(who, 3)
    card = started(run, 10)
    scan(run, card, resin.container, step_key="10.10")
    return run


def _resources() -> dict[str, Any]:
    machine = equipment("OVEN-1", "oven", due_in=30)
    qualification, grant = Qualification.objects.earliest("pk"), QualificationGrant.objects.earliest("pk")
    return {
        "equipment/": machine.pk, "api/v1/equipment/": machine.pk,
        "personnel/qualifications/": qualification.pk, "api/v1/qualifications/": qualification.pk,
        "personnel/grants/": grant.pk, "api/v1/qualification-grants/": grant.pk,
    }  # fmt: skip


def _definitions() -> dict[str, Any]:
    team = definitions.team()
    body, nipple = definitions.item("BODY"), definitions.item("NIPPLE")
    bom = definitions.made_item("VALVE", body, nipple, actor=team.actor)
    tool = add_tool(actor=team.actor, revision_id=bom.pk, tool=ToolData(position="T1", item_id=body.pk))
    source = approve_source(actor=team.actor, item_id=body.pk, supplier_id=supplier().pk, part_number="P-1")
    route = definitions.routing(bom, actor=team.actor)
    operation, step = route.operations.get(), route.steps.get()
    use = operation.material_uses.earliest("pk").pk
    parameter = create_parameter_definition(
        actor=team.actor, code="bore", name=TEXTS, quantity_kind="length", unit="mm"
    )
    made = _intermediate(operation, nipple)
    plug = parts.draft(parts.made("PLUG"), parts.line("A1", body))
    baseline = propose_baseline(actor=SETUP, revision_ids=[plug.pk], title="First")
    change = definitions.change(team, route)
    staged = stage_file(actor=SETUP, schema="bom.parts_list", content=LIST, name="list.csv", origin="test").pk
    reading = Job.objects.create(
        kind="imports.read", unique_key="imports.read:1", payload={"batch": staged}, created_at=clock.now()
    )
    card = ProcessCard.objects.earliest("pk").pk
    line = bom.lines.earliest("pk")
    return {
        "definition/items/": body.pk, "api/v1/items/": {"pk": body.pk, "item": ProcessCard.objects.earliest("pk").item_id},
        "definition/boms/": {"pk": bom.pk, "event": "submit"}, "api/v1/boms/": bom.pk,
        "definition/lines/": line.pk, "api/v1/bom-lines/": line.pk,
        "definition/tools/": tool.pk, "api/v1/bom-tools/": tool.pk, "definition/sources/": source.pk,
        "definition/baselines/": {"pk": baseline.pk, "side": "engineering"}, "api/v1/baselines/": baseline.pk,
        "routings/": route.pk, "api/v1/routing-revisions/": route.pk,
        "routing-operations/": operation.pk, "api/v1/routing-operations/": operation.pk,
        "routing-steps/": step.pk, "api/v1/routing-steps/": step.pk,
        "routing-materials/": use, "api/v1/routing-materials/": use,
        "routing-intermediates/": made, "api/v1/routing-intermediates/": made,
        "parameters/": parameter.pk, "api/v1/parameter-definitions/": parameter.pk,
        "process-cards/": card, "api/v1/process-cards/": card,
        "changes/": {"pk": change.pk, "affected": change.affected.earliest("pk").pk},
        "changes/<int:pk>/act/<change_act:verb>/": {"pk": change.pk, "verb": "submit"},
        "changes/<int:pk>/sign/<change_sign:verb>/": {"pk": change.pk, "verb": "approve"},
        "api/v1/change-requests/": {"pk": change.pk, "affected": change.affected.earliest("pk").pk},
        "imports/": {"pk": staged, "job_id": reading.pk}, "api/v1/imports/": staged,
    }  # fmt: skip


def _intermediate(operation: Operation, item: Any) -> int:
    with act(actor=SETUP, verb="tests.intermediate.made"):
        made = IntermediateMade(
            revision=operation.revision, operation=operation, position="X1", item=item, quantity=Decimal(1), unit="pcs"
        )
        made.save()
    return int(made.pk)


def _of_quality(run: Running) -> dict[str, Any]:
    who, card = run.plant, run.card(10)
    raised = quality.raise_nonconformance(
        actor=who.operator, source="report", lot_id=run.batch.lot_id, stock_unit_id=run.batch.stock_unit_id,
        quantity=Decimal(1), unit="pcs", defect_code="scratched", description="Scratched",
        found=Found(card_id=card.pk, order_number=run.order.number),
    )  # fmt: skip
    choice = Choice(kind="scrap", quantity=Decimal(1), justification="Because")
    decided = quality.decide_disposition(
        actor=who.quality, nonconformance_id=raised.pk, choice=choice, credentials=who.sign("quality")
    )
    deviation = quality.raise_deviation(
        actor=who.operator, source="report", description="Other", found=Found(order_number=run.order.number)
    )
    quality.record_inspection(actor=who.quality, kind="patrol", result="accepted", found=Found(card_id=card.pk))
    assessed = _assessment(run)
    nc, dev = {"pk": raised.pk, "number": raised.number}, {"pk": deviation.pk, "number": deviation.number}
    disposition = Disposition.objects.get(pk=decided.pk).pk
    return {
        "quality/nonconformances/": nc, "quality/nonconformances/by-id/": nc, "api/v1/nonconformances/": nc,
        "quality/deviations/": dev, "quality/deviations/by-id/": dev, "api/v1/deviations/": dev,
        "quality/gauge-assessments/": assessed, "quality/gauge-assessments/by-id/": assessed,
        "api/v1/gauge-assessments/": assessed, "gauges/": Calibration.objects.latest("pk").pk,
        "quality/dispositions/": disposition, "api/v1/dispositions/": disposition,
    }  # fmt: skip


def _assessment(run: Running) -> dict[str, Any]:
    moment = clock.now()
    with act(actor=SETUP, verb="tests.assessment.made"):
        calibration = Calibration(
            equipment=Equipment.objects.earliest("pk"), done_at=moment, as_found="off", as_found_passed=False, passed=False,
            certificate="K-1",
        )  # fmt: skip
        calibration.save()
        made = GaugeAssessment(
            number="GA-000001", calibration=calibration, lot=run.batch.lot, order_number=run.order.number, readings=[],
            interval_from=moment, interval_until=moment, due_on=clock.today(), opened_at=moment,
        )  # fmt: skip
        made.save()
    return {"pk": made.pk, "number": made.number}


def _on_the_floor(run: Running) -> dict[str, Any]:
    who, card, moment = run.plant, run.card(10), clock.now()
    entry = StepRecord.objects.filter(card=card).earliest("pk")
    with act(actor=who.operator, verb="tests.floor.made"):
        asked = Correction(
            record=entry,
            new_value="x",
            reason="Typed wrong",
            asked_by=who.user("leader"),
            asked_by_name="L",
            asked_at=moment,
        )
        asked.save()
        handed = Handover(card=card, quantity=3, outgoing=who.user("operator"), outgoing_name="O", offered_at=moment)
        handed.save()
        kept = keep_original(
            actor=who.operator,
            content=b"t,v\n1,2\n",
            name="t.csv",
            origin_statement="bench",
            subject=RecordRef.to(card),
        )
        file = TestFile(
            card=card, step_key="10.10", attachment=kept, file_name="t.csv", sha256=kept.sha256, sample_count=1,
            idempotency_key=uuid4(), captured_at=moment, at=moment,
        )  # fmt: skip
        file.save()
    return {
        "orders/": {"pk": run.order.pk, "tab": "quality", "verb": "hold"}, "api/v1/orders/": run.order.pk,
        "batches/": run.batch.pk, "api/v1/batches/": run.batch.pk, "cards/": card.pk, "api/v1/cards/": card.pk,
        "shop/cards/": {"pk": card.pk, "record": entry.pk, "file": file.pk, "handover": handed.pk, "verb": "pause"},
        "api/v1/travellers/": run.traveller().code, "api/v1/steps/": entry.pk,
        "corrections/": {"pk": asked.pk, "answer": "refuse"}, "api/v1/corrections/": asked.pk,
        "api/v1/handovers/": handed.pk, "api/v1/test-files/": file.pk,
        "files/": kept.pk, "api/v1/attachments/": kept.pk,
    }  # fmt: skip


def _stock(run: Running) -> dict[str, Any]:
    unit = released("ACRYLIC", "100", "cm2")
    hold, printed = (
        Hold.objects.earliest("pk").pk,
        PrintJob.objects.filter(subject_id=unit.pk, subject_label="inventory.stockunit"),
    )
    number = printed.earliest("pk").number
    receipt, link = Receipt.objects.get(lot=unit.lot).pk, GenealogyLink.objects.filter(kind="consume").earliest("pk").pk
    return {
        "inventory/lots/": unit.lot_id, "api/v1/lots/": unit.lot_id,
        "inventory/stock/": unit.pk, "api/v1/stock-units/": unit.pk,
        "inventory/receipts/": receipt, "inventory/holds/": hold, "api/v1/holds/": hold,
        "api/v1/genealogy-links/": link, "prints/": number, "api/v1/prints/": number,
    }  # fmt: skip


def _records(run: Running) -> dict[str, Any]:
    record, moment = DeviceHistoryRecord.objects.earliest("pk"), clock.now()
    with act(actor=SETUP, verb="tests.package.made"):
        version = RecordVersion(record=record, version=1, content={}, content_hash="0" * 64, frozen_at=moment)
        version.save()
        package = Package(
            record=record, version=version, file_name="p.zip", sha256="ab" * 32, size=3, key_fingerprint="f", made_at=moment,
            job_key="dhr.package:1",
        )  # fmt: skip
        package.save()
    job = Job.objects.create(
        kind="dhr.package", unique_key="dhr.package:1", payload={"record": record.pk}, created_at=moment
    )
    verifying = request_verification(actor=SETUP)
    entry = LedgerEntry.objects.filter(subject_label="shopfloor.workorder").earliest("pk").pk
    named = {"label": "shopfloor.workorder", "pk": run.order.pk}
    _keep_package("ab" * 32)
    kept = _keeping(record)
    return {
        **kept,
        "batch-records/": {"number": record.number, "job_id": job.pk, "sha256": package.sha256},
        "batch-records/by-id/": record.pk, "api/v1/batch-records/": record.pk, "api/v1/packages/": package.sha256,
        "audit/verify/": verifying.pk, "audit-trail/": named, "audit-trail/<int:pk>/": entry, "record/": named,
    }  # fmt: skip


def _keeping(record: DeviceHistoryRecord) -> dict[str, Any]:
    day = clock.today()
    rule = set_rule(actor=SETUP, years=20, source="SOP-7", reason="Contract")
    hold = place_legal_hold(actor=SETUP, matter="M", reason="R", period=(day, day))
    with act(actor=SETUP, verb="tests.archive.made"):
        archive = Archive(
            number="AR-1", kind="record", subject_label="dhr.devicehistoryrecord", subject_id=record.pk, title="t",
            file_name="AR-1.zip", place=str(settings.ARCHIVE_DIR), sha256="ab" * 32, size=3, key_fingerprint="f",
            requested_by="t", made_at=clock.now(), job_key="retention.archive:1",
        )  # fmt: skip
        archive.save()
    path = archive_path(archive)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"zip")
    return {
        "keeping/rules/": rule.pk, "keeping/legal-holds/": hold.pk, "keeping/archives/": archive.pk,
        "keeping/record/": {"label": "dhr.devicehistoryrecord", "pk": record.pk},
    }  # fmt: skip


def _webhooks(run: Running) -> dict[str, Any]:
    endpoint, _secret = create_endpoint(
        actor=SETUP,
        name="ERP",
        url="https://erp.example/hook",
        kinds=["shopfloor.card.started"],
        site_id=run.order.site_id,
    )
    delivery = send_ping(actor=SETUP, endpoint_id=endpoint.pk)
    return {
        "webhooks/endpoints/": endpoint.pk, "api/v1/webhook-endpoints/": endpoint.pk,
        "webhooks/deliveries/": delivery.pk, "api/v1/webhook-deliveries/": delivery.pk,
    }  # fmt: skip


def _keep_package(sha256: str) -> None:
    path = package_path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"zip")


def _reset() -> int:
    """An administrator set somebody's secret."""
    given_by, user = person("another-owner", "system_owner"), person("forgetful", "operator")
    set_secret(actor=actor_for(given_by), user_id=user.pk, pin="579135")
    return int(user.resets.get().pk)


def _people() -> dict[str, Any]:
    user = person("somebody", "operator")
    issue_badge(actor=SETUP, user_id=user.pk, code="BADGE-1")
    bearer(user)
    station, _token = register_station(actor=SETUP, code="BENCH-9", name=TEXTS, site=site())
    alert = Alert.objects.earliest("pk").pk
    return {
        "accounts/users/": {"pk": user.pk, "assignment": user.role_assignments.get().pk},
        "accounts/profile/factor/": 0, "accounts/profile/tokens/": ApiToken.objects.get(user=user).pk,
        "accounts/secrets/": _reset(),
        "accounts/stations/": station.pk, "alerts/": alert, "api/v1/alerts/": alert,
    }  # fmt: skip
