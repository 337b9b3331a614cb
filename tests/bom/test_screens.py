"""The screens, by the test client: every page answers, acts go through, refusals say why."""

import io

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from bom.models import Baseline, BomLine, BomRevision, Item
from bom.services import propose_baseline, submit_revision
from foundation.accounts.models import User
from tests.factories.parts import approved, approvers, draft, line, made, part
from tests.factories.people import SECRET, SETUP, actor_for, person
from tests.factories.signing import dialog_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> User:
    return person("engineer", "process_engineer")


@pytest.fixture
def desk(engineer: User) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def revision() -> BomRevision:
    sheet = part("SHEET", unit="cm2", cost="0.015")
    plate = made("PLATE", kind="intermediate", without_list=True)
    return draft(
        made("TOP", kind="finished_device", tracking="serial"),
        line("A1", sheet, "200", is_cut_stock=True, approximate=True),
        line("A2", plate, cut_from="A1"),
        line("A3", part("P"), "4", optional=True),
    )


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_every_page_answers(self, desk: Client, revision: BomRevision, language: str) -> None:
        desk.cookies["django_language"] = language
        item = Item.objects.get(number="SHEET")
        for name, args in (
            ("bom:item-list", ()), ("bom:item-create", ()), ("bom:item", (item.pk,)), ("bom:item-edit", (item.pk,)),
            ("bom:item-where-used", (item.pk,)), ("bom:cost-set", (item.pk,)), ("bom:source-add", (item.pk,)),
            ("bom:item", (revision.item_id,)), ("bom:revision-list", ()), ("bom:revision", (revision.pk,)),
            ("bom:revision-structure", (revision.pk,)), ("bom:revision-cost", (revision.pk,)),
            ("bom:revision-compare", (revision.pk,)), ("bom:line-add", (revision.pk,)), ("bom:tool-add", (revision.pk,)),
            ("bom:line-edit", (revision.lines.get(position="A1").pk,)), ("bom:baseline-list", ()),
            ("bom:baseline-propose", ()), ("imports:batch-list", ()), ("imports:upload", ()),
        ):  # fmt: skip
            page(desk, name, *args)

    def test_nobody_reads_without_logging_in_or_a_role(self, revision: BomRevision) -> None:
        assert not AnonymousUser().is_authenticated
        address = reverse("bom:revision", args=[revision.pk])
        assert Client().get(address).status_code == 302
        operator = Client()
        operator.force_login(person("olga", "operator"))
        assert operator.get(address).status_code == 403

    def test_the_structure_says_what_is_not_taken(self, desk: Client, revision: BomRevision) -> None:
        text = page(desk, "bom:revision-structure", revision.pk)
        assert text.count("ar-not-taken") == 2
        assert "cut here, counted with its stock" in text

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    @pytest.mark.parametrize("name", ["bom:revision", "bom:revision-structure", "bom:revision-cost"])
    def test_exports(self, desk: Client, revision: BomRevision, name: str, kind: str) -> None:
        answer = desk.get(reverse(name, args=[revision.pk]), {"export": kind})
        assert answer.status_code == 200
        assert f".{kind}" in answer["Content-Disposition"]
        if kind == "csv":
            assert "SHEET" in answer.getvalue().decode("utf-8-sig")


