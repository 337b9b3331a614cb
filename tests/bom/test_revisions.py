"""A revision's life, and editing its draft."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bom import states
from bom.exceptions import CycleFound, EditedMeanwhile, RevisionNotSound
from bom.models import BomLine, BomRevision, Item
from bom.selectors import authors_of, bom_content, check_revision, current_revision
from bom.services import (
    LineData,
    ToolData,
    add_line,
    add_tool,
    change_line,
    discard_draft,
    remove_line,
    retire_revision,
    return_revision,
    start_revision,
    submit_revision,
)
from bom.services.revisions import revision_label
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict, NotValid, PermissionDenied, TransitionNotAllowed
from foundation.records.act import act
from foundation.records.models import RevisionState
from tests.factories.parts import approved, draft, line, made, part
from tests.factories.people import SETUP, actor_for, person

pytestmark = pytest.mark.django_db


def fresh(revision: BomRevision) -> BomRevision:
    return BomRevision.objects.get(pk=revision.pk)


class TestStates:
    @pytest.mark.parametrize("event", ["submit", "return", "approve", "retire"])
    @pytest.mark.parametrize("state", list(RevisionState.values))
    def test_every_state_and_event(self, state: str, event: str) -> None:
        rows = {(row.source, row.event): row.target for row in states.REVISION}
        expected = rows.get((state, event))
        if expected is None:
            with pytest.raises(TransitionNotAllowed):
                states.REVISION.next(state, event, reason="x")
        else:
            assert states.REVISION.next(state, event, reason="x").target == expected

    def test_submitting_freezes_content_and_hash(self) -> None:
        revision = draft(made("TOP"), line("A1", part("P"), "2"))
        assert (revision.number, revision.state, revision.content) == ("TOP/A", "draft", None)
        submitted = submit_revision(actor=SETUP, revision_id=revision.pk)
        assert submitted.state == "in_review"
        assert submitted.content_hash == content_hash(bom_content(fresh(revision)))
        with pytest.raises(TransitionNotAllowed):
            add_line(actor=SETUP, revision_id=revision.pk, line=line("A2", Item.objects.get(number="P")))

    @pytest.mark.pg15
    def test_the_database_refuses_too(self) -> None:
        revision = draft(made("TOP"), line("A1", part("P"), "2"))
        submit_revision(actor=SETUP, revision_id=revision.pk)
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="not a draft"), transaction.atomic():
            cursor.execute("UPDATE bom_bomline SET quantity = 3 WHERE revision_id = %s", [revision.pk])
        assert BomLine.objects.get().quantity == 2

    def test_return_needs_a_reason_and_clears_the_hash(self) -> None:
        revision = draft(made("TOP"), line("A1", part("P")))
        submit_revision(actor=SETUP, revision_id=revision.pk)
        with pytest.raises(NotValid):
            return_revision(actor=SETUP, revision_id=revision.pk, reason="")
        returned = return_revision(actor=SETUP, revision_id=revision.pk, reason="A2 is missing")
        assert (returned.state, returned.content, returned.content_hash) == ("draft", None, "")

    def test_an_empty_list_is_not_submitted(self) -> None:
        revision = draft(made("TOP"))
        with pytest.raises(RevisionNotSound) as refusal:
            submit_revision(actor=SETUP, revision_id=revision.pk)
        assert [problem["code"] for problem in refusal.value.details["problems"]] == ["empty"]
        assert fresh(revision).state == "draft"

    def test_retire(self) -> None:
        (revision,) = approved(draft(made("TOP"), line("A1", part("P"))))
        assert current_revision(revision.item).pk == revision.pk
        assert retire_revision(actor=SETUP, revision_id=revision.pk, reason="Never built").state == "retired"
        assert current_revision(revision.item) is None


class TestStarting:
    def test_the_next_one_is_a_copy_of_the_approved_one(self) -> None:
        top, p = made("TOP"), part("P")
        tool = part("T", kind="tool", tracking="none")
        approved(draft(top, line("A1", p, "2", approximate=True), tools=[ToolData(position="B1", item_id=tool.pk)]))
        copy = start_revision(actor=SETUP, item_id=top.pk)
        assert (copy.number, copy.sequence, copy.copied_from.number) == ("TOP/B", 2, "TOP/A")
        first = bom_content(BomRevision.objects.get(number="TOP/A"))
        second = bom_content(copy)
        assert (first["lines"], first["tools"]) == (second["lines"], second["tools"])
        assert copy.lines.get().history.get().history_type == "+"

    def test_one_open_revision_at_a_time(self) -> None:
        top = made("TOP")
        start_revision(actor=SETUP, item_id=top.pk)
        with pytest.raises(Conflict) as refusal:
            start_revision(actor=SETUP, item_id=top.pk)
        assert refusal.value.code == "revision-open"
        with act(actor=SETUP, verb="test"), pytest.raises(IntegrityError), transaction.atomic():
            BomRevision(item=top, revision="Z", sequence=9, number="TOP/Z").save()

    def test_a_bought_item_has_no_list(self) -> None:
        with pytest.raises(NotValid) as refusal:
            start_revision(actor=SETUP, item_id=part("P").pk)
        assert refusal.value.code == "item-is-bought"

    def test_discarding_keeps_the_history(self) -> None:
        revision = draft(made("TOP"), line("A1", part("P")))
        with pytest.raises(NotValid):
            discard_draft(actor=SETUP, revision_id=revision.pk, reason="")
        discard_draft(actor=SETUP, revision_id=revision.pk, reason="Not needed")
        assert not BomRevision.objects.exists()
        kinds = list(BomLine.history.order_by("history_id").values_list("history_type", flat=True))
        assert kinds == ["+", "-"]

    @pytest.mark.parametrize(("sequence", "label"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA")])
    def test_labels(self, sequence: int, label: str) -> None:
        assert revision_label(sequence) == label


class TestEditing:
    def test_add_change_remove(self) -> None:
        revision, p, q = draft(made("TOP")), part("P"), part("Q", unit="m")
        row = add_line(actor=SETUP, revision_id=revision.pk, line=line("A1", p))
        change_line(actor=SETUP, line_id=row.pk, changes={"component_id": q.pk, "quantity": Decimal("1.5")})
        changed = BomLine.objects.get()
        assert (changed.component_id, changed.quantity, changed.unit) == (q.pk, Decimal("1.5"), "m")
        assert fresh(revision).edition == 3
        remove_line(actor=SETUP, line_id=row.pk)
        assert not BomLine.objects.exists()

    def test_an_edit_of_what_was_read_before_another_edit_is_refused(self) -> None:
        revision = draft(made("TOP"), line("A1", part("P")))
        read = revision.etag
        add_line(actor=SETUP, revision_id=revision.pk, line=line("A2", part("Q")), expected=read)
        with pytest.raises(EditedMeanwhile):
            add_line(actor=SETUP, revision_id=revision.pk, line=line("A3", part("R")), expected=read)
        assert revision.lines.count() == 2

    def test_a_position_is_given_once(self) -> None:
        revision = draft(made("TOP"), line("A1", part("P")))
        with pytest.raises(NotValid) as refusal:
            add_line(actor=SETUP, revision_id=revision.pk, line=line("A1", part("Q")))
        assert (refusal.value.code, refusal.value.field) == ("position-taken", "position")

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"quantity": Decimal(0)}, "not-positive"),
            ({"quantity": Decimal(-1)}, "not-positive"),
            ({"quantity": Decimal("NaN")}, "not-positive"),
            ({"unit": "m"}, "other-unit"),
            ({"scrap_factor": Decimal(1)}, "not-valid"),
        ],
    )
    def test_a_line_that_cannot_be(self, fields: dict[str, object], code: str) -> None:
        revision, p = draft(made("TOP")), part("P")
        data = LineData(**{"position": "A1", "component_id": p.pk, "quantity": Decimal(1), **fields})
        with pytest.raises(NotValid) as refusal:
            add_line(actor=SETUP, revision_id=revision.pk, line=data)
        assert refusal.value.code == code
        assert not revision.lines.exists()

    def test_an_item_cannot_contain_itself_however_deep(self) -> None:
        top, mid, low = made("TOP"), made("MID"), made("LOW")
        upper = draft(top, line("A1", mid))
        draft(mid, line("A1", low))
        lowest = draft(low, line("A1", part("P")))
        for contained in (top, mid, low):
            with pytest.raises(CycleFound):
                add_line(actor=SETUP, revision_id=lowest.pk, line=line("A2", contained))
        assert lowest.lines.count() == 1
        assert upper.lines.count() == 1

    def test_a_tool_is_no_component(self) -> None:
        revision, tap = draft(made("TOP")), part("TAP", kind="tool", tracking="none")
        with pytest.raises(NotValid) as refusal:
            add_line(actor=SETUP, revision_id=revision.pk, line=line("A1", tap))
        assert refusal.value.code == "tool-as-component"
        added = add_tool(actor=SETUP, revision_id=revision.pk, tool=ToolData(position="B1", item_id=tap.pk))
        assert added.quantity == 1

    def test_a_line_that_others_refer_to_stays(self) -> None:
        sheet, plate = part("SHEET", unit="cm2"), made("PLATE", kind="intermediate", without_list=True)
        revision = draft(made("TOP"), line("A4", sheet, "200", is_cut_stock=True), line("A5", plate, cut_from="A4"))
        with pytest.raises(NotValid) as refusal:
            remove_line(actor=SETUP, line_id=revision.lines.get(position="A4").pk)
        assert refusal.value.code == "line-referred-to"
        assert revision.lines.count() == 2

    def test_who_may_not_edit(self) -> None:
        quality = actor_for(person("quinn", "quality_engineer"))
        revision, p = draft(made("TOP")), part("P")
        with pytest.raises(PermissionDenied):
            add_line(actor=quality, revision_id=revision.pk, line=line("A1", p))
        assert not revision.lines.exists()

    def test_whoever_ever_wrote_a_line_is_an_author(self) -> None:
        one, two, three = (person(name, "process_engineer") for name in ("ann", "ben", "cid"))
        revision = draft(made("TOP"), line("A1", part("P")), actor=actor_for(one))
        row = add_line(actor=actor_for(two), revision_id=revision.pk, line=line("A2", part("Q")))
        remove_line(actor=actor_for(two), line_id=row.pk)
        submit_revision(actor=actor_for(three), revision_id=revision.pk)
        assert authors_of(revision) == {one.pk, two.pk}


class TestChecking:
    def codes(self, revision: BomRevision) -> set[tuple[str, str, str]]:
        return {(problem.code, problem.position, problem.severity) for problem in check_revision(revision)}

    def test_references_between_lines(self) -> None:
        p, q = part("P"), part("Q", unit="cm2")
        revision = draft(
            made("TOP"),
            line("A1", p, cut_from="A2"),
            line("A2", q, "5"),
            line("A3", p, alternate_of=["A9"]),
            line("A4", p, used_with="A4"),
            line("A5", q, "5", is_cut_stock=True),
        )
        assert self.codes(revision) == {
            ("no-such-stock", "A1", "error"),
            ("no-such-original", "A3", "error"),
            ("no-such-companion", "A4", "error"),
            ("nothing-cut", "A5", "warning"),
        }

    def test_material_would_be_taken_twice(self) -> None:
        sheet, plate = part("SHEET", unit="cm2"), made("PLATE")
        draft(plate, line("A1", sheet, "60"))
        revision = draft(made("TOP"), line("A4", sheet, "200", is_cut_stock=True), line("A7", plate, cut_from="A4"))
        assert self.codes(revision) == {("cut-and-listed", "A7", "error")}

    def test_made_in_house_without_any_list(self) -> None:
        revision = draft(made("TOP"), line("A1", made("SUB")), line("A2", made("BODY", without_list=True)))
        assert self.codes(revision) == {("no-list", "A1", "warning")}
