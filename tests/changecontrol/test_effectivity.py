"""Which card applies, and why: one answer, or an error that names the gap. The database keeps rows from overlapping."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from changecontrol.exceptions import NoEffectiveCard
from changecontrol.models import Effectivity
from changecontrol.selectors import effective_process_card, resolve
from changecontrol.services import implement_change, remove_affected
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.records.act import act
from routing.models import ProcessCard, RoutingRevision
from tests.changecontrol.test_impact import Order
from tests.factories import definitions
from tests.factories.definitions import Team

START = datetime(2026, 1, 1, tzinfo=UTC)
hours = st.integers(0, 48)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


@st.composite
def rows(draw: st.DrawFn) -> list[Effectivity]:
    """Rows as the exclusion constraints let them be: within one scope (and order) cut out of one line of time."""
    found = []
    for scope, order in (("date", ""), ("order", "WO-1"), ("order", "WO-2")):
        cuts = sorted(draw(st.sets(hours, max_size=5)))
        for start, end in pairwise([*cuts, None]):
            if draw(st.booleans()):
                until = at(end) if end is not None else None
                found.append(Effectivity(scope=scope, order_number=order, valid_from=at(start), valid_until=until))
    return draw(st.permutations(found))


class TestResolution:
    @given(rows(), hours, st.sampled_from(["", "WO-1", "WO-2", "WO-3"]))
    def test_the_narrowest_scope_that_has_a_row_answers_and_exactly_one_row_does(
        self, found: list[Effectivity], hour: int, order: str
    ) -> None:
        holding = [
            row
            for row in found
            if row.valid_from <= at(hour) and (row.valid_until is None or at(hour) < row.valid_until)
        ]
        for_order = [row for row in holding if row.scope == "order" and order and row.order_number == order]
        by_date = [row for row in holding if row.scope == "date"]
        assert len(for_order) <= 1
        assert len(by_date) <= 1
        assert resolve(found, at(hour), order) is next(iter([*for_order, *by_date]), None)

    @given(rows(), hours)
    def test_without_an_order_no_orders_row_ever_answers(self, found: list[Effectivity], hour: int) -> None:
        answer = resolve(found, at(hour))
        assert answer is None or answer.scope == "date"

    @given(rows(), hours, st.sampled_from(["", "WO-1"]), st.randoms())
    def test_the_order_of_the_rows_does_not_matter(
        self, found: list[Effectivity], hour: int, order: str, random: object
    ) -> None:
        shuffled = list(found)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert resolve(found, at(hour), order) is resolve(shuffled, at(hour), order)

    def test_an_interval_holds_from_its_first_moment_to_before_its_last(self) -> None:
        row = Effectivity(scope="date", order_number="", valid_from=at(1), valid_until=at(2))
        assert resolve([row], at(1)) is row
        assert resolve([row], at(2) - timedelta(microseconds=1)) is row
        assert resolve([row], at(2)) is None


@pytest.mark.django_db
@pytest.mark.pg15
class TestDatabase:
    def overlap(self, **values: object) -> None:
        row = Effectivity.objects.order_by("pk")[0]
        columns = {
            "card_id": row.card_id,
            "item_id": row.item_id,
            "variant": "",
            "purpose": row.purpose,
            "scope": "date",
            "order_number": "",
            "valid_from": row.valid_from,
            "valid_until": None,
            "change_id": row.change_id,
            **values,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO changecontrol_effectivity ({', '.join(columns)}) "
                f"VALUES ({', '.join(['%s'] * len(columns))})",
                list(columns.values()),
            )

    @pytest.mark.parametrize("days", [0, 1, 400])
    def test_two_rows_of_one_scope_never_overlap(self, released: RoutingRevision, days: int) -> None:
        with pytest.raises(IntegrityError, match="changecontrol_effectivity_date"):
            self.overlap(valid_from=clock.now() + timedelta(days=days))

    def test_another_variant_purpose_or_order_is_another_line(self, released: RoutingRevision) -> None:
        self.overlap(variant="line-2")
        self.overlap(purpose="trial")
        self.overlap(scope="order", order_number="WO-1")
        self.overlap(scope="order", order_number="WO-2")
        with pytest.raises(IntegrityError, match="changecontrol_effectivity_order"):
            self.overlap(scope="order", order_number="WO-2")

    @pytest.mark.parametrize(
        "values",
        [
            {"scope": "order", "order_number": ""},
            {"scope": "date", "order_number": "WO-1"},
            {"valid_from": START, "valid_until": START},
            {"valid_from": at(2), "valid_until": at(1)},
        ],
    )
    def test_rows_that_cannot_be_are_refused(self, released: RoutingRevision, values: dict[str, object]) -> None:
        with pytest.raises(Exception, match=r"changecontrol_effectivity|lower bound"):
            self.overlap(**values)


@pytest.mark.django_db
@pytest.mark.pg15
@pytest.mark.requirement("PLT-06")
class TestGap:
    def gap(self, item_id: int, **values: object) -> str:
        with pytest.raises(NoEffectiveCard) as refusal:
            effective_process_card(item_id, **values)  # type: ignore[arg-type]
        assert refusal.value.code == "no-effective-card"
        return str(refusal.value)

    def test_no_routing(self, team: Team) -> None:
        part = definitions.item("SCREW")
        assert self.gap(part.pk) == "No process card is effective for SCREW: it has no routing."

    def test_a_draft_that_nothing_carries(self, draft: RoutingRevision) -> None:
        assert self.gap(draft.item_id).endswith("routing VALVE/A is “Draft” and no change carries it.")

    def test_a_change_that_is_not_there_yet(self, team: Team, draft: RoutingRevision) -> None:
        definitions.submitted(team, definitions.change(team, draft))
        assert self.gap(draft.item_id).endswith("routing VALVE/A waits for change CR-000001, which is “In approval”.")

    def test_later(self, team: Team, draft: RoutingRevision) -> None:
        change = definitions.approved(team, definitions.change(team, draft))
        implement_change(actor=team.actor, change_id=change.pk, effective_from=datetime(2099, 1, 1, 8, tzinfo=UTC))
        assert "PC-000001 becomes effective only on 2099-01-01 08:00 UTC" in self.gap(draft.item_id)

    def test_ended(self, released: RoutingRevision) -> None:
        with act(actor=Actor.system("tests"), verb="t.t.t"):
            row = Effectivity.objects.get()
            row.valid_until = row.valid_from + timedelta(minutes=1)
            row.save()
        assert "PC-000001 ended on" in self.gap(released.item_id, at=clock.now() + timedelta(hours=1))

    def test_another_variant_is_never_filled_in(self, released: RoutingRevision) -> None:
        assert "VALVE (line-2): it has no routing" in self.gap(released.item_id, variant="line-2")
        assert "it has no routing" in self.gap(released.item_id, purpose="trial")


def check() -> str:
    out = StringIO()
    try:
        call_command("check_consistency", stdout=out)
    except CommandError as error:
        out.write(f"! {error}\n")
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.requirement("CHG-18")
class TestConsistency:
    def test_nothing_is_printed_when_all_is_in_step(self, team: Team, released: RoutingRevision, order: Order) -> None:
        order("WO-000007", released, "PC-000001")
        assert check() == ""

    def test_an_order_on_a_superseded_card_without_a_decision_is_named(
        self, team: Team, released: RoutingRevision, order: Order
    ) -> None:
        definitions.implemented(
            team, definitions.change(team, boms=(definitions.parts_list(released.item, actor=team.actor),))
        )
        order("WO-000007", released, "PC-000001")
        assert check() == (
            "order WO-000007: runs on superseded PC-000001 without a signed decision.\n! 1 without a signed decision\n"
        )

    def test_the_signed_decision_is_enough(self, team: Team, released: RoutingRevision, order: Order) -> None:
        bom = definitions.parts_list(released.item, actor=team.actor)
        change = definitions.approved(team, definitions.change(team, boms=(bom,)))
        order("WO-000007", released, "PC-000001")
        implement_change(actor=team.actor, change_id=change.pk)
        assert check() == ""

    def test_a_card_on_a_superseded_parts_list_is_named(self, team: Team, released: RoutingRevision) -> None:
        bom = definitions.parts_list(released.item, actor=team.actor)
        change = definitions.change(team, boms=(bom,))
        dragged = change.affected.get(dragged=True)
        remove_affected(actor=team.actor, change_id=change.pk, affected_id=dragged.pk, reason="Only a note changed")
        definitions.implemented(team, change)
        assert check().startswith("card PC-000001: stands on VALVE/A, superseded by VALVE/B.\n")

    def test_a_review_that_nobody_does_is_named(self, team: Team, draft: RoutingRevision) -> None:
        from bom.services import submit_revision  # noqa: PLC0415
        from routing.services import submit_routing  # noqa: PLC0415

        submit_revision(actor=team.actor, revision_id=draft.bom_revision_id)
        submit_routing(actor=team.actor, revision_id=draft.pk)
        assert check().count("is in review, and no open change carries it.") == 2

    def test_a_card_without_effectivity_is_named(self, team: Team, released: RoutingRevision) -> None:
        with act(actor=Actor.system("tests"), verb="t.t.t"):
            Effectivity.objects.get().delete()
        assert ProcessCard.objects.count() == 1
        assert check().startswith("card PC-000001: is published, and nothing says when it applies.\n")