class TestActs:
    def test_add_a_line(self, desk: Client, revision: BomRevision) -> None:
        part("RESIN", unit="g")
        values = {
            "position": "A4",
            "component": "resin",
            "quantity": "18,5",
            "basis": "per_unit",
            "etag": revision.etag,
        }
        answer = desk.post(reverse("bom:line-add", args=[revision.pk]), values)
        assert answer.status_code == 302
        added = BomLine.objects.get(position="A4")
        assert (added.component.number, str(added.quantity), added.unit) == ("RESIN", "18.500000", "g")

    def test_a_stale_edit_keeps_what_was_entered(self, desk: Client, revision: BomRevision) -> None:
        values = {"position": "A9", "component": "P", "quantity": "1", "basis": "per_unit", "etag": "stale"}
        answer = desk.post(reverse("bom:line-add", args=[revision.pk]), values)
        assert answer.status_code == 409
        assert 'value="A9"' in answer.content.decode()
        assert not BomLine.objects.filter(position="A9").exists()

    def test_an_unknown_item_is_said_at_its_field(self, desk: Client, revision: BomRevision) -> None:
        answer = desk.post(
            reverse("bom:line-add", args=[revision.pk]), {"position": "A9", "component": "NONE", "quantity": "1"}
        )
        assert answer.status_code == 422
        assert "There is no item with this number." in answer.content.decode()

    def test_create_an_item_and_start_its_list(self, desk: Client) -> None:
        values = {
            "number": "NEW",
            "name_en": "New",
            "kind": "assembly",
            "unit": "pcs",
            "tracking": "lot",
            "make_or_buy": "make",
        }
        assert desk.post(reverse("bom:item-create"), values).status_code == 302
        item = Item.objects.get(number="NEW")
        assert desk.post(reverse("bom:revision-start", args=[item.pk])).status_code == 302
        assert BomRevision.objects.get().number == "NEW/A"

    def test_submit_and_return(self, desk: Client, revision: BomRevision) -> None:
        desk.post(reverse("bom:revision-act", args=[revision.pk, "submit"]), {"etag": revision.etag})
        assert BomRevision.objects.get(pk=revision.pk).state == "in_review"
        desk.post(reverse("bom:revision-act", args=[revision.pk, "return"]), {"reason": "More to do"})
        assert BomRevision.objects.get(pk=revision.pk).state == "draft"
        assert desk.post(reverse("bom:revision-act", args=[revision.pk, "approve"])).status_code == 404

    def test_sign_a_baseline(self, revision: BomRevision) -> None:
        baseline = propose_baseline(actor=SETUP, revision_ids=[revision.pk], title="First load")
        for side, signer in zip(("engineering", "quality"), approvers(), strict=True):
            client = Client()
            client.force_login(signer)
            assert "Sign for" in page(client, "bom:baseline", baseline.pk)
            answer = client.post(
                reverse("bom:baseline-sign", args=[baseline.pk, side]),
                {
                    "identity": signer.username,
                    "secret": SECRET,
                    **dialog_on(client, reverse("bom:baseline", args=[baseline.pk]), f"/{side}/"),
                },
            )
            assert answer.status_code == 302
        assert Baseline.objects.get().state == "approved"
        assert BomRevision.objects.get(pk=revision.pk).state == "approved"
        assert "Approver-E" in page(client, "bom:revision", revision.pk)

    def test_compare_two_revisions(self, desk: Client, engineer: User) -> None:
        top, p = made("ASM"), part("Q")
        first = draft(top, line("A1", p))
        approved(first)
        second = draft(top, line("A1", p, "3"), actor=actor_for(engineer))
        submit_revision(actor=SETUP, revision_id=second.pk)
        text = page(desk, "bom:revision-compare", second.pk)
        assert "quantity: 1" in text
        assert "quantity: 3" in text


@pytest.mark.requirement("COL-05")
class TestImport:
    LIST = (
        "path,title,item,kind,quantity,manufacturer,part_number,price,notes\n"
        "top,Widget,A1,part,~1m,Acme,T-1,2.00 / m,Tube\n"
        "top,Widget,A2,part,many,Acme,P-2,2.00,Plate\n"
        "top,Widget,A3,part,(1),Acme,P-3,1.00,Spare\n"
    )

    def test_from_upload_to_drafts(self, desk: Client) -> None:
        file = io.BytesIO(self.LIST.encode("gbk"))
        file.name = "list.csv"
        answer = desk.post(reverse("imports:upload"), {"schema": "bom.parts_list", "file": file, "origin": "supplier"})
        assert answer.status_code == 302
        mapping_page = desk.get(answer.url).content.decode()
        assert "utf-8" in mapping_page
        fields = ("path", "title", "position", "kind", "quantity", "manufacturer", "part_number", "price", "notes")
        answer = desk.post(answer.url, {name: str(index) for index, name in enumerate(fields)})
        assert answer.status_code == 302
        review = answer.url
        text = desk.get(review).content.decode()
        assert "“many” cannot be read as a number with a unit." in text
        act = review + "act/"
        assert "autofocus" in desk.get(review, {"edit": "r3"}).content.decode()
        desk.post(act, {"save": "r3", "set.quantity": "2", "set.item_name": "Plate, steel"})
        desk.post(act, {"choose": "r4\trole\toptional"})
        desk.post(act, {"accept_all": "1"})
        self.commit(desk, review)

    def commit(self, desk: Client, review: str) -> None:
        assert "Every row is settled" in desk.get(review, {"show": "open"}).content.decode()
        preview = review.replace("review", "preview")
        text = desk.get(preview).content.decode()
        assert "Commit all of it" in text
        etag = text.split('name="etag" value="')[1].split('"')[0]
        answer = desk.post(review.replace("review", "commit"), {"etag": etag})
        assert answer.status_code == 302
        assert "Propose the drafts" in desk.get(preview).content.decode()
        lines = BomLine.objects.order_by("position").values_list("component__number", "optional", "approximate")
        assert list(lines) == [("T-1", False, True), ("P-2", False, False), ("P-3", True, False)]
        assert Item.objects.get(number="P-2").name == {"en": "Plate, steel"}

    def test_a_file_that_is_refused_says_why(self, desk: Client) -> None:
        file = io.BytesIO(b"")
        file.name = "empty.csv"
        answer = desk.post(reverse("imports:upload"), {"schema": "bom.parts_list", "file": file})
        assert answer.status_code == 422
        assert "This file is empty." in answer.content.decode()
