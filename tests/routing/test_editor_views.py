"""The editor without a browser: every act by plain forms and by fragments; nothing entered is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from routing.models import MaterialUse, Operation, OperationParameter, RoutingRevision, Step
from tests.routing.conftest import Complete, People

HTMX = {"HX-Request": "true"}


def client_of(user_id: int | None) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return client


@pytest.fixture
def engineer(people: People) -> Client:
    return client_of(people.engineer.user_id)


def operation_form(operation: Operation, **changes: Any) -> dict[str, Any]:
    return {
        "number": operation.number,
        "name_en": operation.name["en"],
        "name_zh_hans": operation.name["zh-hans"],
        "work_center": operation.work_center,
        "setup_minutes": operation.setup_minutes,
        "run_minutes": operation.run_minutes,
        "run_basis": operation.run_basis,
        "qualifications": operation.qualifications,
        "first_piece": operation.first_piece,
        **changes,
    }


def expected_of(html: str, key: str) -> str:
    """The version in the form of a row."""
    form = html.split(f'id="{key}"', 1)[1]
    return form.split('name="expected" value="', 1)[1].split('"', 1)[0]


def overruling(html: str) -> str:
    """The version that the button "put mine over theirs" would overrule."""
    return html.split('name="overrule" value="', 1)[1].split('"', 1)[0]


@pytest.mark.django_db
class TestPage:
    def test_it_shows_list_problems_materials_and_the_open_operation(
        self, engineer: Client, complete: Complete
    ) -> None:
        html = engineer.get(reverse("routing:editor", args=[complete.revision.pk])).content.decode()
        for element in ("op-list", "problems", "materials", f"operation-{complete.print.pk}", "add-operation"):
            assert f'id="{element}"' in html
        assert "Before review" in html
        assert "Complete" in html

    def test_an_unallocated_line_is_offered_for_the_open_operation(
        self, engineer: Client, complete: Complete, people: People
    ) -> None:
        use = MaterialUse.objects.get(operation=complete.print)
        engineer.post(reverse("routing:use-release", args=[use.pk]))
        address = reverse("routing:editor", args=[complete.revision.pk])
        html = engineer.get(f"{address}?op={complete.fit.pk}").content.decode()
        assert "A1 (BODY) is consumed by no operation." in html
        assert 'id="allocate-A1"' in html
        engineer.post(
            reverse("routing:allocate", args=[complete.revision.pk]), {"position": "A1", "operation": complete.fit.pk}
        )
        assert MaterialUse.objects.get(position="A1").operation_id == complete.fit.pk

    def test_a_reader_edits_nothing(self, people: People, complete: Complete) -> None:
        client = client_of(people.quality.user_id)
        html = client.get(reverse("routing:editor", args=[complete.revision.pk])).content.decode()
        assert "hx-post" not in html
        answer = client.post(
            reverse("routing:operation-save", args=[complete.print.pk]), operation_form(complete.print)
        )
        assert answer.status_code == 403

    def test_an_operator_may_not_read_it(self, people: People, complete: Complete) -> None:
        answer = client_of(people.operator.user_id).get(reverse("routing:editor", args=[complete.revision.pk]))
        assert answer.status_code == 403


@pytest.mark.django_db
class TestWithoutScripts:
    def test_add_move_duplicate_remove(self, engineer: Client, complete: Complete) -> None:
        revision = complete.revision
        added = engineer.post(
            reverse("routing:operation-add", args=[revision.pk]),
            {"name_en": "Inspect", "name_zh_hans": "检验", "work_center": "TEST", "after": complete.ream.pk},
        )
        assert added.status_code == 302
        assert names(revision) == [(10, "Print"), (20, "Ream"), (25, "Inspect"), (30, "Fit")]
        inspect = Operation.objects.get(number=25)
        engineer.post(reverse("routing:operation-up", args=[inspect.pk]))
        assert names(revision) == [(10, "Print"), (20, "Inspect"), (25, "Ream"), (30, "Fit")]
        engineer.post(reverse("routing:operation-duplicate", args=[complete.ream.pk]))
        assert [name for _n, name in names(revision)] == ["Print", "Inspect", "Ream", "Ream", "Fit"]
        engineer.post(reverse("routing:operation-renumber", args=[revision.pk]))
        engineer.post(reverse("routing:operation-remove", args=[inspect.pk]))
        assert names(revision) == [(10, "Print"), (30, "Ream"), (40, "Ream"), (50, "Fit")]

    def test_a_refused_save_keeps_what_was_entered(self, engineer: Client, complete: Complete) -> None:
        data = operation_form(complete.print, number=20, name_en="Print upright")
        answer = engineer.post(reverse("routing:operation-save", args=[complete.print.pk]), data)
        assert answer.status_code == 422
        assert 'value="Print upright"' in answer.content.decode()
        complete.print.refresh_from_db()
        assert (complete.print.number, complete.print.name["en"]) == (10, "Print")


def names(revision: RoutingRevision) -> list[tuple[int, str]]:
    return [(row.number, row.name["en"]) for row in Operation.objects.filter(revision=revision)]


@pytest.mark.django_db
class TestRows:
    def test_saving_answers_the_status_and_what_follows_not_the_fields(
        self, engineer: Client, complete: Complete
    ) -> None:
        data = operation_form(complete.print, name_zh_hans="")
        answer = engineer.post(reverse("routing:operation-save", args=[complete.print.pk]), data, headers=HTMX)
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "Saved" in html
        assert 'name="name_en" value="Print"' not in html
        assert "The name is missing in 简体中文." in html
        assert 'id="problems" hx-swap-oob="outerHTML"' in html
        assert answer["HX-Trigger"] == "routing-changed"

    def test_a_time_of_nothing_is_no_change_of_someone_else(self, engineer: Client, complete: Complete) -> None:
        data = operation_form(complete.print, setup_minutes="0", run_minutes="１２．５")
        html = engineer.post(
            reverse("routing:operation-save", args=[complete.print.pk]), data, headers=HTMX
        ).content.decode()
        assert 'data-code="merged"' not in html
        complete.print.refresh_from_db()
        assert (complete.print.setup_minutes, complete.print.run_minutes) == (Decimal(0), Decimal("12.5"))

    def test_limits_the_wrong_way_round_are_said_in_words(self, engineer: Client, complete: Complete) -> None:
        parameter = OperationParameter.objects.get(revision=complete.revision)
        data = {
            "definition_id": parameter.definition_id,
            "lower": "5,6",
            "upper": "5.5",
            "characteristic": parameter.characteristic,
            "reaction_below": parameter.reaction_below,
            "reaction_above": parameter.reaction_above,
        }
        answer = engineer.post(reverse("routing:parameter-save", args=[parameter.step_id]), data, headers=HTMX)
        assert answer.status_code == 422
        assert "The upper limit 5.5 is below the lower limit 5.6." in answer.content.decode()
        after = OperationParameter.objects.get(pk=parameter.pk)
        assert (after.lower, after.upper) == (parameter.lower, parameter.upper)

    def test_two_engineers_on_one_row_are_merged(self, engineer: Client, people: People, complete: Complete) -> None:
        address = reverse("routing:editor", args=[complete.revision.pk])
        read = expected_of(engineer.get(address).content.decode(), f"operation-{complete.print.pk}")
        save = reverse("routing:operation-save", args=[complete.print.pk])
        other = client_of(people.engineer2.user_id)
        other.post(save, operation_form(complete.print, run_minutes="7", expected=read), headers=HTMX)
        mine = engineer.post(save, operation_form(complete.print, work_center="SLA", expected=read), headers=HTMX)
        complete.print.refresh_from_db()
        assert (complete.print.run_minutes, complete.print.work_center) == (Decimal(7), "SLA")
        assert 'data-code="merged"' in mine.content.decode()
        # the form still shows the old run time: saving it again takes nothing back
        again = expected_of('id="x"' + mine.content.decode(), "x")
        engineer.post(
            save, operation_form(complete.print, run_minutes="5", work_center="SLA-2", expected=again), headers=HTMX
        )
        complete.print.refresh_from_db()
        assert (complete.print.run_minutes, complete.print.work_center) == (Decimal(7), "SLA-2")

    def test_the_same_field_shows_both_and_overrules_only_what_was_shown(
        self, engineer: Client, people: People, complete: Complete
    ) -> None:
        address = reverse("routing:editor", args=[complete.revision.pk])
        read = expected_of(engineer.get(address).content.decode(), f"operation-{complete.print.pk}")
        save = reverse("routing:operation-save", args=[complete.print.pk])
        other = client_of(people.engineer2.user_id)
        other.post(
            save, operation_form(complete.print, run_minutes="7", setup_minutes="3", expected=read), headers=HTMX
        )
        mine = engineer.post(save, operation_form(complete.print, run_minutes="9", expected=read), headers=HTMX)
        html = mine.content.decode()
        assert mine.status_code == 409
        assert 'data-code="row-changed"' in html
        assert "Bo changed the same fields" in html
        complete.print.refresh_from_db()
        assert complete.print.run_minutes == 7
        # saving again as it is, is refused again: only the button under both values overrules
        again = expected_of('id="x"' + html, "x")
        assert again == read
        overrule = overruling(html)
        other.post(save, operation_form(complete.print, run_minutes="8", setup_minutes="3"), headers=HTMX)
        mine = operation_form(complete.print, run_minutes="9", expected=again, overrule=overrule)
        stale = engineer.post(save, mine, headers=HTMX)
        assert stale.status_code == 409
        mine["overrule"] = overruling(stale.content.decode())
        assert engineer.post(save, mine, headers=HTMX).status_code == 200
        complete.print.refresh_from_db()
        # the setup time that only the other changed stays theirs
        assert (complete.print.run_minutes, complete.print.setup_minutes) == (Decimal(9), Decimal(3))

    def test_another_kind_of_step_is_drawn_anew(self, engineer: Client, complete: Complete) -> None:
        step = Step.objects.get(operation=complete.print)
        data = {"kind": "choice", "instruction_en": "Choose", "when_rule": "every_unit", "by": "self"}
        answer = engineer.post(reverse("routing:step-save", args=[step.pk]), data, headers=HTMX)
        html = answer.content.decode()
        assert f'id="row-step-{step.pk}" hx-swap-oob="outerHTML"' in html
        assert 'name="choices"' in html

    def test_choices_and_file_checks_are_typed_as_lines(self, engineer: Client, complete: Complete) -> None:
        step = Step.objects.get(operation=complete.print)
        save = reverse("routing:step-save", args=[step.pk])
        base = {"instruction_en": "Attach", "instruction_zh_hans": "附上", "when_rule": "every_unit", "by": "self"}
        engineer.post(save, {**base, "kind": "choice", "choices": "ok | Fine | 好\nbad\tNot fine\t不好"}, headers=HTMX)
        step.refresh_from_db()
        assert step.choices == [
            {"value": "ok", "text": {"en": "Fine", "zh-hans": "好"}},
            {"value": "bad", "text": {"en": "Not fine", "zh-hans": "不好"}},
        ]
        checks = {
            "file_kind": "blower-flow-test",
            "file_checks": "p2 | mean | kPa | 1.3 | 2.1",
            "file_plausible": "p2|-10|10",
        }
        engineer.post(save, {**base, "kind": "file", **checks}, headers=HTMX)
        step.refresh_from_db()
        assert step.file_checks == [
            {"column": "p2", "statistic": "mean", "unit": "kPa", "lower": "1.3", "upper": "2.1"}
        ]
        assert step.file_plausible == {"p2": ["-10", "10"]}

    def test_limits_out_of_order_are_told_at_the_row(self, engineer: Client, complete: Complete) -> None:
        parameter = complete.reading.parameter
        data = {
            "definition_id": parameter.definition_id, "target": "5,50", "lower": "5.60", "upper": "5.55", "unit": "mm",
            "precision": "2", "characteristic": "product", "reaction_below": "deviation",
            "reaction_above": "nonconform_unit", "max_remeasure": "0",
        }  # fmt: skip
        answer = engineer.post(reverse("routing:parameter-save", args=[complete.reading.pk]), data, headers=HTMX)
        assert answer.status_code == 422
        parameter.refresh_from_db()
        assert parameter.lower == Decimal("5.45")

    def test_rows_are_pasted_all_or_none(self, engineer: Client, complete: Complete) -> None:
        address = reverse("routing:operation-paste", args=[complete.revision.pk])
        bad = engineer.post(address, {"rows": "Wash\t清洗\tSLA\t5\t2\nCure\t固化\tSLA\tfive\t2"}, headers=HTMX)
        assert bad.status_code == 422
        assert "Line 2" in bad.content.decode()
        assert len(names(complete.revision)) == 3
        engineer.post(address, {"rows": "40\tWash\t清洗\tSLA\t5\t2\n50\tCure\t固化\tSLA\t0\t2.5"}, headers=HTMX)
        assert names(complete.revision)[3:] == [(40, "Wash"), (50, "Cure")]
        assert Operation.objects.get(number=50).name == {"en": "Cure", "zh-hans": "固化"}


@pytest.mark.django_db
class TestOtherPages:
    @pytest.mark.parametrize("page", ["preview", "preview-pdf", "compare", "history", "drawing", "editor"])
    def test_every_tab_opens(self, engineer: Client, complete: Complete, page: str) -> None:
        assert engineer.get(reverse(f"routing:{page}", args=[complete.revision.pk])).status_code == 200

    @pytest.mark.parametrize("page", ["revision-list", "card-list", "library", "start", "definition-add"])
    def test_every_list_opens(self, engineer: Client, complete: Complete, page: str) -> None:
        assert engineer.get(reverse(f"routing:{page}")).status_code == 200

    def test_the_library_shows_where_a_parameter_is_used(self, engineer: Client, complete: Complete) -> None:
        definition = complete.reading.parameter.definition
        html = engineer.get(reverse("routing:definition", args=[definition.pk])).content.decode()
        assert "VALVE/A" in html
        assert "1 step" in html

    def test_the_drawing_is_an_svg_of_all_operations(self, engineer: Client, complete: Complete) -> None:
        svg = engineer.get(reverse("routing:drawing", args=[complete.revision.pk])).content.decode()
        assert svg.startswith("<svg")
        assert svg.count("<rect") == 3
        assert "style=" not in svg

    def test_texts_are_escaped(self, engineer: Client, complete: Complete, people: People) -> None:
        engineer.post(
            reverse("routing:operation-save", args=[complete.print.pk]),
            operation_form(complete.print, name_en="<b>x</b>"),
        )
        for page in ("editor", "preview", "drawing", "history"):
            html = engineer.get(reverse(f"routing:{page}", args=[complete.revision.pk])).content.decode()
            assert "<b>x</b>" not in html
