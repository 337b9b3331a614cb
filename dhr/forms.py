"""What a release asks for beside the signature."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from resources.inventory.models import Place
from resources.inventory.states import HOLDS_STOCK


class ReleaseForm(forms.Form):
    """Where released goods go. Nobody chose: they stay, and the words say so."""

    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=gettext_lazy("Put away at"),
        required=False,
        empty_label=gettext_lazy("It stays where it is"),
    )

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        """``places``: those that the reader sees."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["place"]
        field.queryset = places.filter(kind__in=[str(kind) for kind in HOLDS_STOCK], active=True)
