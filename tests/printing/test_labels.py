"""Labels: asked for once, printed, and read back by a reader of symbols."""

import io
import shutil
import subprocess
from decimal import Decimal

import pytest
from PIL import Image

from foundation.accounts.models import Role, RoleAssignment, User
from foundation.accounts.services import sync_roles
from foundation.core import clock, gs1, jobs
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.files import storage
from foundation.printing import selectors, symbols
from foundation.printing.models import PrintJob
from foundation.printing.rendering import pdf_of, png_of
from foundation.printing.services import LabelOf, print_label, print_labels
from foundation.records.act import act
from foundation.records.models import LedgerEntry

ROBOT = Actor.system("test")
SUBJECT = RecordRef("inventory.stockunit", 5, "C-000123")
CONTAINER = {
    "container": "C-000123",
    "item_number": "8560K357",
    "item_name": {"en": "Acrylic sheet, clear", "zh-hans": "透明亚克力板"},
    "lot": "L-000045",
    "quantity": Decimal("2500.0"),
    "unit": "cm2",
    "expires_on": "2028-05-31",
    "supplier_lot": "A213B1",
}
UDI = {
    "udi_di": "51022222233336",
    "item_number": "VENT-1",
    "item_name": {"en": "Ventilator", "zh-hans": "呼吸机"},
    "made_on": "2014-12-31",
    "expires_on": "2015-07-07",
    "lot": "A213B1",
    "serial": "1234",
    "manufacturer": "Demo plant",
}
TRAVELLER = {
    "traveller": "TC-000004",
    "order": "WO-000007",
    "item_number": "VENTURI",
    "item_name": {"en": "Venturi"},
    "lot": "V-1",
    "quantity": "5",
    "unit": "pcs",
    "card": "PC-000002",
    "card_hash": "ab" * 32,
    "operations": [{"number": 30, "name": {"en": "Ream", "zh-hans": "铰孔"}, "work_center": "BENCH"}],
}


def ask(actor=ROBOT, template="container_label", data=CONTAINER, subject=SUBJECT, **more):
    return print_label(actor=actor, template=template, data=data, subject=subject, **more)


def person(*permissions):
    sync_roles(actor=ROBOT, catalogue=[("some_role", {"en": "Some role"}, permissions)])
    with act(actor=ROBOT, verb="test.person.made"):
        user = User(username="someone", name="Some One")
        user.save()
        RoleAssignment(user=user, role=Role.objects.get(code="some_role"), valid_from=clock.now()).save()
    return Actor(user.pk, user.name, station="WH-1")


@pytest.mark.django_db
@pytest.mark.requirement("BEY-10")
@pytest.mark.parametrize(
    ("template", "data", "kind", "value"),
    [
        ("container_label", CONTAINER, "container", "C-000123"),
        ("traveller", TRAVELLER, "traveller", "TC-000004"),
        ("udi_label", UDI, "udi", "51022222233336"),
        ("equipment_label", {"code": "GA-0007", "title": {"en": "Gauge"}}, "equipment", "GA-0007"),
        ("station_label", {"code": "ST-BENCH-1", "title": {"en": "Bench"}}, "station", "ST-BENCH-1"),
        ("badge", {"code": "B-7K2M9Q", "title": {"en": "Li Na"}}, "badge", "B-7K2M9Q"),
    ],
)
def test_a_printed_label_is_read_back_from_its_picture(template, data, kind, value):
    [symbol] = symbols.read_symbols(png_of(ask(template=template, data=data)))
    scanned = gs1.what_is(symbol.text)
    assert (symbol.format, symbol.is_gs1, scanned.kind, scanned.value) == ("DataMatrix", True, kind, value)


@pytest.mark.django_db
@pytest.mark.skipif(
    shutil.which("pdftoppm") is None, reason="pdftoppm is not installed (apt-get install poppler-utils)"
)
def test_the_pdf_of_a_label_rasterised_is_read_back_with_all_its_elements(tmp_path):
    (tmp_path / "label.pdf").write_bytes(pdf_of(ask(template="udi_label", data=UDI)))
    subprocess.run(["pdftoppm", "-r", "200", "-png", "label.pdf", "label"], cwd=tmp_path, check=True)
    [picture] = tmp_path.glob("label*.png")
    [symbol] = symbols.read_symbols(picture.read_bytes())
    assert gs1.parse(symbol.text).bracketed == "(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234"


@pytest.mark.django_db
def test_a_print_keeps_who_asked_what_and_for_which_record():
    job = ask(copies=3)
    assert (job.number, job.copies, job.requested_by_name, job.subject) == ("PR-000001", 3, "system:test", SUBJECT)
    assert job.data["quantity"] == "2500"
    assert job.first_print is None
    entry = LedgerEntry.objects.get(verb="printing.label.printed")
    assert (entry.subject_number, entry.data["numbers"], entry.data["copies"]) == ("C-000123", ["PR-000001"], 3)


