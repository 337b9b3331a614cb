"""Records in print: everything that the record says is there, on A4, with its proof at the foot of each page."""

import io
import json
from datetime import UTC, datetime

import pypdf
import pytest

from foundation.core.canonical import canonical_json
from foundation.printing import typesetting
from foundation.printing.symbols import read_symbols, text_svg
from foundation.printing.typesetting import RenderingFailed, render_pdf, render_png
from tests.printing.dhr_sample import DOCUMENT, HASH, SIGNATURE, name, sample

MOMENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def print_dhr(record=None, document=DOCUMENT, **more):
    return render_pdf("dhr", {"record": record or sample(), "document": document}, timestamp=MOMENT, **more)


def pages_of(pdf):
    # Kerning splits words in the text of a PDF, so blanks say nothing.
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.requirement("TRC-03")
def test_each_page_bears_number_page_of_pages_hash_and_the_signatures():
    pages = pages_of(print_dhr(sample(steps=60)))
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert "DHR-000001" in page
        assert f"{number}/{len(pages)}" in page
        assert HASH in page
        assert "PC-000002" in page
        assert "WangFang·released放行·2026-03-0108:15:00UTC(Asia/Shanghai)" in page


@pytest.mark.requirement("TRC-03")
def test_the_print_tells_all_that_the_record_holds():
    text = "".join(pages_of(print_dhr()))
    for told in (
        "L-000045", "A213B1", "GA-0007", "K-77", "5.62mm", "5.45…5.55", "ZhaoLei", "NC-000001", "wornreamer", "DV-000001",
        "typingerror", "PR-000001", "blower.csv", "DHR-000000", "RESIN-1", "shopfloor.step.recorded", "Gaugeoverdue",
        "qa_releaser", "Flowtestmissing", "缺流量测试", "文丘里流量传感器", "removed", "late", "WC-000003", "BENCH-1",
    ):  # fmt: skip
        assert told in text, told


@pytest.mark.requirement("BEY-15")
def test_the_language_of_the_print_changes_the_order_of_the_words_and_nothing_of_the_record():
    english, chinese = (
        "".join(pages_of(print_dhr(document={**DOCUMENT, "language": code}))) for code in ("en", "zh-hans")
    )
    assert "Ventu" in english
    assert english.index("Venturiflowsensor") < english.index("文丘里流量传感器")
    assert chinese.index("文丘里流量传感器") < chinese.index("Venturiflowsensor")
    assert HASH in chinese


def test_a_record_that_grows_is_printed_with_little_in_it_and_says_so():
    few = {key: value for key, value in sample().items() if key in ("number", "subject", "state", "completeness")}
    text = "".join(pages_of(print_dhr({**few, "state": "growing"}, {**DOCUMENT, "watermark": "GROWING"})))
    assert "Notsigned" in text
    assert "None." in text


def test_texts_of_people_are_text_and_never_code():
    record = sample()
    record["deviations"][0]["description"] = '#panic("x") $ 1/0 $ #import "dhr.typ" *bold* <script>'
    assert '#panic("x")$1/0$#import"dhr.typ"*bold*<script>' in "".join(pages_of(print_dhr(record)))


@pytest.mark.requirement("BEY-01")
def test_the_record_itself_is_attached_and_the_file_is_pdf_a_3b():
    content = canonical_json(sample())
    pdf = print_dhr(attachments={"dhr.json": content})
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.attachments["dhr.json"] == [content]
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert reader.trailer["/Root"]["/AF"]


def test_the_same_record_gives_the_same_bytes_and_another_moment_others():
    attachments = {"dhr.json": b"{}"}
    first = print_dhr(attachments=attachments)
    assert print_dhr(attachments=attachments) == first
    later = render_pdf("dhr", {"record": sample(), "document": DOCUMENT}, timestamp=MOMENT.replace(hour=10))
    assert later != first


