"""Work cards: read one, and act on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY, SIGNING, SignSerializer, credentials_in
from foundation.core.api.writes import once, with_etag
from foundation.core.canonical import content_hash
from shopfloor import services
from shopfloor.api.base import FloorView
from shopfloor.api.serializers import (
    AskToOpenSerializer,
    CardViewSerializer,
    DeviationNumberSerializer,
    FloorReasonSerializer,
    HandOverSerializer,
    HandoverSerializer,
    HappenedSerializer,
    InspectSerializer,
    JudgementSerializer,
    MachineSerializer,
    WorkCardSerializer,
)
from shopfloor.content import card_content
from shopfloor.models import WorkCard
from shopfloor.selectors import card_view
from shopfloor.signed import attach_card_signatures

CARDS = WorkCard.objects.select_related("order", "batch", "unit__lot")


class CardList(FloorView, ListAPIView):
    """Work cards, newest first; filter by state, work center, order, batch."""

    queryset = CARDS
    serializer_class = WorkCardSerializer
    prepare = staticmethod(attach_card_signatures)
    filterset_fields = ("state", "work_center", "order", "batch", "operation")


class CardDetail(FloorView):
    @extend_schema(responses=CardViewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The card as the tablet shows it: next step, gates as they are now, balance. The ETag is what completing signs over."""
        card = get_object_or_404(WorkCard.objects.visible_to(self.actor), pk=pk)
        answer = Response(CardViewSerializer(card_view(card, self.actor)).data)
        return with_etag(answer, content_hash(card_content(card)))


class CardAct(FloorView):
    """Acts that need no more than a machine or a reason: read, start, pause, resume, clock in and out, machine, unblock."""

    verb = ""
    plain: ClassVar[dict[str, Any]] = {
        "read": services.read_card,
        "resume": services.resume_card,
        "clock-in": services.clock_in,
        "clock-out": services.clock_out,
    }
    on_machine: ClassVar[dict[str, Any]] = {"start": services.start_card, "machine": services.change_machine}
    with_reason: ClassVar[dict[str, Any]] = {"pause": services.pause_card, "unblock": services.unblock_card}

    @extend_schema(request=FloorReasonSerializer, responses=WorkCardSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        given: dict[str, Any] = {}
        if self.verb in self.on_machine:
            given = self.read(MachineSerializer, request)
        elif self.verb in self.with_reason:
            given = self.read(FloorReasonSerializer, request)
        service = {**self.plain, **self.on_machine, **self.with_reason}[self.verb]

        def do() -> tuple[int, Any]:
            service(actor=self.actor, card_id=pk, **given)
            return 200, WorkCardSerializer(CARDS.get(pk=pk)).data

        return once(request, f"shopfloor.card.{self.verb}.{pk}", do)


class CardComplete(FloorView):
    @extend_schema(request=SignSerializer, responses=WorkCardSerializer, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Sign the card as performed and end it."""
        data = self.read(SignSerializer, request)

        def do() -> tuple[int, Any]:
            services.complete_card(actor=self.actor, card_id=pk, credentials=credentials_in(request, data))
            return 200, WorkCardSerializer(CARDS.get(pk=pk)).data

        return once(request, f"shopfloor.card.complete.{pk}", do)


class CardFirstPiece(FloorView):
    @extend_schema(request=JudgementSerializer, responses=WorkCardSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """The inspector judges the first piece."""
        data = self.read(JudgementSerializer, request)

        def do() -> tuple[int, Any]:
            services.accept_first_piece(actor=self.actor, card_id=pk, **data)
            return 200, WorkCardSerializer(CARDS.get(pk=pk)).data

        return once(request, f"shopfloor.card.first-piece.{pk}", do)


class CardInspect(FloorView):
    @extend_schema(request=InspectSerializer, responses=WorkCardSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Patrol, last piece or final inspection."""
        data = self.read(InspectSerializer, request)

        def do() -> tuple[int, Any]:
            services.inspect_card(actor=self.actor, card_id=pk, **data)
            return 200, WorkCardSerializer(CARDS.get(pk=pk)).data

        return once(request, f"shopfloor.card.inspect.{pk}", do)


class CardHandOver(FloorView):
    @extend_schema(request=HandOverSerializer, responses={201: HandoverSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Hand the card over to the next shift."""
        data = self.read(HandOverSerializer, request)

        def do() -> tuple[int, Any]:
            handover = services.hand_over(actor=self.actor, card_id=pk, **data)
            return 201, HandoverSerializer(handover).data

        return once(request, f"shopfloor.card.hand-over.{pk}", do)


class CardHappened(FloorView):
    @extend_schema(request=HappenedSerializer, responses={201: DeviationNumberSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Report what happened: recorded whatever was refused before."""
        data = self.read(HappenedSerializer, request)

        def do() -> tuple[int, Any]:
            deviation = services.report_what_happened(actor=self.actor, card_id=pk, **data)
            return 201, DeviationNumberSerializer(deviation).data

        return once(request, f"shopfloor.card.happened.{pk}", do)


class CardAskToOpen(FloorView):
    @extend_schema(request=AskToOpenSerializer, responses={201: DeviationNumberSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Ask quality to open a closed gate for this card; it stays closed until that is decided and signed."""
        data = self.read(AskToOpenSerializer, request)

        def do() -> tuple[int, Any]:
            deviation = services.ask_to_open(actor=self.actor, card_id=pk, **data)
            return 201, DeviationNumberSerializer(deviation).data

        return once(request, f"shopfloor.card.ask.{pk}", do)
