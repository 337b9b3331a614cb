"""The print queue on screen, and files that are handed out."""

import pytest
from django.urls import reverse

from foundation.accounts.models import Role, RoleAssignment, User
from foundation.accounts.services import sync_roles
from foundation.core import clock, gs1
from foundation.core.actor import Actor
from foundation.files.services import keep_original
from foundation.printing.models import PrintJob
from foundation.printing.services import print_label
from foundation.printing.symbols import read_symbols
from foundation.records.act import act
from tests.printing.test_labels import CONTAINER, SUBJECT

ROBOT = Actor.system("test")
SEES = "inventory.view_stock"
READER, PRINTER = (
    ["printing.view_label", "files.view_attachment", SEES],
    ["printing.view_label", "printing.print_label", SEES],
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    def log_in(permissions):
        sync_roles(actor=ROBOT, catalogue=[("some_role", {"en": "Some role"}, permissions)])
        with act(actor=ROBOT, verb="test.person.made"):
            user = User(username="someone", name="Some One")
            user.save()
            RoleAssignment(user=user, role=Role.objects.get(), valid_from=clock.now()).save()
        client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
        return user

    return log_in


@pytest.fixture
def job():
    return print_label(actor=ROBOT, template="container_label", data=CONTAINER, subject=SUBJECT)


def test_the_queue_and_a_print_are_shown(client, person, job):
    person(READER)
    assert job.number in client.get(reverse("printing:print-list")).content.decode()
    page = client.get(reverse("printing:print", args=[job.number])).content.decode()
    assert "C-000123" in page
    assert reverse("printing:print-reprint", args=[job.number]) not in page


def test_the_files_of_a_print_are_handed_out_as_they_will_be_printed(client, person, job):
    person(READER)
    pdf = client.get(reverse("printing:print-pdf", args=[job.number]))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf["X-Content-Type-Options"] == "nosniff"
    png = client.get(reverse("printing:print-png", args=[job.number]))
    assert [gs1.what_is(found.text).value for found in read_symbols(png.content)] == ["C-000123"]


def test_a_reprint_is_asked_for_with_its_reason(client, person, job):
    person(PRINTER)
    address = reverse("printing:print-reprint", args=[job.number])
    assert client.post(address, {"reason": "", "copies": 1}).status_code == 422
    assert PrintJob.objects.count() == 1
    assert client.post(address, {"reason": "Label torn", "copies": 2}).status_code == 302
    again = PrintJob.objects.latest("pk")
    assert (again.first_print, again.reason, again.copies, again.requested_by_name) == (
        job,
        "Label torn",
        2,
        "Some One",
    )
    assert again.data == job.data


def test_without_the_right_nothing_is_shown_and_nothing_printed(client, person, job):
    person(["bom.view_bom"])
    for name in ("print", "print-pdf", "print-png", "print-reprint"):
        assert client.get(reverse(f"printing:{name}", args=[job.number])).status_code == 403, name
    assert client.post(reverse("printing:print-reprint", args=[job.number]), {"reason": "x"}).status_code == 403
    assert client.get(reverse("printing:print-list")).status_code == 403
    assert PrintJob.objects.count() == 1


def test_the_anonymous_are_sent_to_the_door(client, job):
    for name in ("print", "print-pdf", "print-png", "print-reprint"):
        assert client.get(reverse(f"printing:{name}", args=[job.number])).status_code == 302, name


def test_an_attachment_is_downloaded_unchanged_by_those_who_may(client, person):
    kept = keep_original(
        actor=ROBOT, content=b"t,v\n1,2\n3,4\n", name="测试.csv", origin_statement="bench", subject=SUBJECT
    )
    address = reverse("files:attachment-download", args=[kept.pk])
    assert client.get(address).status_code == 302
    person(READER)
    answer = client.get(address)
    assert (answer.status_code, answer.content) == (200, b"t,v\n1,2\n3,4\n")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(reverse("files:attachment-download", args=[0])).status_code == 404


def test_an_attachment_is_not_for_everybody(client, person):
    kept = keep_original(actor=ROBOT, content=b"t,v\n1,2\n3,4\n", name="a.csv", origin_statement="test bench")
    person(["bom.view_bom"])
    assert client.get(reverse("files:attachment-download", args=[kept.pk])).status_code == 403
