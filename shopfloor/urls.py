from django.urls import path, register_converter

from shopfloor.views import acts, cards, checks, corrections, entries, gauges, orders, work

app_name = "shopfloor"
CARD = "shop/cards/<int:pk>/"


class Word:
    """One of the words of its pattern."""

    regex = ""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def words(name: str, pattern: str) -> None:
    register_converter(type(name, (Word,), {"regex": pattern}), name)


words("card_verb", "read|start|resume|pause|clock-in|clock-out|machine")
words("order_verb", "dispatch|hold|resume|cancel|close")
words("order_tab", "readiness|travellers|quality|trail")
words("decision", "approve|refuse")

TABLET = [
    path("shop/", work.station, name="station"),
    path("shop/open/", work.open_traveller, name="open"),
    path(CARD, work.work, name="work"),
    path(CARD + "live/", work.live, name="live"),
    path(CARD + "more/", acts.more, name="more"),
    path(CARD + "record/", entries.record, name="record"),
    path(CARD + "scan/", entries.scan, name="scan"),
    path(CARD + "file/", entries.attach, name="attach"),
    path(CARD + "after/<int:record>/", work.after, name="after"),
    path(CARD + "check/<int:record>/", checks.second_check, name="second-check"),
    path(CARD + "first-piece/", checks.first_piece, name="first-piece"),
    path(CARD + "inspect/", checks.inspect, name="inspect"),
    path(CARD + "exclude/<int:file>/", checks.exclude, name="exclude"),
    path(CARD + "report/", acts.report, name="report"),
    path(CARD + "hand-over/", acts.hand_over, name="hand-over"),
    path(CARD + "handover/<int:handover>/", acts.answer_handover, name="answer-handover"),
    path(CARD + "complete/", acts.complete, name="complete"),
    path(CARD + "happened/", acts.happened, name="happened"),
    path(CARD + "ask/", acts.ask, name="ask"),
    path(CARD + "entries/", corrections.entries, name="entries"),
    path(CARD + "entries/<int:record>/correct/", corrections.correct, name="correct"),
    path(CARD + "entries/<int:record>/remove/", corrections.remove, name="remove"),
    path(CARD + "<card_verb:verb>/", acts.act, name="act"),
]
DESK = [
    path("orders/", orders.orders, name="order-list"),
    path("orders/new/", orders.order_create, name="order-create"),
    path("orders/<int:pk>/", orders.order_page, name="order"),
    path("orders/<int:pk>/<order_tab:tab>/", orders.order_page, name="order-tab"),
    path("orders/<int:pk>/act/<order_verb:verb>/", orders.order_act, name="order-act"),
    path("batches/", cards.batches, name="batch-list"),
    path("batches/<int:pk>/", cards.batch, name="batch"),
    path("cards/<int:pk>/", cards.card, name="card"),
    path("cards/<int:pk>/unblock/", cards.unblock, name="unblock"),
    path("corrections/", cards.corrections, name="correction-list"),
    path("corrections/<int:pk>/<decision:answer>/", cards.correction_decide, name="correction-decide"),
    path("gauges/<int:calibration>/trace/", gauges.gauge_trace, name="gauge-trace"),
    path("board/", cards.board, name="board"),
]
urlpatterns = [*TABLET, *DESK]
