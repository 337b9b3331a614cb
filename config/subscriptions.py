"""ONE table: event → handlers (in the transaction, after), question → providers, job kind → handler, published events.

*In the transaction*, and so able to refuse: only handlers of inventory, quality, shopfloor and dhr, and the writing of
alert rows. Everything else runs *after*, as a job, and cannot stop a line.
"""

from bom.events import BomRevisionApproved
from changecontrol.events import ChangeImplemented, ChangeRefused, ChangeSubmitted
from dhr.events import PackageMade, RecordReleased
from foundation.accounts.events import (
    AccessProbed,
    AccountLockedOut,
    AddressThrottled,
    BadgeReportedLost,
    SecretGivenAlone,
    WithdrawnBadgeUsed,
)
from foundation.core import events, jobs, outbox
from foundation.core.events import Event
from foundation.core.outbox import Published
from foundation.records.events import SealingTroubled, TamperingFound
from foundation.retention.events import ArchiveTroubled
from quality.events import (
    BatchAssessed,
    DeviationDecided,
    DeviationRaised,
    DispositionDecided,
    DispositionExecuted,
    InspectionRecorded,
    NonconformanceClosed,
    NonconformanceRaised,
)
from resources.equipment.events import CalibrationFailed, EquipmentStatusChanged
from resources.inventory.events import HoldLifted, HoldPlaced, StockReceived, StockRejected, StockReleased
from routing.events import ProcessCardPublished, RoutingReturned
from shopfloor.events import (
    CardCompleted,
    CardStarted,
    ProductionReported,
    StepRecorded,
    WorkOrderCompleted,
    WorkOrderDispatched,
)

IN_TRANSACTION: dict[type[Event], list[str]] = {
    AccessProbed: ["foundation.alerts.handlers.on_access_probed"],
    AccountLockedOut: ["foundation.alerts.handlers.on_account_locked"],
    ArchiveTroubled: ["foundation.alerts.handlers.on_archive_troubled"],
    AddressThrottled: ["foundation.alerts.handlers.on_address_throttled"],
    BadgeReportedLost: ["foundation.alerts.handlers.on_badge_lost"],
    SecretGivenAlone: ["foundation.alerts.handlers.on_secret_given_alone"],
    WithdrawnBadgeUsed: ["foundation.alerts.handlers.on_withdrawn_badge_used"],
    BatchAssessed: ["shopfloor.handlers.on_batch_assessed"],
    CalibrationFailed: ["shopfloor.handlers.on_calibration_failed"],
    ChangeImplemented: ["shopfloor.handlers.on_change_implemented"],
    DispositionDecided: ["shopfloor.handlers.on_disposition_decided"],
    DispositionExecuted: ["shopfloor.handlers.on_disposition_executed"],
    ProductionReported: ["shopfloor.handlers.on_production_reported"],
    SealingTroubled: ["foundation.alerts.handlers.on_sealing_troubled"],
    TamperingFound: ["foundation.alerts.handlers.on_tampering_found"],
    StockReleased: ["dhr.handlers.refuse_without_record"],
    WorkOrderDispatched: ["dhr.handlers.open_on_dispatch"],
}

AFTER: dict[type[Event], list[str]] = {}

PROVIDERS: dict[str, list[str]] = {
    "core.print_table": ["foundation.printing.tables.print_table"],
    "access.scopes": [
        "foundation.accounts.access.scopes",
        "foundation.retention.access.scopes",
        "foundation.imports.access.scopes",
        "resources.personnel.access.scopes",
        "resources.equipment.access.scopes",
        "bom.access.scopes",
        "routing.access.scopes",
        "resources.inventory.access.scopes",
        "changecontrol.access.scopes",
        "quality.access.scopes",
        "shopfloor.access.scopes",
        "dhr.access.scopes",
        "foundation.webhooks.access.scopes",
    ],
    "accounts.permission_names": ["config.permissions.names"],
    "outbox.wanted": ["foundation.webhooks.selectors.listening"],
    "records.visible_rows": ["foundation.accounts.scope.visible_rows"],
    "web.refused": ["foundation.accounts.web.keep_refused_try"],
    "web.exported": ["foundation.accounts.web.keep_export"],
    "files.visible_originals": ["foundation.imports.access.originals"],
    "records.require": ["foundation.accounts.policies.require"],
    "records.check_signer": ["foundation.accounts.services.check_signer"],
    "records.more_checks": [
        "foundation.files.selectors.check_files",
        "resources.inventory.selectors.stock_differences",
    ],
    "retention.kinds": [
        "dhr.keeping.kinds",
        "bom.keeping.kinds",
        "resources.inventory.keeping.kinds",
        "resources.personnel.keeping.kinds",
        "foundation.retention.answers.kinds",
    ],
    "changecontrol.open_orders": ["shopfloor.selectors.open_orders"],
    "inventory.lot_context": ["shopfloor.selectors.lot_context"],
    "inventory.lot_records": ["dhr.selectors.lot_records"],
    "imports.schemas": ["bom.services.parts_list.schemas"],
    "alerts.open_count": ["foundation.alerts.selectors.open_count"],
    "underway": ["demo.telling.underway"],
    "todo": [
        "foundation.accounts.answers.todo",
        "foundation.alerts.answers.todo",
        "resources.inventory.answers.todo",
        "shopfloor.answers.todo",
        "dhr.selectors.todo",
        "changecontrol.answers.todo",
    ],
    "search": [
        "foundation.accounts.answers.search",
        "resources.inventory.answers.search",
        "shopfloor.answers.search",
        "dhr.selectors.search",
        "routing.answers.search",
        "changecontrol.answers.search",
    ],
}

