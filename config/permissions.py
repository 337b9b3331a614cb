"""What each permission lets a person do, in words: for refusals, and for who reviews roles. A new permission is named here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Any] = {
    "accounts.manage_stations": _("register stations"),
    "accounts.confirm_secret": _("confirm, as a second person, a secret that an administrator set"),
    "accounts.manage_users": _("manage people and their roles"),
    "accounts.review_access": _("review who may do what"),
    "bom.approve_baseline_as_engineering": _("approve a first parts list for engineering"),
    "bom.approve_baseline_as_quality": _("approve a first parts list for quality"),
    "bom.edit_bom": _("edit items and parts lists"),
    "bom.publish_bom": _("publish parts lists"),
    "bom.view_bom": _("read items and parts lists"),
    "changecontrol.approve_as_engineering": _("approve changes for engineering"),
    "changecontrol.approve_as_quality": _("approve changes for quality"),
    "changecontrol.assess_change": _("assess changes"),
    "changecontrol.close_change": _("close changes"),
    "changecontrol.implement_change": _("carry changes out"),
    "changecontrol.raise_change": _("raise changes"),
    "changecontrol.view_change": _("read changes"),
    "dhr.make_package": _("make the package of a batch record"),
    "dhr.release_record": _("release batches"),
    "dhr.review_record": _("review batch records"),
    "dhr.view_record": _("read batch records"),
    "equipment.manage_equipment": _("manage equipment and calibrations"),
    "equipment.view_equipment": _("read equipment and calibrations"),
    "files.view_attachment": _("open attached files"),
    "imports.stage_file": _("import files"),
    "inventory.inspect_receipt": _("check what was received"),
    "inventory.lift_hold": _("lift holds"),
    "inventory.manage_places": _("manage places"),
    "inventory.move_stock": _("move stock"),
    "inventory.place_hold": _("place holds"),
    "inventory.receive_stock": _("receive deliveries"),
    "inventory.release_stock": _("release and reject stock"),
    "inventory.make_stock": _("bring into stock what an order makes"),
    "inventory.use_stock": _("use and split stock at work"),
    "inventory.view_stock": _("read lots and stock"),
    "personnel.manage_qualifications": _("grant qualifications"),
    "personnel.view_qualifications": _("read qualifications"),
    "printing.print_label": _("print labels"),
    "printing.view_label": _("read labels and prints"),
    "quality.approve_correction": _("decide corrections of entries"),
    "quality.decide_deviation": _("decide deviations"),
    "quality.decide_disposition": _("decide what becomes of nonconforming product"),
    "quality.exclude_sample": _("exclude samples from a recorded test"),
    "quality.inspect": _("inspect"),
    "quality.raise_nonconformance": _("raise nonconformances"),
    "quality.report_event": _("report what happened"),
    "quality.view_quality": _("read nonconformances and deviations"),
    "records.view_trail": _("read the audit trail"),
    "records.verify_records": _("have the records verified"),
    "routing.edit_routing": _("edit routings"),
    "routing.publish_card": _("publish process cards"),
    "routing.return_routing": _("return routings to their author"),
    "routing.view_routing": _("read routings and process cards"),
    "shopfloor.accept_over_issue": _("accept that more material is used than needed"),
    "shopfloor.dispatch_order": _("dispatch orders"),
    "shopfloor.plan_order": _("plan orders"),
    "shopfloor.remove_link": _("take a part out of a product"),
    "shopfloor.request_correction": _("ask for corrections of entries"),
    "shopfloor.second_check": _("check what somebody else entered"),
    "shopfloor.split_batch": _("split batches"),
    "shopfloor.view_order": _("read orders and work cards"),
    "shopfloor.work_card": _("work on cards"),
    "webhooks.manage_endpoint": _("set up webhooks"),
    "webhooks.view_endpoint": _("read webhooks and what they told"),
}


def names() -> dict[str, Any]:
    """Provider of ``accounts.permission_names``."""
    return NAMES
