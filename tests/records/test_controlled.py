"""Controlled revisions: from *in review* on the database lets nobody change the content; states move along the table."""

import os
from threading import Event as Flag
from threading import Thread

import psycopg2
import pytest
from django.db import DatabaseError, connection, connections, transaction

from bom.models import BomLine, BomRevision, Item
from bom.states import REVISION
from foundation.core.actor import Actor
from foundation.records.act import act
from foundation.records.models import RevisionState
from foundation.records.protection import REVISION_MOVES

WORKER = Actor.system("worker")
pytestmark = pytest.mark.pg15
LINE = {"position": "A1", "quantity": "2", "unit": "pcs"}


def make_revision() -> BomRevision:
    with act(actor=WORKER, verb="t.t.t"):
        item = Item(number="P-1", name={"en": "Part"}, kind="assembly", unit="pcs", tracking="lot", make_or_buy="make")
        item.save()
        revision = BomRevision(item=item, revision="A", sequence=1, number="P-1/A")
        revision.save()
        BomLine(revision=revision, component=item, **LINE).save()
    return revision


def move(revision: BomRevision, state: str) -> None:
    with act(actor=WORKER, verb="t.t.moved"):
        revision.state = state
        revision.save()


def refused(
    statement: str, *values: object, match: str = "not a draft|frozen|no way|starts as a draft|is in_review"
) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def revision(db: None) -> BomRevision:
    return make_revision()


@pytest.mark.parametrize("state", ["in_review", "approved", "retired"])
def test_content_is_frozen_in_every_state_after_draft(revision: BomRevision, state: str) -> None:
    for step in ["in_review", "approved", "retired"]:
        move(revision, step)
        if step == state:
            break
    line = revision.lines.get()
    refused("UPDATE bom_bomline SET quantity = 3 WHERE id = %s", line.pk)
    refused("DELETE FROM bom_bomline WHERE id = %s", line.pk)
    refused(
        'INSERT INTO bom_bomline SELECT (x).* FROM (SELECT jsonb_populate_record(l, \'{"id": 9001, "position": "A2"}\') x '
        "FROM bom_bomline l WHERE id = %s) y",
        line.pk,
    )
    refused("UPDATE bom_bomrevision SET revision = 'Z' WHERE id = %s", revision.pk)
    refused("DELETE FROM bom_bomrevision WHERE id = %s", revision.pk, match="refused")


def test_a_row_cannot_be_moved_into_or_out_of_a_frozen_revision(revision: BomRevision) -> None:
    with act(actor=WORKER, verb="t.t.t"):
        item = Item(number="P-2", name={"en": "x"}, kind="assembly", unit="pcs", tracking="lot", make_or_buy="make")
        item.save()
        other = BomRevision(item=item, revision="A", sequence=1, number="P-2/A")
        other.save()
        BomLine(revision=other, component=item, **LINE).save()
    move(revision, "in_review")
    refused("UPDATE bom_bomline SET revision_id = %s WHERE revision_id = %s", revision.pk, other.pk)
    refused("UPDATE bom_bomline SET revision_id = %s WHERE revision_id = %s", other.pk, revision.pk)


@pytest.mark.parametrize("source", RevisionState.values)
@pytest.mark.parametrize("target", RevisionState.values)
def test_states_move_along_the_table_only(revision: BomRevision, source: str, target: str) -> None:
    path = {"draft": [], "in_review": ["in_review"], "approved": ["in_review", "approved"]}
    for step in path.get(source, ["in_review", "approved", "retired"]):
        move(revision, step)
    allowed = source == target or (source, target) in REVISION_MOVES
    if allowed:
        move(revision, target)
        assert BomRevision.objects.get(pk=revision.pk).state == target
    else:
        refused("UPDATE bom_bomrevision SET state = %s WHERE id = %s", target, revision.pk)


def test_the_services_table_and_the_databases_are_the_same() -> None:
    assert {(str(a), str(b)) for a, b in REVISION.moves} == set(REVISION_MOVES)


def test_a_revision_cannot_be_born_approved(revision: BomRevision) -> None:
    born = BomRevision(item=revision.item, revision="B", sequence=2, number="P-1/B", state="approved")
    with (
        pytest.raises(DatabaseError, match="starts as a draft"),
        act(actor=WORKER, verb="t.t.t"),
    ):
        born.save()


def test_a_refused_review_opens_the_draft_again(revision: BomRevision) -> None:
    move(revision, "in_review")
    move(revision, "draft")
    with act(actor=WORKER, verb="t.t.t"):
        line = revision.lines.get()
        line.quantity = 3
        line.save()
    assert revision.lines.get().quantity == 3


def test_an_edit_that_began_before_the_freeze_makes_it_wait(committed_db: None) -> None:
    """The editor holds KEY SHARE on the revision, so FOR UPDATE (submitting) waits; then the editor may change no more."""
    revision = make_revision()
    editor = psycopg2.connect(os.environ["DATABASE_URL"])
    with editor.cursor() as cursor:
        cursor.execute("UPDATE bom_bomline SET quantity = 5 WHERE revision_id = %s", [revision.pk])
    frozen = Flag()

    def submit() -> None:
        with act(actor=WORKER, verb="t.t.submitted"):
            locked = BomRevision.objects.select_for_update().get(pk=revision.pk)
            locked.state = "in_review"
            locked.save()
        frozen.set()
        connections.close_all()

    thread = Thread(target=submit)
    thread.start()
    assert not frozen.wait(0.3)
    editor.commit()
    assert frozen.wait(5)
    thread.join()
    with editor.cursor() as cursor, pytest.raises(psycopg2.DatabaseError, match="not a draft"):
        cursor.execute("UPDATE bom_bomline SET quantity = 6 WHERE revision_id = %s", [revision.pk])
    editor.close()
    assert revision.lines.get().quantity == 5
