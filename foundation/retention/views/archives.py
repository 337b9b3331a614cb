"""Archives: the list, one of them, its file, and verifying it again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import require
from foundation.accounts.scope import Access
from foundation.accounts.web import actor_of
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.files.web import download
from foundation.records.selectors import ledger_of
from foundation.records.services import note_export
from foundation.retention.forms import PeriodForm
from foundation.retention.models import Archive, ArchiveCheck
from foundation.retention.selectors.archives import archive_path
from foundation.retention.services import check_archive, request_period_archive
from foundation.retention.states import ARCHIVE, VIEW, Verdict
from foundation.retention.views.words import seen


@login_required
@require_safe
def archive_list(request: HttpRequest) -> HttpResponse:
    """Every archive, the newest first, with what was found when it was last verified."""
    actor = actor_of(request)
    require(actor, VIEW)
    newest = ArchiveCheck.objects.filter(archive=OuterRef("pk")).order_by("-pk")
    return ListPage(
        title=_("Archives"),
        rows=seen(Archive.objects.visible_to(actor), actor).annotate(
            verdict=Subquery(newest.values("verdict")[:1]), checked_at=Subquery(newest.values("at")[:1])
        ),
        sort="-number",
        file_name="archives",
        columns=(
            Column(
                "number",
                _("Archive"),
                kind="code",
                sort="number",
                link=lambda one: reverse("retention:archive", args=[one.pk]),
            ),
            Column("kind", _("What"), value="get_kind_display", sort="kind"),
            Column("title", _("Of"), kind="words"),
            Column("rows", _("Rows"), sort="rows"),
            Column("size", _("Bytes"), sort="size"),
            Column("made_at", _("Made"), kind="moment", sort="made_at"),
            Column(
                "verdict",
                _("Last verification"),
                kind="state",
                label=lambda one: Verdict(one.verdict).label if one.verdict else _("Never"),
            ),
            Column("checked_at", _("Verified"), kind="moment", sort="checked_at"),
            Column("sha256", "SHA-256", kind="code"),
        ),
        search=("number", "title", "file_name", "sha256"),
        empty=Empty(_("No archives yet"), _("The page of a record, or of keeping, has archives made.")),
    ).render(request)


@login_required
@require_safe
def archive_record(request: HttpRequest, pk: int) -> HttpResponse:
    """One archive: where it lies, its hash, every verification."""
    actor = actor_of(request)
    require(actor, VIEW)
    archive: Archive = get_object_or_404(seen(Archive.objects.visible_to(actor), actor), pk=pk)
    context = {
        "archive": archive,
        "checks": archive.checks.order_by("-pk")[:50],
        "timeline": ledger_of(RecordRef.to(archive))[:50],
    }
    return render(request, "retention/archive.html", context)


@login_required
@require_POST
def archive_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify its file now."""
    actor = actor_of(request)
    require(actor, VIEW)
    check = check_archive(
        actor=actor, archive_id=get_object_or_404(seen(Archive.objects.visible_to(actor), actor), pk=pk).pk
    )
    tell = messages.success if check.verdict == Verdict.INTACT else messages.error
    tell(
        request,
        _("%(number)s: %(verdict)s") % {"number": check.archive.number, "verdict": Verdict(check.verdict).label},
    )
    return redirect("retention:archive", pk)


@login_required
@require_safe
def archive_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The archive's bytes. Taking one away is an act; those of a period hold records of every site."""
    actor = actor_of(request)
    require(actor, VIEW)
    require(actor, ARCHIVE)
    archive: Archive = get_object_or_404(seen(Archive.objects.visible_to(actor), actor), pk=pk)
    if archive.subject is None and Access(actor).sites(ARCHIVE) is not None:
        raise PermissionDenied(_("It holds records of every site: who takes it away keeps records of every site."))
    path = archive_path(archive)
    if not path.is_file():
        raise Http404(archive.file_name)
    note_export(actor=actor, what=archive.file_name, record=RecordRef.to(archive))
    return download(path.read_bytes(), name=archive.file_name, media_type="application/zip")


@login_required
@require_POST
def period_archive(request: HttpRequest) -> HttpResponse:
    """Ask for archives of everything up to a day."""
    actor = actor_of(request)
    require(actor, ARCHIVE)
    form = PeriodForm(request.POST)
    if not form.is_valid():
        raise NotValid(_("Give the day."), field="until")
    request_period_archive(actor=actor, until=form.cleaned_data["until"])
    messages.success(request, _("The worker makes the archives."))
    return redirect("retention:overview")
