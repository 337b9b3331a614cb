"""ONE table: event → handlers (in the transaction, after), question → providers, job kind → handler.

*In the transaction*, and so able to refuse: only handlers of inventory, quality, shopfloor and dhr, and the writing of
alert rows. Everything else runs *after*, as a job, and cannot stop a line.
"""

from changecontrol.events import ChangeImplemented
from foundation.accounts.events import (
    AccessProbed,
    AccountLockedOut,
    AddressThrottled,
    BadgeReportedLost,
    SecretGivenAlone,
    WithdrawnBadgeUsed,
)
from foundation.core import events, jobs
from foundation.core.events import Event
from foundation.records.events import SealingTroubled, TamperingFound
from foundation.retention.events import ArchiveTroubled
from quality.events import BatchAssessed, DispositionDecided, DispositionExecuted
from resources.equipment.events import CalibrationFailed
from resources.inventory.events import StockReleased
from shopfloor.events import ProductionReported, WorkOrderDispatched

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
    ],
    "accounts.permission_names": ["config.permissions.names"],
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
}
GIVEN_UP: dict[str, str] = {
    "imports.commit": "foundation.imports.services.commit_given_up",
}


def connect() -> None:
    """Called once, when the apps are ready."""
    events.connect(in_transaction=IN_TRANSACTION, after=AFTER, providers=PROVIDERS)
    jobs.register(JOBS, GIVEN_UP)
