"""Addresses of the floor's API."""

from django.urls import path

from shopfloor.api.views import cards, entries, orders

urlpatterns = [
    path("orders/", orders.OrderList.as_view(), name="order-list"),
    path("orders/<int:pk>/", orders.OrderDetail.as_view(), name="order-detail"),
    path("orders/<int:pk>/dispatch/", orders.OrderDispatch.as_view(), name="order-dispatch"),
    *(
        path(f"orders/<int:pk>/{verb}/", orders.OrderAct.as_view(verb=verb), name=f"order-{verb}")
        for verb in ("hold", "resume", "cancel", "close")
    ),
    path("batches/<int:pk>/units/", orders.BatchUnits.as_view(), name="batch-units"),
    path("travellers/", orders.TravellerList.as_view(), name="traveller-list"),
    path("travellers/<str:code>/", orders.TravellerDetail.as_view(), name="traveller-detail"),
    path("travellers/<str:code>/card/", orders.TravellerCard.as_view(), name="traveller-card"),
    path("cards/", cards.CardList.as_view(), name="card-list"),
    path("cards/<int:pk>/", cards.CardDetail.as_view(), name="card-detail"),
    *(
        path(f"cards/<int:pk>/{verb}/", cards.CardAct.as_view(verb=verb), name=f"card-{verb}")
        for verb in ("read", "start", "pause", "resume", "clock-in", "clock-out", "machine", "unblock")
    ),
    path("cards/<int:pk>/complete/", cards.CardComplete.as_view(), name="card-complete"),
    path("cards/<int:pk>/first-piece/", cards.CardFirstPiece.as_view(), name="card-first-piece"),
    path("cards/<int:pk>/inspections/", cards.CardInspect.as_view(), name="card-inspect"),
    path("cards/<int:pk>/hand-over/", cards.CardHandOver.as_view(), name="card-hand-over"),
    path("cards/<int:pk>/ask-to-open/", cards.CardAskToOpen.as_view(), name="card-ask-to-open"),
    path("cards/<int:pk>/happened/", cards.CardHappened.as_view(), name="card-happened"),
    path("cards/<int:pk>/steps/", entries.CardSteps.as_view(), name="card-steps"),
    path("cards/<int:pk>/scans/", entries.CardScans.as_view(), name="card-scans"),
    path("cards/<int:pk>/files/", entries.CardFiles.as_view(), name="card-files"),
    path("cards/<int:pk>/reports/", entries.CardReports.as_view(), name="card-reports"),
    path("steps/", entries.StepList.as_view(), name="step-list"),
    path("steps/<int:pk>/", entries.StepDetail.as_view(), name="step-detail"),
    path("steps/<int:pk>/second-check/", entries.StepCheck.as_view(), name="step-check"),
    path("steps/<int:pk>/remove/", entries.StepRemove.as_view(), name="step-remove"),
    path("steps/<int:pk>/corrections/", entries.StepCorrections.as_view(), name="step-corrections"),
    path("reports/", entries.ReportList.as_view(), name="report-list"),
    path("corrections/", entries.CorrectionList.as_view(), name="correction-list"),
    path("corrections/<int:pk>/", entries.CorrectionDetail.as_view(), name="correction-detail"),
    path("corrections/<int:pk>/decide/", entries.CorrectionDecide.as_view(), name="correction-decide"),
    path("handovers/<int:pk>/answer/", entries.HandoverAnswer.as_view(), name="handover-answer"),
    path("test-files/<int:pk>/exclusions/", entries.FileExclusions.as_view(), name="file-exclusions"),
]
