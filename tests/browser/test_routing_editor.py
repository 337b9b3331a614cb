"""The routing editor in real Chromium: faster than a spreadsheet, and nothing entered is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from demo.data.routings import load_demo_routings
from foundation.accounts.models import User
from resources.equipment.models import EquipmentClass
from resources.equipment.services import create_equipment_class
from resources.personnel.services import create_qualification
from routing.models import Operation, OperationLink, RoutingRevision, Step
from routing.services import change_operation, change_step
from tests.browser.helpers import DESK, log_in, overflow, serious
from tests.factories.people import SECRET, SETUP, actor_for, person
from tests.routing.test_demo_routings import blower_bom, venturi_bom

pytestmark = pytest.mark.browser
Shot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def engineer(live_site: str) -> User:
    found = person("engineer", "process_engineer", name="Wei Engineer")
    for code, is_gauge in (("laser-cutter", False), ("reamer-station", False), ("bore-gauge", True)):
        create_equipment_class(actor=SETUP, code=code, name={"en": code, "zh-hans": code}, is_gauge=is_gauge)
    for code in ("laser-cutting", "bench-finishing", "blower-assembly"):
        create_qualification(actor=SETUP, code=code, name={"en": code, "zh-hans": code})
    assert EquipmentClass.objects.count() == 3
    return found


@pytest.fixture(scope="module")
def routings(engineer: User) -> dict[str, RoutingRevision]:
    return load_demo_routings(actor_for(engineer), {"venturi": venturi_bom(), "blower": blower_bom()})


@pytest.fixture
def editor(desk: Page, live_site: str, routings: dict[str, RoutingRevision]) -> Callable[..., Page]:
    log_in(desk, live_site, "engineer", SECRET)

    def open_at(key: str, number: int | None = None, page: Page = desk) -> Page:
        revision = routings[key]
        operation = Operation.objects.get(revision=revision, number=number) if number else None
        page.goto(f"{live_site}/routings/{revision.pk}/{f'?op={operation.pk}' if operation else ''}")
        page.wait_for_load_state("networkidle")
        return page

    return open_at


def test_it_looks_right_and_axe_finds_nothing_serious(editor: Callable[..., Page], shot: Shot) -> None:
    page = editor("blower", 40)
    expect(page.locator("canvas").first).to_be_visible()
    shot(page, "routing-editor")
    assert serious(page) == []
    assert overflow(page) == 0


def test_operations_are_typed_one_after_the_other(
    editor: Callable[..., Page], routings: dict[str, RoutingRevision]
) -> None:
    page = editor("venturi", 50)
    page.keyboard.press("Alt+n")
    for name in ("Mark", "Pack"):
        expect(page.locator("#add_operation_name_en")).to_be_focused()
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        expect(page.locator("#op-list li", has_text=name)).to_be_visible()
        expect(page.locator("#add_operation_name_en")).to_have_value("")
    numbers = dict(Operation.objects.filter(revision=routings["venturi"]).values_list("number", "id"))
    assert sorted(numbers) == [10, 20, 30, 40, 50, 60, 70]
    assert OperationLink.objects.filter(predecessor_id=numbers[60], successor_id=numbers[70]).exists()
    expect(page.locator("#problems")).to_contain_text("There is no step")


def test_keys_move_an_operation_and_the_chain_follows(
    editor: Callable[..., Page], routings: dict[str, RoutingRevision]
) -> None:
    page = editor("venturi", 10)
    pack = Operation.objects.get(revision=routings["venturi"], number=70)
    page.locator(f"#open-{pack.pk}").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#op-list li").nth(5)).to_contain_text("Pack")
    expect(page.locator(f"#open-{pack.pk}")).to_be_focused()
    mark = Operation.objects.get(revision=routings["venturi"], number=70)
    assert mark.name["en"] == "Mark"
    assert OperationLink.objects.filter(predecessor=pack, successor=mark).exists()


def test_a_field_saves_itself_and_the_problems_follow(
    editor: Callable[..., Page], routings: dict[str, RoutingRevision]
) -> None:
    page = editor("venturi", 30)
    step = Step.objects.get(operation__revision=routings["venturi"], operation__number=30, number=20)
    row = page.locator(f"#parameter-{step.pk}")
    row.get_by_label("Source of the limits (简体中文)").fill("")
    row.get_by_label("Upper limit").click()
    expect(page.locator("#problems")).to_contain_text("The source of the limits is missing in 简体中文.")
    row.get_by_label("Upper limit").fill("5,60")
    row.get_by_label("Upper limit").press("Enter")
    expect(row.get_by_role("status")).to_contain_text("Saved")
    step.parameter.refresh_from_db()
    assert str(step.parameter.upper) == "5.600000"


def test_another_kind_of_step_brings_its_fields_without_a_reload(editor: Callable[..., Page]) -> None:
    page = editor("venturi", 10)
    page.locator("#add_step_instruction_en").fill("How does it look?")
    page.locator("#add_step_instruction_en").press("Enter")
    step = page.locator(".ar-step").last
    expect(step).to_contain_text("Instruction")
    step.get_by_label("Kind").select_option("choice")
    expect(page.locator(".ar-step").last.get_by_label("Choices")).to_be_visible()


def test_what_two_engineers_type_into_one_field_is_shown_to_both(
    editor: Callable[..., Page], engineer: User, routings: dict[str, RoutingRevision], shot: Shot
) -> None:
    page = editor("venturi", 40)
    operation = Operation.objects.get(revision=routings["venturi"], number=40)
    colleague = actor_for(User.objects.filter(username="colleague").first() or person("colleague", "process_engineer"))
    change_operation(actor=colleague, operation_id=operation.pk, changes={"run_minutes": 8, "work_center": "BENCH-2"})
    row = page.locator(f"#operation-{operation.pk}")
    row.get_by_label("Run (min)").fill("9")
    row.get_by_label("Run (min)").press("Enter")
    expect(row.get_by_role("status")).to_contain_text("Colleague changed the same fields")
    shot(page, "routing-conflict")
    expect(row.get_by_label("Run (min)")).to_have_value("9")
    operation.refresh_from_db()
    assert str(operation.run_minutes) == "8.00"
    row.get_by_role("button", name="Put mine over theirs").click()
    expect(row.get_by_role("status")).to_contain_text("both were kept")
    operation.refresh_from_db()
    assert (str(operation.run_minutes), operation.work_center) == ("9.00", "BENCH-2")


def test_an_unallocated_line_is_one_click_away(editor: Callable[..., Page], shot: Shot) -> None:
    page = editor("blower", 50)
    page.locator(".ar-chips li", has_text="A3").get_by_role("button").click()
    line = page.locator(".ar-alloc", has_text="A3")
    expect(line).to_be_visible()
    expect(page.locator("#problems")).to_contain_text("A3 (BL-A3) is consumed by no operation.")
    shot(page, "routing-unallocated")
    line.get_by_role("button", name="to 50").click()
    expect(page.locator(".ar-alloc", has_text="A3")).to_have_count(0)
    expect(page.locator("#problems")).not_to_contain_text("A3 (BL-A3)")


def test_two_engineers_cannot_overwrite_the_graph(
    editor: Callable[..., Page], routings: dict[str, RoutingRevision]
) -> None:
    page = editor("blower", 10)
    put = """async ([url, etag, edges]) => { const answer = await fetch(url, {method: 'PUT', body: JSON.stringify({edges}),
        headers: {'Content-Type': 'application/json', 'If-Match': etag,
                  'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content}});
        return [answer.status, await answer.json()]; }"""
    get = "async url => { const a = await fetch(url); return [a.headers.get('ETag'), await a.json()]; }"
    url = f"/api/v1/routing-revisions/{routings['blower'].pk}/graph/"
    etag, graph = page.evaluate(get, url)
    first, second, third = (node["id"] for node in graph["nodes"][:3])
    added = [*graph["edges"], {"source": second, "target": third, "kind": "precedes"}]
    assert page.evaluate(put, [url, etag, added])[0] == 200
    fewer = [edge for edge in graph["edges"] if (edge["source"], edge["target"]) != (first, third)]
    status, problem = page.evaluate(put, [url, etag, fewer])
    assert status == 412
    assert problem["details"]["differences"]["only_stored"] == [[10, 30], [20, 30]]
    assert OperationLink.objects.filter(predecessor_id=second, successor_id=third).exists()


def test_a_list_is_dragged(editor: Callable[..., Page], routings: dict[str, RoutingRevision]) -> None:
    page = editor("venturi", 10)
    items = page.locator("#op-list li .ar-grip")
    last = items.count() - 1
    name = page.locator("#op-list li .ar-op-link").nth(last).inner_text().split("\n")[0]
    items.nth(last).drag_to(items.nth(last - 1), target_position={"x": 4, "y": 2})
    page.wait_for_load_state("networkidle")
    assert name.split(" ", 1)[1] in page.locator("#op-list li").nth(last - 1).inner_text()


def test_everything_works_without_scripts(
    open_page: Callable[..., Page], live_site: str, routings: dict[str, RoutingRevision], shot: Shot
) -> None:
    page = open_page(DESK, site=live_site, scripts=False)
    log_in(page, live_site, "engineer", SECRET)
    revision = routings["blower"]
    page.goto(f"{live_site}/routings/{revision.pk}/")
    expect(page.locator(".ar-routing-drawing")).to_be_visible()
    page.locator("#add_operation_name_en").fill("Label")
    page.locator("#add_operation_name_en").press("Enter")
    expect(page.locator("#op-list li", has_text="Label")).to_be_visible()
    label = Operation.objects.get(revision=revision, number=70)
    page.locator(f"#up-{label.pk}").click()
    expect(page.locator("#op-list li").nth(5)).to_contain_text("Label")
    page.locator(f"#open-{label.pk}").click()
    page.get_by_label("Work center").last.fill("PACK")
    row = page.locator(f"#operation-{label.pk}")
    row.get_by_label("Work center").fill("PACK")
    row.get_by_role("button", name="Save").click()
    label.refresh_from_db()
    assert label.work_center == "PACK"
    shot(page, "routing-no-scripts")


def test_chinese_and_dark(
    open_page: Callable[..., Page], live_site: str, routings: dict[str, RoutingRevision], shot: Shot
) -> None:
    page = open_page(DESK, site=live_site, theme="dark")
    log_in(page, live_site, "engineer", SECRET)
    page.goto(f"{live_site}/routings/{routings['venturi'].pk}/card/")
    assert serious(page) == []
    shot(page, "routing-card-dark")
    step = Step.objects.filter(operation__revision=routings["venturi"]).first()
    assert step is not None
    change_step(actor=SETUP, step_id=step.pk, changes={"by": "mutual"})
    page.goto(f"{live_site}/routings/{routings['venturi'].pk}/history/")
    expect(page.locator("main")).to_contain_text("mutual")
    assert serious(page) == []