def card(**changes):
    parameter = {
        "code": "throat-diameter", "name": name("Throat diameter", "喉径"), "unit": "mm", "target": "5.5", "lower": "5.45",
        "upper": "5.55", "critical": True, "limits_source": name("Set by process engineering", "由工艺工程设定"),
    }  # fmt: skip
    step = {
        "key": "30.10", "number": 10, "kind": "reading", "instruction": name("Ream the throat", "铰孔"),
        "when": {"rule": "every_unit", "n": None}, "by": "self", "second_check": "remeasure", "materials": [],
        "parameter": parameter,
    }  # fmt: skip
    operation = {
        "number": 30, "name": name("Ream throat", "铰孔"), "work_center": "BENCH", "setup_minutes": "5", "run_minutes": "3",
        "equipment_class": "drill", "qualifications": ["BENCH"], "predecessors": [20], "first_piece": True, "steps": [step],
    }  # fmt: skip
    line = {
        "position": "A1", "item_number": "RESIN-1", "name": name("Resin", "树脂"), "quantity": "60", "unit": "mL",
        "basis": "per_unit", "operation": 10, "optional": False, "critical": True, "made_here": False,
        "alternates": [{"item_number": "RESIN-2", "position": "A2", "condition": name("only with FDM", "仅限FDM")}],
    }  # fmt: skip
    content = {
        "schema": "process-card/1", "item": {"number": "VENTURI", "name": name("Venturi", "文丘里")}, "variant": "",
        "purpose": "production", "bom": {"revision": "VENTURI/A", "lines": [line]},
        "routing": {"revision": "VENTURI/A", "operations": [operation]}, "documents": [],
    }  # fmt: skip
    return {
        "card": {"number": "PC-000002", "revision": "A", "content_hash": HASH, "language": "en"},
        "content": content,
        "signatures": [{**SIGNATURE, "meaning": "approved"}],
        **changes,
    }


@pytest.mark.requirement("PRC-06")
def test_a_process_card_is_printed_with_revision_approvals_limits_and_barcode():
    pictures = {"symbol.svg": text_svg("PC-000002")}
    text = "".join(pages_of(render_pdf("process_card", card(), pictures=pictures, timestamp=MOMENT)))
    for told in ("PC-000002", HASH, "5.45…5.55mm", "approved批准", "RESIN-2", "BENCH", "铰孔", "firstpieceinspection"):
        assert told in text, told
    [symbol] = read_symbols(render_png("process_card", card(), pictures=pictures))
    assert (symbol.text, symbol.is_gs1) == ("PC-000002", False)


def test_a_template_that_does_not_fit_its_data_is_an_error_with_its_name():
    with pytest.raises(RenderingFailed, match="dhr"):
        render_pdf("dhr", {"document": DOCUMENT}, timestamp=MOMENT)


def test_fonts_are_our_own_and_have_chinese():
    assert "Noto Sans CJK SC" in typesetting.fonts().families()


def test_the_sample_is_canonical_json():
    assert json.loads(canonical_json(sample())) == sample()


def without_facts(thing, key=""):
    """Every leaf null; what a record cannot be without is kept."""
    if isinstance(thing, dict):
        return {name: without_facts(value, name) for name, value in thing.items()}
    if isinstance(thing, list):
        return [without_facts(value, key) for value in thing]
    return thing if key in {"number", "title", "content_hash", "language", "schema"} else None


def as_numbers(thing, key=""):
    """Every text a number: what a floor enters is not always what a form expects."""
    if isinstance(thing, dict):
        return {name: as_numbers(value, name) for name, value in thing.items()}
    if isinstance(thing, list):
        return [as_numbers(value, key) for value in thing]
    return 7 if isinstance(thing, str) and key not in {"title", "language"} else thing


@pytest.mark.parametrize("change", [without_facts, as_numbers])
def test_a_record_prints_whatever_is_missing_or_odd_in_it(change):
    record = {**change(sample()), "number": "DHR-000001"}
    assert "DHR-000001" in pages_of(print_dhr(record))[0]
    content = {**change(card()["content"]), "purpose": "production"}
    pictures = {"symbol.svg": text_svg("PC-000002")}
    assert (
        "PC-000002"
        in pages_of(render_pdf("process_card", card(content=content), pictures=pictures, timestamp=MOMENT))[0]
    )
