"""The plant before any product: site, people, stations, qualifications, equipment, places."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from demo.people import INSTALLER, PEOPLE, at_desk, load_people, load_stations
from foundation.accounts import services as accounts
from foundation.accounts.models import Site, User
from foundation.core import clock
from resources.equipment import services as equipment
from resources.equipment.models import EquipmentClass
from resources.personnel import services as personnel

SITE = "HZ1"
QUALIFICATIONS = {
    "sla-printing": {"en": "Resin printing", "zh-hans": "光固化打印"},
    "bench-finishing": {"en": "Bench finishing", "zh-hans": "钳工精整"},
    "bench-assembly": {"en": "Bench assembly", "zh-hans": "台面装配"},
    "leak-testing": {"en": "Leak testing", "zh-hans": "气密测试"},
    "laser-cutting": {"en": "Laser cutting", "zh-hans": "激光切割"},
    "blower-assembly": {"en": "Blower assembly", "zh-hans": "风机装配"},
    "functional-testing": {"en": "Functional testing", "zh-hans": "功能测试"},
    "inspector": {"en": "Inspector", "zh-hans": "检验员"},
}
# class, name, is gauge, quantity kind
CLASSES = (
    ("sla-printer", {"en": "Resin printer", "zh-hans": "光固化打印机"}, False, ""),
    ("reamer-station", {"en": "Reaming station", "zh-hans": "铰孔工位"}, False, ""),
    ("bore-gauge", {"en": "Bore gauge", "zh-hans": "内径量表"}, True, "length"),
    ("vacuum-tester", {"en": "Vacuum tester", "zh-hans": "真空测试仪"}, True, "pressure"),
    ("laser-cutter", {"en": "Laser cutter", "zh-hans": "激光切割机"}, False, ""),
    ("torque-driver", {"en": "Torque driver", "zh-hans": "扭力螺丝刀"}, False, ""),
    ("flow-bench", {"en": "Flow bench", "zh-hans": "流量测试台"}, False, ""),
    ("scale", {"en": "Scale", "zh-hans": "电子秤"}, True, "mass"),
)
# code, class, name, work center, days to calibration (None = none needed), range
EQUIPMENT = (
    ("SLA-P1", "sla-printer", {"en": "Resin printer P1", "zh-hans": "光固化打印机 P1"}, "SLA", None, None),
    ("REAM-1", "reamer-station", {"en": "Reaming station 1", "zh-hans": "铰孔工位 1"}, "BENCH", None, None),
    ("BG-01", "bore-gauge", {"en": "Bore gauge 01", "zh-hans": "内径量表 01"}, "BENCH", 180, ("4", "10", "mm")),
    (
        "BG-02",
        "bore-gauge",
        {"en": "Bore gauge 02 (overdue)", "zh-hans": "内径量表 02(逾期)"},
        "BENCH",
        -5,
        ("4", "10", "mm"),
    ),
    (
        "VT-01",
        "vacuum-tester",
        {"en": "Vacuum tester 01", "zh-hans": "真空测试仪 01"},
        "TEST",
        90,
        ("-100", "0", "kPa"),
    ),
    ("LC-1", "laser-cutter", {"en": "Laser cutter 1", "zh-hans": "激光切割机 1"}, "LASER", None, None),
    ("TD-01", "torque-driver", {"en": "Torque driver 01", "zh-hans": "扭力螺丝刀 01"}, "BENCH", 120, None),
    ("FB-01", "flow-bench", {"en": "Flow bench 01", "zh-hans": "流量测试台 01"}, "TEST", 150, None),
    ("SC-01", "scale", {"en": "Scale 01", "zh-hans": "电子秤 01"}, "WH", 200, ("0", "6000", "g")),
)


def load_plant() -> dict[str, str]:
    """Everything that is there before the first parts list; returns the stations' tokens."""
    site = accounts.create_site(
        actor=INSTALLER, code=SITE, name={"en": "Hangzhou plant", "zh-hans": "杭州工厂"}, time_zone="Asia/Shanghai"
    )
    load_people(site)
    tokens = load_stations(site)
    load_qualifications()
    load_equipment(site)
    return tokens


def load_qualifications() -> None:
    """Skills, and who has them: the trainee lacks what the venturi needs, so that the gate can be seen to close."""
    owner = at_desk("owner")
    skills = {
        code: personnel.create_qualification(actor=owner, code=code, name=name, valid_days=365)
        for code, name in QUALIFICATIONS.items()
    }
    trainer = User.objects.get(username="engineer2")
    for one in PEOPLE:
        user = User.objects.get(username=one.username)
        for code in one.qualifications:
            personnel.grant_qualification(
                actor=owner,
                user_id=user.pk,
                qualification=skills[code],
                trainer_id=trainer.pk,
                evidence="Demo training",
            )


def load_equipment(site: Site) -> None:
    """Machines and gauges; BG-02's calibration ran out five days ago."""
    technician, today = at_desk("technician"), clock.today()
    for code, name, is_gauge, kind in CLASSES:
        equipment.create_equipment_class(actor=technician, code=code, name=name, is_gauge=is_gauge, quantity_kind=kind)
    for code, class_code, name, work_center, days, span in EQUIPMENT:
        equipment.register_equipment(
            actor=technician,
            code=code,
            name=name,
            equipment_class=EquipmentClass.objects.get(code=class_code),
            site=site,
            work_center=work_center,
            calibration_due=today + timedelta(days=days) if days is not None else None,
            range_low=Decimal(span[0]) if span else None,
            range_high=Decimal(span[1]) if span else None,
            unit=span[2] if span else "",
        )
