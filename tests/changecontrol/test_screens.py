"""The screens of change control without JavaScript: the whole journey by forms, and what each reader may do."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from changecontrol.answers import search, todo
from changecontrol.models import ChangeRequest, Effectivity
from changecontrol.selectors import OpenOrder
from changecontrol.services import approve_change, implement_change
from foundation.accounts.models import User
from foundation.records.models import LedgerEntry, Signature
from routing.models import RoutingRevision
from tests.factories import definitions
from tests.factories.definitions import Team
from tests.factories.people import SECRET, actor_for, both, person
from tests.factories.signing import dialog_on

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return client


def post(client: Client, name: str, *args: object, **data: object) -> HttpResponse:
    return client.post(reverse(f"changecontrol:{name}", args=args), data)


def text_of(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def judge_all(client: Client, change: ChangeRequest) -> HttpResponse:
    data: dict[str, object] = {}
    for entry in change.impact.all():
        data |= {
            f"decision-{entry.pk}": entry.suggested,
            f"reason-{entry.pk}": "Seen" if entry.suggested == "affected" else "",
        }
    return post(client, "judge", change.pk, **data)


@pytest.mark.requirement("CHG-11")
def test_the_whole_journey_by_forms(team: Team, draft: RoutingRevision) -> None:
    author, engineer, quality = (client_of(user) for user in (team.author, team.engineer, team.quality))
    form = author.get(reverse("changecontrol:raise"), {"routing": draft.pk})
    assert f'value="{draft.pk}" class' in form.content.decode() or "VALVE/A" in form.content.decode()
    raised = post(
        author,
        "raise",
        title_en="First release of the valve",
        **{"title_zh-hans": "阀门首次发布"},
        kind="process",
        severity="major",
        reason="First release",
        routings=[draft.pk],
    )
    change = ChangeRequest.objects.get()
    assert raised.headers["Location"] == reverse("changecontrol:impact", args=[change.pk])
    assert change.title == {"en": "First release of the valve", "zh-hans": "阀门首次发布"}

    too_early = post(author, "act", change.pk, "submit")
    assert too_early.status_code == 409 or too_early.status_code == 422
    judge_all(author, change)
    assert post(author, "act", change.pk, "submit").status_code == 302

    mine = text_of(author.get(reverse("changecontrol:change", args=[change.pk])))
    assert "You wrote a part of CR-000001: others approve it." in mine
    assert "I approve this change" not in mine
    assert "I approve this change" in text_of(engineer.get(reverse("changecontrol:change", args=[change.pk])))

    seen = dialog_on(engineer, f"/changes/{change.pk}/", "/sign/approve/")
    wrong = post(engineer, "sign", change.pk, "approve", identity="engineer2", secret="wrong-wrong-1", **seen)
    assert wrong.status_code == 403
    assert "Unknown user or badge, or wrong secret." in text_of(wrong)
    assert post(engineer, "sign", change.pk, "approve", identity="engineer2", secret=SECRET, **seen).status_code == 302
    seen = dialog_on(quality, f"/changes/{change.pk}/", "/sign/approve/")
    assert post(quality, "sign", change.pk, "approve", identity="quality", secret=SECRET, **seen).status_code == 302
    assert post(author, "act", change.pk, "implement").status_code == 302

    page = text_of(author.get(reverse("changecontrol:change", args=[change.pk])))
    for words in ("Effective", "PC-000001", "Bo Engineer", "Chen Quality", "Valid: the record is as signed"):
        assert words in page
    assert post(quality, "act", change.pk, "close", reason="First lot is good").status_code == 302
    change.refresh_from_db()
    assert change.state == "closed"
    assert Signature.objects.count() == 6
    assert Effectivity.objects.count() == 1


def test_every_page_of_a_change_is_shown_in_each_state(team: Team, draft: RoutingRevision) -> None:
    change = definitions.change(team, draft)
    for bring in (None, definitions.submitted, None):
        if bring:
            bring(team, change)
        for user in (team.author, team.quality):
            for name in ("change", "comparison", "impact"):
                answer = client_of(user).get(reverse(f"changecontrol:{name}", args=[change.pk]))
                assert answer.status_code == 200
                assert "CR-000001" in answer.content.decode()


def test_the_lists_show_search_and_export(team: Team, released: RoutingRevision) -> None:
    reader = client_of(team.quality)
    assert "CR-000001" in text_of(
        reader.get(reverse("changecontrol:change-list"), {"q": "Release", "state": "effective"})
    )
    assert "CR-000001" not in text_of(reader.get(reverse("changecontrol:change-list"), {"state": "draft"}))
    effective = text_of(reader.get(reverse("changecontrol:effectivity-list"), {"now": "true"}))
    assert "PC-000001" in effective
    export = reader.get(reverse("changecontrol:effectivity-list"), {"export": "csv"})
    assert "PC-000001" in b"".join(export).decode("utf-8-sig")  # type: ignore[arg-type]


def test_a_refused_judgement_keeps_what_was_typed(team: Team, draft: RoutingRevision) -> None:
    change = definitions.change(team, draft)
    first, second = change.impact.order_by("pk")[:2]
    answer = post(
        client_of(team.author),
        "judge",
        change.pk,
        **{
            f"decision-{first.pk}": "waived",
            f"reason-{first.pk}": "",
            f"decision-{second.pk}": "affected",
            f"reason-{second.pk}": "half a sentence",
        },
    )
    assert answer.status_code == 422
    assert "half a sentence" in answer.content.decode()
    assert not change.impact.exclude(decision="").exists()
    assert LedgerEntry.objects.latest("id").outcome == "refused"


@pytest.mark.requirement("CHG-02")
def test_nothing_is_judged_beforehand_and_saving_nothing_says_so(team: Team, draft: RoutingRevision) -> None:
    """Each entry is judged by a person: no decision is chosen on the page until one chooses it."""
    change = definitions.change(team, draft)
    author, address = client_of(team.author), reverse("changecontrol:impact", args=[change.pk])
    assert " checked" not in author.get(address).content.decode()
    nothing = author.post(reverse("changecontrol:judge", args=[change.pk]), follow=True)
    assert "Nothing was judged: choose a decision in at least one row." in text_of(nothing)
    assert not change.impact.exclude(decision="").exists()

    entry = change.impact.order_by("pk").first()
    assert entry is not None
    reason_alone = post(author, "judge", change.pk, **{f"reason-{entry.pk}": "Seen"})
    assert reason_alone.status_code == 422
    assert "Choose: affected, not affected, or waived." in text_of(reason_alone)
    assert ">Seen</textarea>" in reason_alone.content.decode()
    one = {f"decision-{entry.pk}": "affected", f"reason-{entry.pk}": "Card read again"}
    assert post(author, "judge", change.pk, **one).status_code == 302
    again = author.post(reverse("changecontrol:judge", args=[change.pk]), one, follow=True)
    assert "Nothing was judged" in text_of(again)
    assert [row.decision for row in change.impact.exclude(decision="")] == ["affected"]


@pytest.mark.requirement("CHG-10")
def test_an_open_order_is_decided_on_the_page(
    team: Team, draft: RoutingRevision, order: Callable[..., OpenOrder]
) -> None:
    order("WO-000007", draft)
    change = definitions.change(team, draft)
    author = client_of(team.author)
    assert "WO-000007" in text_of(author.get(reverse("changecontrol:change", args=[change.pk])))
    post(author, "decide-order", change.pk, order="WO-000007", choice="hold", reason="Check the throat")
    decision = change.order_decisions.get()
    assert (decision.choice, decision.reason) == ("hold", "Check the throat")


def test_plan_entries_and_drafts_are_edited_on_the_page(team: Team, draft: RoutingRevision) -> None:
    change = definitions.change(team)
    author = client_of(team.author)
    assert post(author, "add-draft", change.pk, routing=draft.pk).status_code == 302
    assert change.affected.count() == 2
    row = change.affected.get(routing_revision=draft)
    assert post(author, "remove-draft", change.pk, row.pk, reason="").status_code == 422
    assert post(author, "remove-draft", change.pk, row.pk, reason="Not now").status_code == 302
    assert post(author, "add-impact", change.pk, kind="risk", text_en="Hazard 12").status_code == 302
    assert change.impact.filter(source="added", text={"en": "Hazard 12"}).exists()
    assert post(author, "compute", change.pk).status_code == 302
    plan = {
        "title_en": "Another title", "kind": "material", "severity": "minor", "reason": "Other", "planned_scope": "order",
        "planned_orders": "WO-2 WO-1", "planned_from": "", "later_orders": "hold",
    }  # fmt: skip
    assert author.get(reverse("changecontrol:edit", args=[change.pk])).status_code == 200
    assert post(author, "edit", change.pk, **plan).status_code == 302
    change.refresh_from_db()
    assert (change.planned_orders, change.kind, change.title) == (["WO-1", "WO-2"], "material", {"en": "Another title"})


@pytest.mark.requirement("SEC-01")
def test_who_may_not_read_or_act_is_refused(team: Team, draft: RoutingRevision) -> None:
    change = definitions.change(team, draft)
    operator, quality = client_of(person("operator", "operator")), client_of(team.quality)
    assert operator.get(reverse("changecontrol:change", args=[change.pk])).status_code == 403
    assert operator.get(reverse("changecontrol:raise")).status_code == 403
    assert post(quality, "act", change.pk, "withdraw", reason="x").status_code == 403
    assert Client().get(reverse("changecontrol:change", args=[change.pk])).status_code == 302
    assert client_of(team.author).get(reverse("changecontrol:change", args=[change.pk + 1])).status_code == 404
    change.refresh_from_db()
    assert change.state == "draft"


def test_what_waits_and_what_is_found(team: Team, draft: RoutingRevision) -> None:
    change = definitions.change(team, draft)
    author, engineer, quality = (actor_for(user) for user in (team.author, team.engineer, team.quality))
    assert [str(row.title) for row in todo(author)] == ["Finish a change of yours"]
    definitions.submitted(team, change)
    assert (todo(author), [str(row.title) for row in todo(engineer)]) == ([], ["Sign or refuse a change"])
    approve_change(actor=engineer, change_id=change.pk, credentials=both(team.engineer))
    approve_change(actor=quality, change_id=change.pk, credentials=both(team.quality))
    assert [str(row.title) for row in todo(author)] == ["Implement an approved change"]
    implement_change(actor=author, change_id=change.pk)
    assert [str(row.title) for row in todo(quality)] == ["Verify the effect of a change"]
    assert [row.number for row in search("cr-0000", quality)] == ["CR-000001"]
    assert [row.number for row in search("发布", quality)] == []
    assert search("CR", actor_for(person("operator", "operator"))) == []
