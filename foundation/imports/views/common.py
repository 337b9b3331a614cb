"""What the steps of an import share."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.imports.models import ImportBatch


def batch_of(pk: int) -> ImportBatch:
    found: ImportBatch = get_object_or_404(ImportBatch.objects.select_related("original__file"), pk=pk)
    return found


def steps_of(current: int, batch: ImportBatch | None = None) -> list[dict[str, Any]]:
    """Upload, map, review, commit: where we are."""
    titles = (_("Upload"), _("Map columns"), _("Review rows"), _("Preview and commit"))
    urls = [""] * 4
    if batch is not None:
        urls = ["", *(reverse(f"imports:{name}", args=[batch.pk]) for name in ("map", "review", "preview"))]
    return [
        {
            "title": title,
            "state": "done" if place < current else "current" if place == current else "todo",
            "url": urls[place],
        }
        for place, title in enumerate(titles)
    ]
