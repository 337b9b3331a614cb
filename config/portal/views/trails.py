"""The audit trail of one record: its acts, refused ones included, and its fields from old to new."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.portal.views.ledger import COLUMNS, COUNT_MOST, VIEW, LedgerFilter, searched
from foundation.accounts.policies import require
from foundation.accounts.scope import reads_trail_of
from foundation.accounts.web import actor_of
from foundation.core.errors import NotFound
from foundation.core.refs import RecordRef
from foundation.core.web.lists import Empty, ListPage
from foundation.core.web.tables import Table, hand_out
from foundation.records.models import Outcome
from foundation.records.selectors import FieldChange, field_changes, ledger_of

SHOWN = 200


@login_required
@require_safe
def record_trail(request: HttpRequest, label: str, pk: int) -> HttpResponseBase:
    """Acts about the record or related to it, and what changed in its own row. ``?export=`` and ``?fields=`` take them away."""
    actor = actor_of(request)
    require(actor, VIEW)
    record = RecordRef(label.lower(), pk)
    if not reads_trail_of(actor, record, VIEW):
        raise NotFound.here()
    entries = ledger_of(record)
    number = next(
        (row.subject_number for row in entries if row.subject_label == record.label and row.subject_id == pk), ""
    )
    changes = field_changes(record)
    record = RecordRef(record.label, pk, number)
    if request.GET.get("fields"):
        title = f"{label} {number or pk}"
        return hand_out(request, request.GET["fields"], _fields(title, changes, actor.name, record))
    return ListPage(
        title=_("Audit trail of %(record)s") % {"record": number or f"{label} {pk}"},
        lead=_("Every act with who, when, why and where; refused ones too. Nobody can change or remove a line."),
        rows=entries,
        columns=COLUMNS,
        sort="-captured_at",
        search=searched,
        count_most=COUNT_MOST,
        filters=LedgerFilter,
        template="portal/trail.html",
        context={"changes": changes[:SHOWN], "more": max(0, len(changes) - SHOWN), "label": label, "pk": pk},
        empty=Empty(_("No act about this record")),
        file_name="audit-trail",
        row_tone=lambda row: "bad" if row.outcome == Outcome.REFUSED else "",
        record=record,
    ).render(request)


def _fields(title: str, changes: list[FieldChange], taken_by: str, record: RecordRef) -> Table:
    heads = [_("When"), _("Who"), _("Station"), _("Field"), _("Old value"), _("New value"), _("Reason")]
    keys = ["at", "who", "station", "field", "old", "new", "reason"]
    lines = (
        [
            change.at.isoformat(),
            change.who,
            change.station,
            change.field or change.kind,
            change.before,
            change.after,
            change.why,
        ]
        for change in changes
    )
    return Table("field-history", title, heads, lines, keys, taken_by=taken_by, record=record)
