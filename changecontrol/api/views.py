"""The API of change control: the whole journey, each write one service call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from changecontrol import services
from changecontrol.api import serializers as shapes
from changecontrol.models import ChangeRequest, Effectivity
from changecontrol.policies import next_acts
from changecontrol.selectors import change_content, effective_process_card, subjects_of
from changecontrol.selectors.pages import attach_change_signatures, signatures_of_change
from changecontrol.services import Verdict
from changecontrol.states import VIEW
from foundation.accounts.endpoints import IDEMPOTENCY, SIGNING, Endpoint, credentials_in
from foundation.core.api.writes import once
from foundation.core.canonical import content_hash
from foundation.records.services import shown_hash
from routing.states import Purpose


class ChangeView(Endpoint):
    """Everything here needs ``changecontrol.view_change``; what a write needs is asked by its service."""

    view_permission = VIEW
    always = True

    def written(self, request: Request, scope: str, pk: int, do: Callable[[], Any], status: int = 200) -> Response:
        """Run one service for a change that exists, once per key, and answer with the whole change."""
        get_object_or_404(ChangeRequest, pk=pk)

        def run() -> tuple[int, Any]:
            do()
            return status, detail(pk)

        return once(request, f"changecontrol.{scope}", run)


def detail(pk: int) -> dict[str, Any]:
    rows = ChangeRequest.objects.prefetch_related(
        "affected__routing_revision", "affected__bom_revision", "impact", "approval_steps", "order_decisions",
        "effectivities__card", "effectivities__item", "effectivities__change",
    )  # fmt: skip
    return dict(shapes.ChangeDetailSerializer(get_object_or_404(rows, pk=pk)).data)


class Changes(ChangeView, ListAPIView):
    """Change requests, newest first; filter by state, kind, severity."""

    queryset = ChangeRequest.objects.all()
    serializer_class = shapes.ChangeSerializer
    prepare = staticmethod(attach_change_signatures)
    filterset_fields = ("state", "kind", "severity", "number")

    @extend_schema(
        request=shapes.RaiseSerializer, responses={201: shapes.ChangeDetailSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Raise a change over these drafts; its impact is computed at once."""
        data = self.read(shapes.RaiseSerializer, request)

        def run() -> tuple[int, Any]:
            return 201, detail(services.raise_change(actor=self.actor, **data).pk)

        return once(request, "changecontrol.raise", run)


class OneChange(ChangeView):
    @extend_schema(responses=shapes.ChangeDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A change with what it carries, its impact, its signatures and effectivity."""
        return Response(detail(pk))

    @extend_schema(request=shapes.EditSerializer, responses=shapes.ChangeDetailSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Edit text and plan before submission."""
        get_object_or_404(ChangeRequest, pk=pk)
        changes = self.read(shapes.EditSerializer, request, partial=True)
        services.edit_change(actor=self.actor, change_id=pk, changes=changes)
        return Response(detail(pk))


class Content(ChangeView):
    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, pk: int) -> Response:
        """What approvers sign, its hash and what each act sends as ``shown``, its signatures, the reader's next acts."""
        change = get_object_or_404(ChangeRequest, pk=pk)
        content, subjects = change_content(change), subjects_of(change)
        signatures = [
            {
                "id": row.signature.pk,
                "printed_name": row.signature.printed_name,
                "meaning": row.signature.meaning,
                "signed_at": row.signature.signed_at,
                "time_zone": row.signature.time_zone,
                "content_hash": row.signature.content_hash,
                "validity": row.validity,
            }
            for row in signatures_of_change(change)
        ]
        return Response(
            {
                "content": content,
                "content_hash": content_hash(content),
                "shown": {"approve": shown_hash(subjects), "refuse": shown_hash(subjects[:1])},
                "signatures": signatures,
                "next_acts": [event for event, allowed in next_acts(change, self.actor).items() if allowed],
            }
        )