@pytest.mark.django_db
def test_a_second_print_needs_a_reason_and_says_that_it_is_a_reprint():
    first = ask()
    with pytest.raises(NotValid) as refusal:
        ask()
    assert (refusal.value.code, refusal.value.field) == ("reason-required", "reason")
    assert PrintJob.objects.count() == 1
    again = ask(reason="Label torn")
    third = ask(reason="Torn again")
    assert [again.first_print, third.first_print] == [first, first]
    assert png_of(again) != png_of(first)
    assert list(selectors.prints_of(SUBJECT)) == [third, again, first]
    assert ask(subject=RecordRef("inventory.stockunit", 6, "C-000124")).first_print is None


@pytest.mark.django_db
def test_a_label_of_another_act_is_covered_by_its_right_a_reprint_is_not():
    actor = person("inventory.receive_stock")
    with pytest.raises(PermissionDenied):
        ask(actor=actor)
    with act(actor=actor, verb="inventory.lot.received"):
        ask(actor=actor)
    with pytest.raises(PermissionDenied):
        ask(actor=actor, reason="Label torn")
    assert PrintJob.objects.count() == 1


@pytest.mark.django_db
def test_who_may_print_reprints_at_the_station():
    actor = person("printing.print_label")
    ask(actor=actor)
    assert ask(actor=actor, reason="Label torn").station == "WH-1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"template": "poster"}, "not-valid"),
        ({"data": {**CONTAINER, "lot": ""}}, "data-missing"),
        ({"data": {**CONTAINER, "container": "123"}}, "wrong-shape"),
        ({"template": "udi_label", "data": {**UDI, "udi_di": "51022222233337"}}, "check-digit"),
        ({"template": "udi_label", "data": {**UDI, "lot": "A B"}}, "wrong-shape"),
        ({"template": "udi_label", "data": {**UDI, "lot": "A(10)B"}}, "not-valid"),
        ({"copies": 0}, "not-valid"),
        ({"copies": 501}, "not-valid"),
    ],
)
def test_what_cannot_be_a_label_is_refused_before_it_is_printed(more, code):
    with pytest.raises(NotValid) as refusal:
        ask(**more)
    assert refusal.value.code == code
    assert not PrintJob.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_the_worker_makes_the_file_once_and_the_queue_says_so():
    job = ask()
    assert [queued.state for queued in selectors.with_states([job])] == ["queued"]
    queued = Job.objects.get(unique_key=job.queue_key)
    assert jobs.run(queued.pk)
    assert not jobs.run(queued.pk)
    queued.refresh_from_db()
    assert [storage.get(made["sha256"]) for made in queued.result["files"]] == [pdf_of(job)]
    assert [found.state for found in selectors.with_states([job])] == ["done"]


@pytest.mark.parametrize("format", ["DataMatrix", "QRCode", "Code128"])
def test_symbols_hold_exactly_the_message(format):
    message = gs1.build([("01", "51022222233336"), ("10", "A213B1"), ("21", "1234")])
    svg = symbols.gs1_svg(message, format)
    assert svg.startswith(b"<?xml")


def test_a_picture_without_a_symbol_reads_as_nothing_and_other_bytes_are_refused():
    blank = io.BytesIO()
    Image.new("L", (50, 50), 255).save(blank, "PNG")
    assert symbols.read_symbols(blank.getvalue()) == []
    with pytest.raises(NotValid):
        symbols.read_symbols(b"not a picture")


def stack(count):
    return [
        LabelOf(
            {**CONTAINER, "container": f"C-{number:06}"}, RecordRef("inventory.stockunit", number, f"C-{number:06}")
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.django_db
def test_a_stack_of_labels_takes_as_many_statements_as_one(django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        made = print_labels(actor=ROBOT, template="container_label", labels=stack(100))
    assert (len(made), made[0].number, made[99].number) == (100, "PR-000001", "PR-000100")
    assert {one.queue_key for one in made} == {"printing.render:PR-000001"}
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_stack_is_refused_whole_when_one_of_it_was_printed_before():
    ask(data={**CONTAINER, "container": "C-000002"}, subject=RecordRef("inventory.stockunit", 2, "C-000002"))
    with pytest.raises(NotValid, match="PR-000001"):
        print_labels(actor=ROBOT, template="container_label", labels=stack(3))
    assert PrintJob.objects.count() == 1
    again = print_labels(actor=ROBOT, template="container_label", labels=stack(3), reason="Printer jam")
    assert [one.first_print_id is not None for one in again] == [False, True, False]


@pytest.mark.django_db
@pytest.mark.parametrize("labels", [[], stack(1) * 2])
def test_a_stack_has_one_label_for_each_thing(labels):
    with pytest.raises(NotValid):
        print_labels(actor=ROBOT, template="container_label", labels=labels)
