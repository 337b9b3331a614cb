"""Change of shift in the middle of a card (交接班)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotFound
from foundation.records.act import act
from quality.policies import person_of
from shopfloor.exceptions import NotPossible
from shopfloor.models import Handover
from shopfloor.policies import WORK, require_other_person
from shopfloor.services.cards import resume_work
from shopfloor.services.loading import lock_work, records_of, require_running
from shopfloor.services.moving import change_state, note_event
from shopfloor.states import HANDOVER, HandoverState


def hand_over(*, actor: Actor, card_id: int, machine_state: str = "", note: str = "") -> Handover:
    """Hand the card over: how many pieces are here and which steps are open is counted, not typed. The card pauses."""
    with act(actor=actor, verb="shopfloor.card.handed_over", reason=note) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        require_running(work)
        if Handover.objects.filter(card=work.card, state=HandoverState.OFFERED).exists():
            raise NotPossible(_("The last hand-over of this card is not answered yet."), code="handover-open")
        open_steps = work.progress(records_of(work, everything=True)).open_entries(work.pieces)
        handover = Handover(
            card=work.card,
            quantity=len(work.pieces),
            open_steps=[entry.as_json() for entry in open_steps[:500]],
            machine_state=machine_state.strip(),
            note=note.strip(),
            outgoing_id=person_of(actor),
            outgoing_name=actor.name,
            offered_at=this.at,
        )
        handover.save()
        change_state(this, work.card, "pause", reason=_("Handed over"))
        if work.clocked_in:
            note_event(this, work.card, "clock_out")
        this.relate(handover)
    return handover


def answer_handover(*, actor: Actor, handover_id: int, accepted: bool, note: str = "") -> Handover:
    """The incoming person accepts, and with it resumes the card through the gates; or disputes it, with words.

    SamePerson for who handed over. A disputed card stays paused: the line leader hears of it by its state.
    """
    with act(actor=actor, verb="shopfloor.handover.answered", reason=note) as this:
        card_id = Handover.objects.filter(pk=handover_id).values_list("card_id", flat=True).first()
        if card_id is None:
            raise NotFound.here()
        work = lock_work(actor, card_id)
        handover: Handover = Handover.objects.select_for_update().get(pk=handover_id)
        this.about(work.card)
        this.relate(handover)
        require(actor, WORK, work.card.order.site_id)
        row = HANDOVER.next(handover.state, "accept" if accepted else "dispute", reason=note)
        require_other_person(actor.user_id, [handover.outgoing_id], actor.name)
        handover.state = HandoverState(row.target)
        handover.incoming_id, handover.incoming_name = actor.user_id, actor.name
        handover.answer_note, handover.answered_at = note.strip(), this.at
        handover.save()
        if accepted:
            resume_work(this, work)
    return handover
