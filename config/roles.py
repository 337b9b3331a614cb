"""The role catalogue: code, name, permissions. `manage.py sync_roles` hands it down.

A permission is ``app.verb_noun``; services ask for it by this code. Reading what a role needs is ``…view…``.
"""

READ = [
    "bom.view_bom",
    "routing.view_routing",
    "changecontrol.view_change",
    "inventory.view_stock",
    "shopfloor.view_order",
    "quality.view_quality",
    "dhr.view_record",
    "records.view_trail",
    "files.view_attachment",
    "printing.view_label",
    "equipment.view_equipment",
    "personnel.view_qualifications",
]

CATALOGUE: list[tuple[str, dict[str, str], list[str]]] = [
    (
        "process_engineer",
        {"en": "Process engineer", "zh-hans": "工艺工程师"},
        [
            *READ,
            "imports.stage_file",
            "bom.edit_bom",
            "routing.edit_routing",
            "changecontrol.raise_change",
            "changecontrol.assess_change",
            "changecontrol.approve_as_engineering",
            "changecontrol.implement_change",
        ],
    ),
    (
        "quality_engineer",
        {"en": "Quality engineer", "zh-hans": "质量工程师"},
        [
            *READ,
            "changecontrol.approve_as_quality",
            "changecontrol.assess_change",
            "inventory.inspect_receipt",
            "inventory.release_stock",
            "inventory.place_hold",
            "inventory.lift_hold",
            "quality.inspect",
            "quality.raise_nonconformance",
            "quality.decide_disposition",
            "quality.decide_deviation",
            "quality.approve_correction",
            "quality.exclude_sample",
            "shopfloor.second_check",
        ],
    ),
    (
        "operator",
        {"en": "Operator", "zh-hans": "操作员"},
        [
            "shopfloor.view_order",
            "shopfloor.work_card",
            "shopfloor.second_check",
            "inventory.view_stock",
            "quality.raise_nonconformance",
            "quality.report_event",
            "files.view_attachment",
            "printing.view_label",
        ],
    ),
    (
        "line_leader",
        {"en": "Line leader", "zh-hans": "班组长"},
        [
            *READ,
            "shopfloor.work_card",
            "shopfloor.second_check",
            "shopfloor.request_correction",
            "shopfloor.split_batch",
            "shopfloor.remove_link",
            "quality.raise_nonconformance",
            "quality.report_event",
            "inventory.place_hold",
        ],
    ),
    (
        "warehouse",
        {"en": "Warehouse", "zh-hans": "仓库"},
        [
            "printing.view_label",
            "inventory.view_stock",
            "inventory.receive_stock",
            "inventory.move_stock",
            "printing.print_label",
            "bom.view_bom",
        ],
    ),
    (
        "planner",
        {"en": "Planner", "zh-hans": "计划员"},
        [*READ, "shopfloor.plan_order", "shopfloor.dispatch_order", "printing.print_label"],
    ),
    (
        "qa_releaser",
        {"en": "QA releaser", "zh-hans": "放行人"},
        [
            *READ,
            "dhr.review_record",
            "dhr.release_record",
            "dhr.make_package",
            "quality.approve_correction",
            "quality.decide_disposition",
            "inventory.place_hold",
            "inventory.release_stock",
        ],
    ),
    ("auditor", {"en": "Auditor", "zh-hans": "审核员"}, [*READ, "dhr.make_package"]),
    (
        "system_owner",
        {"en": "System owner", "zh-hans": "系统管理员"},
        [
            *READ,
            "accounts.manage_users",
            "accounts.manage_stations",
            "personnel.manage_qualifications",
            "equipment.manage_equipment",
            "printing.print_label",
        ],
    ),
    (
        "technician",
        {"en": "Technician", "zh-hans": "设备技术员"},
        ["equipment.manage_equipment", "equipment.view_equipment", "inventory.view_stock", "shopfloor.view_order"],
    ),
]
