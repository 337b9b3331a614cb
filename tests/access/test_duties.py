"""Segregation of duties: who did the one does not do the other, whatever roles the person holds; and nothing changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from changecontrol.models import ChangeRequest
from changecontrol.services import approve_change
from config.roles import CATALOGUE
from foundation.accounts.models import User
from foundation.core.errors import Refusal
from foundation.records.models import LedgerEntry, Signature
from quality import services as quality
from quality.models import Deviation, Nonconformance
from quality.services.dispositions import Choice
from resources.inventory import services as inventory
from resources.inventory.models import ReceiptInspection
from shopfloor.models import StepRecord
from shopfloor.policies import can_check
from tests.factories import definitions
from tests.factories.floor import plant
from tests.factories.people import actor_for, both, person
from tests.factories.stock import item, place, released, supplier

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("SEC-04")]


@pytest.fixture
def hand() -> User:
    """Someone with every role there is: duties are apart in persons, and not in roles."""
    plant()
    return person("everything", *[code for code, _name, _permissions in CATALOGUE])


def refused(verb: str) -> str:
    """The code under which the newest entry of this act was refused."""
    entry = LedgerEntry.objects.filter(verb=verb).latest("pk")
    assert entry.outcome == "refused"
    return str(entry.data["code"])


def test_who_raised_a_nonconformance_or_a_deviation_does_not_decide_it(hand: User) -> None:
    actor, stock = actor_for(hand), released("ACRYLIC", "100", "cm2")
    raised = quality.raise_nonconformance(
        actor=actor, source="report", lot_id=stock.lot_id, stock_unit_id=stock.pk, quantity=Decimal(1), unit="cm2",
        defect_code="scratched", description="Scratched",
    )  # fmt: skip
    choice = Choice(kind="scrap", quantity=Decimal(1), justification="Because")
    with pytest.raises(Refusal):
        quality.decide_disposition(actor=actor, nonconformance_id=raised.pk, choice=choice, credentials=both(hand))
    deviation = quality.raise_deviation(actor=actor, source="report", description="Other", lot_id=stock.lot_id)
    with pytest.raises(Refusal):
        quality.decide_deviation(
            actor=actor, deviation_id=deviation.pk, accepted=True, decision="Fine", credentials=both(hand)
        )
    codes = refused("quality.disposition.decided"), refused("quality.deviation.decided")
    assert codes == ("own-work", "own-work")
    assert (Nonconformance.objects.get().state, Deviation.objects.get().state) == ("open", "open")
    assert not Signature.objects.exists()


def test_who_received_a_delivery_does_not_judge_it(hand: User) -> None:
    actor = actor_for(hand)
    [unit] = inventory.receive_lot(
        actor=actor, item_id=item("ACRYLIC", "cm2").pk, quantity=Decimal(10), unit="cm2", supplier_id=supplier().pk,
        supplier_lot="S-1", place=place(),
    )  # fmt: skip
    with pytest.raises(Refusal):
        inventory.inspect_receipt(actor=actor, stock_unit_id=unit.pk, result="accepted", checks=[])
    assert refused("inventory.receipt.inspected") == "permission-denied"
    unit.refresh_from_db()
    assert (unit.status, ReceiptInspection.objects.count()) == ("quarantine", 0)


def test_who_wrote_a_change_does_not_approve_it() -> None:
    people = definitions.team()
    parts = definitions.item("BODY"), definitions.item("NIPPLE")
    draft = definitions.routing(definitions.made_item("VALVE", *parts, actor=people.actor), actor=people.actor)
    change = definitions.submitted(people, definitions.change(people, draft))
    state = change.state
    with pytest.raises(Refusal):
        approve_change(actor=people.actor, change_id=change.pk, credentials=both(people.author))
    entry = LedgerEntry.objects.filter(subject_id=change.pk, subject_label="changecontrol.changerequest").latest("pk")
    assert (entry.outcome, ChangeRequest.objects.get().state) == ("refused", state)


def test_who_made_an_entry_does_not_check_it(hand: User) -> None:
    """The rule itself; the services' own tests try every kind of check with it."""
    entry = StepRecord(performer_id=hand.pk)
    assert not can_check(hand.pk, [entry.performer_id], hand.name)
    assert can_check(hand.pk + 1, [entry.performer_id], "Another")