class Affected(ChangeView):
    @extend_schema(
        request=shapes.AddAffectedSerializer, responses={201: shapes.ChangeDetailSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Carry one more draft, with what it drags along."""
        data = self.read(shapes.AddAffectedSerializer, request)
        return self.written(
            request, "add_affected", pk, lambda: services.add_affected(actor=self.actor, change_id=pk, **data), 201
        )


class OneAffected(ChangeView):
    @extend_schema(request=shapes.ActSerializer, responses=shapes.ChangeDetailSerializer)
    def delete(self, request: Request, pk: int, affected: int) -> Response:
        """Let a draft go; ``reason`` in the body."""
        change = get_object_or_404(ChangeRequest, pk=pk)
        get_object_or_404(change.affected, pk=affected)
        reason = self.read(shapes.ActSerializer, request)["reason"]
        services.remove_affected(actor=self.actor, change_id=pk, affected_id=affected, reason=reason)
        return Response(detail(pk))


class Impact(ChangeView):
    @extend_schema(
        request=shapes.AddImpactSerializer, responses={201: shapes.ChangeDetailSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add an entry that the computation does not know."""
        data = self.read(shapes.AddImpactSerializer, request)
        return self.written(
            request, "add_impact", pk, lambda: services.add_impact(actor=self.actor, change_id=pk, **data), 201
        )


class ComputeImpact(ChangeView):
    @extend_schema(request=None, responses=shapes.ChangeDetailSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Compute the impact again; judgements of what is the same stay."""
        return self.written(request, "compute", pk, lambda: services.compute_impact(actor=self.actor, change_id=pk))


class Judgements(ChangeView):
    @extend_schema(
        request=shapes.JudgementsSerializer, responses=shapes.ChangeDetailSerializer, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Judge entries: affected, not_affected or waived; all judged, the change is assessed."""
        given = self.read(shapes.JudgementsSerializer, request)["judgements"]
        verdicts = [Verdict(**row) for row in given]
        return self.written(
            request, "judge", pk, lambda: services.judge_impact(actor=self.actor, change_id=pk, judgements=verdicts)
        )


class Orders(ChangeView):
    @extend_schema(
        request=shapes.DecideOrderSerializer, responses=shapes.ChangeDetailSerializer, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """What one open order does: finish_on_old, switch or hold."""
        data = self.read(shapes.DecideOrderSerializer, request)
        return self.written(
            request, "decide_order", pk, lambda: services.decide_order(actor=self.actor, change_id=pk, **data)
        )


class ChangeAct(ChangeView):
    """Submit, withdraw, reopen, implement, close."""

    verb = ""

    @extend_schema(request=shapes.ActSerializer, responses=shapes.ChangeDetailSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Move the change by its state table."""
        data = self.read(shapes.ActSerializer, request)
        return self.written(request, self.verb, pk, lambda: self._act(pk, data))

    def _act(self, pk: int, data: dict[str, Any]) -> None:
        if self.verb == "submit":
            services.submit_change(actor=self.actor, change_id=pk)
        elif self.verb == "implement":
            services.implement_change(actor=self.actor, change_id=pk, effective_from=data["effective_from"])
        else:
            do = {
                "withdraw": services.withdraw_change,
                "reopen": services.reopen_change,
                "close": services.close_change,
            }[self.verb]
            do(actor=self.actor, change_id=pk, reason=data["reason"])


class ChangeSign(ChangeView):
    """Approve, refuse."""

    verb = ""

    @extend_schema(request=shapes.SignChangeSerializer, responses=shapes.ChangeDetailSerializer, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Sign over the hash of the change and of each revision that it carries."""
        data = self.read(shapes.SignChangeSerializer, request)
        credentials = credentials_in(request, data)

        def do() -> None:
            if self.verb == "approve":
                services.approve_change(actor=self.actor, change_id=pk, credentials=credentials)
            else:
                services.refuse_change(actor=self.actor, change_id=pk, credentials=credentials, reason=data["reason"])

        return self.written(request, self.verb, pk, do)


class Effectivities(ChangeView, ListAPIView):
    """Which card applies, from when, by which change."""

    queryset = Effectivity.objects.select_related("card", "item", "change")
    serializer_class = shapes.EffectivitySerializer
    filterset_fields = ("item", "card", "change", "scope", "order_number")


class EffectiveCard(ChangeView):
    @extend_schema(
        responses=shapes.CardAnswerSerializer,
        parameters=[
            OpenApiParameter("order", str),
            OpenApiParameter("variant", str),
            OpenApiParameter("purpose", str, enum=Purpose.values),
        ],
    )
    def get(self, request: Request, item: int) -> Response:
        """Which card applies to this item now, and why; 409 ``no-effective-card`` names the gap."""
        asked = request.query_params
        answer = effective_process_card(
            item,
            order_number=asked.get("order", ""),
            variant=asked.get("variant", ""),
            purpose=asked.get("purpose", Purpose.PRODUCTION),
        )
        return Response(
            {
                "card": answer.card.pk,
                "card_number": answer.card.number,
                "revision": answer.card.revision,
                "reason": answer.reason,
                "effectivity": shapes.EffectivitySerializer(answer.effectivity).data,
            }
        )
