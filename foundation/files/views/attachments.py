"""Kept originals, for those who may read the records they belong to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.files import selectors
from foundation.files.web import download


@require_safe
def attachment_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The original bytes, checked against their hash on the way out."""
    actor = actor_of(request)
    require(actor, selectors.VIEW)
    attachment = get_object_or_404(selectors.visible_attachments(actor), pk=pk)
    return download(selectors.content_of(attachment), name=attachment.name, media_type=attachment.file.media_type)
