"""Input shapes of the print queue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.printing.services.labels import MAX_COPIES


class ReprintForm(forms.Form):
    """Why, and how many."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Stands in the record of the labels."))
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=MAX_COPIES, initial=1)
