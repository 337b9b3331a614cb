"""A small record in the shape of docs/domain/dhr-data.md, with one of everything."""

MOMENT = "2026-03-01T08:15:00.000000Z"
HASH = "0123456789abcdef" * 4


def name(en, zh):
    return {"en": en, "zh-hans": zh}


STEP = {
    "key": "30.10",
    "kind": "reading",
    "instruction": name("Ream the throat", "铰孔"),
    "unit_no": "3",
    "value": "5.62",
    "unit": "mm",
    "target": "5.5",
    "lower": "5.45",
    "upper": "5.55",
    "outcome": "out",
    "person": "Li Na",
    "station": "BENCH-1",
    "captured_at": MOMENT,
    "received_at": MOMENT,
    "late": True,
    "equipment": "GA-0007",
    "attempt": 2,
    "superseded": False,
    "note": "confirmed out of limits",
    "attachment": HASH,
    "second_check": {"kind": "remeasure", "person": "Zhao Lei", "at": MOMENT, "value": "5.61"},
}
SIGNATURE = {
    "printed_name": "Wang Fang",
    "role": "qa_releaser",
    "meaning": "released",
    "signed_at": MOMENT,
    "time_zone": "Asia/Shanghai",
    "record": "DHR-000001",
    "record_version": "1",
    "content_hash": HASH,
    "language": "zh-hans",
    "components": "both",
    "validity": "valid",
}


def sample(steps=1, **changes):
    operation = {
        "number": 30,
        "name": name("Ream throat", "铰孔"),
        "work_center": "BENCH",
        "card": "WC-000003",
        "state": "completed",
        "started_at": MOMENT,
        "completed_at": MOMENT,
        "quantities": {"in": "5", "good": "4", "scrap": "1", "rework": "0", "held": "0"},
        "steps": [{**STEP, "key": f"30.{number}"} for number in range(10, 10 + steps)],
        "reports": [{"person": "Li Na", "at": MOMENT, "good": "3", "scrap": "0", "rework": "0"}],
    }
    record = {
        "schema": "dhr/1",
        "number": "DHR-000001",
        "site": {"code": "HZ1", "name": name("Hangzhou", "杭州"), "time_zone": "Asia/Shanghai"},
        "subject": {
            "kind": "batch",
            "number": "PB-000003",
            "lot": "V-260301-01",
            "serial": "",
            "item": {"number": "VENTURI", "name": name("Venturi flow sensor", "文丘里流量传感器"), "udi_di": ""},
            "quantity": "5",
            "unit": "pcs",
            "order": {"number": "WO-000007", "kind": "production"},
            "batch": "PB-000003",
            "made_on": "2026-03-01",
            "expires_on": None,
        },
        "definition": {
            "card": "PC-000002",
            "content_hash": HASH,
            "bom_revision": "VENTURI/A",
            "routing_revision": "VENTURI/A",
            "change": "CR-000001",
            "effective_from": MOMENT,
            "purpose": "production",
        },
        "state": "released",
        "started_at": MOMENT,
        "completed_at": MOMENT,
        "compiled_at": MOMENT,
        "quantities": {"unit": "pcs", "in": "5", "good": "4", "scrap": "1", "released": "4", "balanced": True},
        "units": [{"number": "3", "state": "scrapped", "note": "NC-000001"}],
        "completeness": {"complete": False, "demanded": 9, "present": 8, "missing": [
            {"code": "step", "text": name("Flow test missing", "缺流量测试"), "where": "40.10"}]},
        "exceptions": [{"code": "out-of-limits", "text": name("Throat 5.62 mm", "喉径 5.62 mm"), "where": "30.10",
                        "at": MOMENT, "person": "Li Na", "resolution": "scrapped",
                        "record": {"label": "quality.nonconformance", "id": 1, "number": "NC-000001"}}],
        "operations": [operation],
        "materials": [{
            "operation": 10, "position": "A1", "item_number": "RESIN-1", "item_name": name("Resin", "树脂"),
            "lot": "L-000045", "supplier": "Formlabs", "supplier_lot": "A213B1", "expires_on": "2028-05-31",
            "container": "C-000123", "quantity": "60", "unit": "mL", "kind": "remove", "unit_no": "1",
            "person": "Li Na", "at": MOMENT, "record": {"number": "DHR-000000", "content_hash": HASH}}],
        "material_balance": [{"item_number": "RESIN-1", "item_name": name("Resin", "树脂"), "unit": "mL", "issued": "300",
                              "used": "290", "scrapped": "5", "returned": "5", "difference": "0"}],
        "equipment": [{"code": "GA-0007", "name": name("Pin gauges", "针规"), "class": "pin-gauge", "operations": [30],
                       "calibrated_on": "2026-01-01", "calibration_due": "2027-01-01", "certificate": "K-77"}],
        "inspections": [{"number": "IN-000001", "kind": "first_piece", "operation": 30, "unit_no": "1",
                         "result": "accepted", "inspector": "Zhao Lei", "at": MOMENT, "note": ""}],
        "nonconformances": [{
            "number": "NC-000001", "source": "step", "unit_no": "3", "defect": "oversize", "description": "5.62 mm",
            "quantity": "1", "unit": "pcs", "state": "closed", "cause": "worn reamer",
            "dispositions": [{"kind": "scrap", "quantity": "1", "justification": "cannot be made smaller",
                              "by": "Zhao Lei", "at": MOMENT}]}],
        "deviations": [{"number": "DV-000001", "planned": False, "description": "Power cut", "state": "approved",
                        "decided_by": "Zhao Lei", "at": MOMENT}],
        "corrections": [{"where": "30.10", "was": "55", "becomes": "5.5", "reason": "typing error", "asked_by": "Li Na",
                         "approved_by": "Zhao Lei", "at": MOMENT}],
        "labels": [{"number": "PR-000001", "template": "traveller", "copies": 1, "reason": "", "person": "Wu Jun",
                    "at": MOMENT}],
        "attachments": [{"path": "attachments/x.csv", "name": "blower.csv", "sha256": HASH, "size": 1234,
                         "media_type": "text/csv", "origin": "asserted by operator", "person": "Li Na", "at": MOMENT,
                         "facts": {"mean p2": "2.01 kPa"}}],
        "sub_records": [{"number": "DHR-000000", "subject": "plates", "state": "released", "content_hash": HASH}],
        "people": [{"name": "Li Na", "user": "operator", "operations": [30],
                    "qualifications": [{"code": "BENCH", "valid_until": "2027-01-01"}], "read_card_at": MOMENT}],
        "signatures": [SIGNATURE],
        "audit_trail": [{"ledger_entry": 7, "verb": "shopfloor.step.recorded", "outcome": "refused", "actor": "Li Na",
                         "at": MOMENT, "station": "BENCH-1", "subject": "WC-000003", "refusal": "Gauge overdue"}],
    }  # fmt: skip
    return {**record, **changes}


DOCUMENT = {
    "title": "DHR-000001",
    "content_hash": HASH,
    "language": "en",
    "printed_at": MOMENT,
    "printed_by": "Wang Fang",
    "watermark": "",
}
