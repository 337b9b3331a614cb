"""What a quality record is about: a value, since orders and cards live above (architecture, rule 4)."""

from __future__ import annotations

from django.db import models

from foundation.core.refs import RecordRef


class AboutSubject(models.Model):
    """Label, id and number of the record it is about, and where on the floor it was found."""

    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_number = models.CharField(max_length=100, default="", blank=True)
    order_number = models.CharField(max_length=60, default="", blank=True)
    card_id = models.BigIntegerField(null=True, blank=True)
    step_key = models.CharField(max_length=20, default="", blank=True)

    class Meta:
        abstract = True

    @property
    def subject(self) -> RecordRef | None:
        if not self.subject_label or self.subject_id is None:
            return None
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)
