"""Who may set up what, and what leaves a trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models

from foundation.accounts.services import assign_role
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotFound, NotValid, PermissionDenied, Refusal, TransitionNotAllowed
from foundation.records.models import LedgerEntry
from foundation.webhooks import services
from foundation.webhooks.models import Delivery, Endpoint
from foundation.webhooks.states import ENDPOINT
from tests.factories.people import SETUP, actor_for, person, site
from tests.webhooks.conftest import KIND

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BEY-21", "SEC-04")]
URL = "https://erp.example/hook"


def made(actor: Actor, **more: Any) -> Endpoint:
    return services.create_endpoint(actor=actor, **{"name": "ERP", "url": URL, "kinds": [KIND], **more})[0]


def at_one_site(username: str, role: str, code: str) -> Actor:
    user = person(username, can_sign=False)
    assign_role(actor=SETUP, user_id=user.pk, role=role, site=site(code))
    return actor_for(user)


def test_what_is_kept_of_an_endpoint(owner: Actor) -> None:
    endpoint = made(owner)
    assert (endpoint.state, endpoint.generation, endpoint.created_by_name) == ("active", 1, "Owner")
    [entry] = LedgerEntry.objects.filter(verb="webhooks.endpoint.created")
    assert (entry.subject_label, entry.subject_id, entry.subject_number) == ("webhooks.endpoint", endpoint.pk, "ERP")
    [row] = Endpoint.history.filter(id=endpoint.pk)
    assert (row.history_actor, row.url, row.kinds) == ("Owner", URL, [KIND])
    services.change_endpoint(actor=owner, endpoint_id=endpoint.pk, name="ERP 2", url=URL, kinds=["dhr.record.released"])
    after, before = Endpoint.history.filter(id=endpoint.pk).order_by("-history_id")
    assert (before.name, after.name, after.kinds) == ("ERP", "ERP 2", ["dhr.record.released"])


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"name": " "}, NotValid, "name"),
        ({"kinds": []}, NotValid, "kinds"),
        ({"kinds": ["no.such.event"]}, NotValid, "kinds"),
        ({"url": "ftp://erp.example/"}, NotValid, "url"),
    ],
)
def test_a_refused_endpoint_leaves_nothing_but_its_refusal(
    owner: Actor, given: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        made(owner, **given)
    assert refused.value.field == field
    assert not Endpoint.objects.exists()
    [entry] = LedgerEntry.objects.filter(verb="webhooks.endpoint.created")
    assert entry.outcome == "refused"


def test_a_name_is_given_once(owner: Actor) -> None:
    made(owner)
    with pytest.raises(Conflict):
        made(owner)
    assert Endpoint.objects.count() == 1


def test_only_who_has_the_right_sets_one_up_and_only_at_their_site(owner: Actor) -> None:
    engineer = actor_for(person("engineer", "process_engineer", can_sign=False))
    with pytest.raises(PermissionDenied):
        made(engineer)
    local = at_one_site("local", "system_owner", "SZ2")
    with pytest.raises(PermissionDenied, match="for every site"):
        made(local)
    with pytest.raises(NotFound):
        made(local, site_id=site("HZ1").pk)
    assert not Endpoint.objects.exists()
    endpoint = made(local, site_id=site("SZ2").pk)
    elsewhere = made(owner, name="HZ", site_id=site("HZ1").pk)
    everywhere = made(owner, name="All")
    assert list(Endpoint.objects.visible_to(local)) == [endpoint]
    for hidden in (elsewhere, everywhere):
        for call in (services.send_ping, services.rotate_secret):
            with pytest.raises(NotFound):
                call(actor=local, endpoint_id=hidden.pk)
    assert not Delivery.objects.exists()


def test_nobody_has_told_what_they_may_not_read(owner: Actor) -> None:
    """The role catalogue gives both to the owner; a plant may cut the right to set up from the rights to read."""
    from foundation.accounts.services import sync_roles  # noqa: PLC0415

    sync_roles(actor=SETUP, catalogue=[("clerk", {"en": "Clerk"}, ["webhooks.manage_endpoint", "bom.view_bom"])])
    clerk = actor_for(person("clerk", "clerk", can_sign=False))
    with pytest.raises(PermissionDenied, match=r"equipment\.status\.changed"):
        made(clerk, kinds=[KIND, "bom.revision.approved"])
    assert not Endpoint.objects.exists()
    assert made(clerk, kinds=["bom.revision.approved"]).kinds == ["bom.revision.approved"]


def test_what_belongs_to_no_record_is_for_endpoints_of_every_site(owner: Actor) -> None:
    with pytest.raises(PermissionDenied, match=r"records\.sealing\.troubled"):
        made(owner, kinds=["records.sealing.troubled"], site_id=site().pk)
    assert made(owner, kinds=["records.sealing.troubled"]).site_id is None


@pytest.mark.parametrize("state", sorted(ENDPOINT.states))
@pytest.mark.parametrize("event", ["pause", "resume", "end"])
def test_states_move_as_the_table_says(owner: Actor, state: str, event: str) -> None:
    endpoint = made(owner)
    if state != "active":
        services.pause_endpoint(actor=owner, endpoint_id=endpoint.pk, reason="So")
    if state == "ended":
        services.end_endpoint(actor=owner, endpoint_id=endpoint.pk, reason="So")
    call: Any = {
        "pause": lambda: services.pause_endpoint(actor=owner, endpoint_id=endpoint.pk, reason="So"),
        "resume": lambda: services.resume_endpoint(actor=owner, endpoint_id=endpoint.pk),
        "end": lambda: services.end_endpoint(actor=owner, endpoint_id=endpoint.pk, reason="So"),
    }[event]
    row = {(one.source, one.event): one.target for one in ENDPOINT}.get((state, event))
    if row is None:
        with pytest.raises(TransitionNotAllowed):
            call()
    else:
        call()
    assert Endpoint.objects.get().state == (row or state)


def test_what_has_ended_is_neither_changed_nor_given_a_secret_nor_told(owner: Actor) -> None:
    endpoint = made(owner)
    services.end_endpoint(actor=owner, endpoint_id=endpoint.pk, reason="Replaced")
    before: models.Model = Endpoint.objects.get()
    for call in (
        lambda: services.change_endpoint(actor=owner, endpoint_id=endpoint.pk, name="X", url=URL, kinds=[KIND]),
        lambda: services.rotate_secret(actor=owner, endpoint_id=endpoint.pk),
        lambda: services.send_ping(actor=owner, endpoint_id=endpoint.pk),
        lambda: services.redeliver_given_up(actor=owner, endpoint_id=endpoint.pk),
    ):
        with pytest.raises(TransitionNotAllowed):
            call()
    assert Endpoint.objects.values().get() == {
        field.attname: getattr(before, field.attname) for field in Endpoint._meta.concrete_fields
    }
    assert not Delivery.objects.exists()


def test_pausing_and_ending_need_a_reason(owner: Actor) -> None:
    endpoint = made(owner)
    for call in (services.pause_endpoint, services.end_endpoint):
        with pytest.raises(NotValid) as refused:
            call(actor=owner, endpoint_id=endpoint.pk, reason=" ")
        assert refused.value.code == "reason-required"
    assert Endpoint.objects.get().state == "active"
