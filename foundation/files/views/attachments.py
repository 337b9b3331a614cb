"""Kept originals, for those who may read the records they belong to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.files import selectors
from foundation.files.models import Attachment
from foundation.files.web import download


@require_safe
def attachment_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The original bytes, checked against their hash on the way out."""
    require(actor_of(request), "files.view_attachment")
    attachment = get_object_or_404(Attachment.objects.select_related("file"), pk=pk)
    return download(selectors.content_of(attachment), name=attachment.name, media_type=attachment.file.media_type)
