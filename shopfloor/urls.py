from django.urls import path, register_converter

from shopfloor.views import acts, checks, corrections, entries, work

app_name = "shopfloor"
CARD = "shop/cards/<int:pk>/"


class Verb:
    """Acts that are a button."""

    regex = "read|start|resume|pause|clock-in|clock-out|machine"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Verb, "card_verb")

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
    path(CARD + "entries/", corrections.entries, name="entries"),
    path(CARD + "entries/<int:record>/correct/", corrections.correct, name="correct"),
    path(CARD + "entries/<int:record>/remove/", corrections.remove, name="remove"),
    path(CARD + "<card_verb:verb>/", acts.act, name="act"),
]
urlpatterns = TABLET
