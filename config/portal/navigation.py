"""The left navigation, as data. An entry is hidden when its address does not exist yet or the reader may not see it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``url`` is a name without arguments; ``permission`` "" = everyone who is logged in."""

    title: Any
    url: str
    icon_name: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: Any
    entries: tuple[Entry, ...]


NAVIGATION: tuple[Section, ...] = (
    Section(
        pgettext_lazy("part of the loop", "Define"),
        (
            Entry(_("Items"), "bom:item-list", icon_name="package", permission="bom.view_bom"),
            Entry(_("Bills of materials"), "bom:revision-list", icon_name="hierarchy-2", permission="bom.view_bom"),
            Entry(_("Parts list import"), "imports:upload", icon_name="file-import", permission="imports.stage_file"),
            Entry(_("Routings"), "routing:revision-list", icon_name="route", permission="routing.view_routing"),
            Entry(_("Process cards"), "routing:card-list", icon_name="id", permission="routing.view_routing"),
            Entry(
                _("Parameter library"), "routing:library", icon_name="ruler-measure", permission="routing.view_routing"
            ),
        ),
    ),
    Section(
        pgettext_lazy("part of the loop", "Change"),
        (
            Entry(
                _("Change requests"),
                "changecontrol:change-list",
                icon_name="git-pull-request",
                permission="changecontrol.view_change",
            ),
            Entry(
                _("Effectivity"),
                "changecontrol:effectivity-list",
                icon_name="calendar-check",
                permission="changecontrol.view_change",
            ),
        ),
    ),
    Section(
        pgettext_lazy("part of the loop", "Plan"),
        (
            Entry(
                _("Work orders"), "shopfloor:order-list", icon_name="clipboard-list", permission="shopfloor.view_order"
            ),
        ),
    ),
    Section(
        pgettext_lazy("part of the loop", "Make"),
        (
            Entry(_("Shop floor"), "shopfloor:station", icon_name="device-tablet", permission="shopfloor.work_card"),
            Entry(_("Batches"), "shopfloor:batch-list", icon_name="stack-2", permission="shopfloor.view_order"),
            Entry(_("Live board"), "shopfloor:board", icon_name="layout-dashboard", permission="shopfloor.view_order"),
        ),
    ),
    Section(
        pgettext_lazy("part of the loop", "Check"),
        (
            Entry(
                _("Inspections"), "quality:inspection-list", icon_name="checkup-list", permission="quality.view_quality"
            ),
            Entry(
                _("Nonconformances"),
                "quality:nonconformance-list",
                icon_name="alert-octagon",
                permission="quality.view_quality",
            ),
            Entry(
                _("Deviations"),
                "quality:deviation-list",
                icon_name="git-branch-deleted",
                permission="quality.view_quality",
            ),
            Entry(
                _("Gauge assessments"),
                "quality:assessment-list",
                icon_name="ruler-measure",
                permission="quality.view_quality",
            ),
            Entry(
                _("Corrections"),
                "shopfloor:correction-list",
                icon_name="pencil",
                permission="quality.approve_correction",
            ),
        ),
    ),
    Section(
        pgettext_lazy("part of the loop", "Prove"),
        (
            Entry(_("Batch records (DHR)"), "dhr:record-list", icon_name="certificate", permission="dhr.view_record"),
            Entry(_("Trace"), "inventory:trace", icon_name="affiliate", permission="inventory.view_stock"),
            Entry(_("Audit trail"), "portal:ledger", icon_name="history", permission="records.view_trail"),
            Entry(_("Auditor's desk"), "portal:audit", icon_name="zoom-check", permission="records.verify_records"),
            Entry(_("Verify a package"), "records:verification", icon_name="shield-check"),
            Entry(_("Keeping"), "retention:overview", icon_name="archive", permission="retention.view_keeping"),
        ),
    ),
    Section(pgettext_lazy("part of the loop", "Improve"), ()),
    Section(
        pgettext_lazy("part of the loop", "Resources"),
        (
            Entry(_("Lots"), "inventory:lot-list", icon_name="barcode", permission="inventory.view_stock"),
            Entry(
                _("Stock"), "inventory:stock-list", icon_name="building-warehouse", permission="inventory.view_stock"
            ),
            Entry(
                _("Receipts"), "inventory:receipt-list", icon_name="truck-delivery", permission="inventory.view_stock"
            ),
            Entry(_("Labels and prints"), "printing:print-list", icon_name="printer", permission="printing.view_label"),
            Entry(
                _("Quarantine"), "inventory:quarantine-list", icon_name="hourglass", permission="inventory.view_stock"
            ),
            Entry(_("Holds"), "inventory:hold-list", icon_name="hand-stop", permission="inventory.view_stock"),
            Entry(_("Equipment"), "equipment:equipment-list", icon_name="tool", permission="equipment.view_equipment"),
            Entry(
                _("Qualifications"),
                "personnel:qualification-list",
                icon_name="school",
                permission="personnel.view_qualifications",
            ),
        ),
    ),
    Section(
        pgettext_lazy("part of the loop", "Administration"),
        (
            Entry(_("Users and roles"), "accounts:user-list", icon_name="users", permission="accounts.manage_users"),
            Entry(
                _("Badges and their tests"),
                "accounts:badge-list",
                icon_name="id-badge-2",
                permission="accounts.manage_users",
            ),
            Entry(
                _("Secrets to confirm"),
                "accounts:reset-list",
                icon_name="key",
                permission="accounts.confirm_secret",
            ),
            Entry(
                _("Access review"),
                "accounts:access-review",
                icon_name="user-check",
                permission="accounts.review_access",
            ),
            Entry(_("Stations"), "accounts:station-list", icon_name="devices", permission="accounts.manage_stations"),
            Entry(_("Webhooks"), "webhooks:endpoint-list", icon_name="webhook", permission="webhooks.view_endpoint"),
            Entry(_("Component gallery"), "portal:gallery", icon_name="components", permission="accounts.manage_users"),
        ),
    ),
)


def visible(permissions: Container[str], path: str) -> list[dict[str, Any]]:
    """The sections with the entries that this reader has; the one of the current page marked."""
    sections = []
    found: list[tuple[int, dict[str, Any]]] = []
    for section in NAVIGATION:
        entries = []
        for entry in section.entries:
            if entry.permission and entry.permission not in permissions:
                continue
            try:
                url = reverse(entry.url)
            except NoReverseMatch:
                continue
            shown = {"title": entry.title, "url": url, "icon_name": entry.icon_name, "current": False}
            if path == url or path.startswith(url):
                found.append((len(url), shown))
            entries.append(shown)
        if entries:
            sections.append({"title": section.title, "entries": entries})
    if found:
        max(found, key=lambda one: one[0])[1]["current"] = True
    return sections