JOBS: dict[str, str] = {
    "imports.commit": "foundation.imports.services.commit_staged",
    "imports.read": "foundation.imports.services.read_staged",
    "imports.review": "foundation.imports.services.review_staged",
    "changecontrol.take_effect": "changecontrol.handlers.take_effect_now",
    "printing.render": "foundation.printing.handlers.render_prints",
    "demo.story": "demo.telling.tell_scene",
    "dhr.package": "dhr.services.make_package",
    "records.verify": "foundation.records.services.verifying.make_verification",
    "retention.archive": "foundation.retention.services.make_record_archive",
    "retention.archive_period": "foundation.retention.services.make_period_archive",
    "outbox": "foundation.webhooks.handlers.queue",
    "webhooks.send": "foundation.webhooks.handlers.send",
    "webhooks.catch_up": "foundation.webhooks.handlers.catch_up",
}
GIVEN_UP: dict[str, str] = {
    "imports.commit": "foundation.imports.services.commit_given_up",
    "webhooks.send": "foundation.webhooks.handlers.send_given_up",
}

USERS = "accounts.manage_users"
# What other systems may be told (webhooks). Names and shapes are promises: docs/operations/webhook-events.json holds them,
# and another shape is another version. Left out: what only our own apps understand, and fields that name other sites'.
PUBLISHED: tuple[Published, ...] = (
    Published(AccessProbed, "accounts.access.probed", record=("accounts.user", "user_id")),
    Published(AccountLockedOut, "accounts.account.locked", record=("accounts.user", "user_id")),
    Published(AddressThrottled, "accounts.address.throttled", permission=USERS),
    Published(BadgeReportedLost, "accounts.badge.lost", record=("accounts.user", "user_id")),
    Published(WithdrawnBadgeUsed, "accounts.badge.misused", record=("accounts.user", "user_id")),
    Published(SecretGivenAlone, "accounts.secret.given_alone", record=("accounts.user", "user_id")),
    Published(TamperingFound, "records.tampering.found", permission="records.verify_records"),
    Published(ArchiveTroubled, "retention.archive.troubled", record=("retention.archive", "archive_id")),
    Published(SealingTroubled, "records.sealing.troubled", permission="records.view_trail"),
    Published(BomRevisionApproved, "bom.revision.approved", record=("bom.bomrevision", "revision_id")),
    Published(ProcessCardPublished, "routing.card.published", record=("routing.processcard", "card_id")),
    Published(RoutingReturned, "routing.revision.returned", record=("routing.routingrevision", "revision_id")),
    Published(ChangeSubmitted, "changecontrol.change.submitted", record=("changecontrol.changerequest", "change_id")),
    Published(ChangeRefused, "changecontrol.change.refused", record=("changecontrol.changerequest", "change_id")),
    Published(
        ChangeImplemented,
        "changecontrol.change.implemented",
        record=("changecontrol.changerequest", "change_id"),
        without=("decisions",),  # open orders of every site
    ),
    Published(EquipmentStatusChanged, "equipment.status.changed", record=("equipment.equipment", "equipment_id")),
    Published(CalibrationFailed, "equipment.calibration.failed", record=("equipment.equipment", "equipment_id")),
    Published(StockReceived, "inventory.stock.received", record=("inventory.lot", "lot_id")),
    Published(StockReleased, "inventory.stock.released", record=("inventory.stockunit", "stock_unit_id")),
    Published(StockRejected, "inventory.stock.rejected", record=("inventory.stockunit", "stock_unit_id")),
    Published(HoldPlaced, "inventory.hold.placed", record=("inventory.hold", "hold_id"), without=("lot_ids",)),
    Published(HoldLifted, "inventory.hold.lifted", record=("inventory.hold", "hold_id")),
    Published(InspectionRecorded, "quality.inspection.recorded", record=("quality.inspection", "inspection_id")),
    Published(
        NonconformanceRaised, "quality.nonconformance.raised", record=("quality.nonconformance", "nonconformance_id")
    ),
    Published(
        NonconformanceClosed, "quality.nonconformance.closed", record=("quality.nonconformance", "nonconformance_id")
    ),
    Published(
        DispositionDecided, "quality.disposition.decided", record=("quality.nonconformance", "nonconformance_id")
    ),
    Published(DeviationRaised, "quality.deviation.raised", record=("quality.deviation", "deviation_id")),
    Published(DeviationDecided, "quality.deviation.decided", record=("quality.deviation", "deviation_id")),
    Published(WorkOrderDispatched, "shopfloor.order.dispatched", record=("shopfloor.workorder", "order_id")),
    Published(WorkOrderCompleted, "shopfloor.order.completed", record=("shopfloor.workorder", "order_id")),
    Published(CardStarted, "shopfloor.card.started", record=("shopfloor.workcard", "card_id")),
    Published(CardCompleted, "shopfloor.card.completed", record=("shopfloor.workcard", "card_id")),
    Published(StepRecorded, "shopfloor.step.recorded", record=("shopfloor.workcard", "card_id")),
    Published(ProductionReported, "shopfloor.production.reported", record=("shopfloor.workcard", "card_id")),
    Published(RecordReleased, "dhr.record.released", record=("dhr.devicehistoryrecord", "record_id")),
    Published(PackageMade, "dhr.package.made", record=("dhr.devicehistoryrecord", "record_id")),
)


def connect() -> None:
    """Called once, when the apps are ready."""
    events.connect(in_transaction=IN_TRANSACTION, after=AFTER, providers=PROVIDERS)
    jobs.register(JOBS, GIVEN_UP)
    outbox.publish(PUBLISHED)
