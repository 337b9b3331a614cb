"""Sites and stations: where an act is done."""

from django.db import models

from foundation.records.models import TrackedModel


class Site(TrackedModel):
    """A plant. Orders, places, equipment and roles belong to one; definitions are global."""

    code = models.CharField(max_length=20, unique=True)
    name = models.JSONField(default=dict)  # {language: text}
    time_zone = models.CharField(max_length=60, default="UTC")

    def __str__(self) -> str:
        return self.code


class Station(TrackedModel):
    """A registered tablet or terminal; ``token_hash`` is the SHA-256 of what the device keeps in its cookie."""

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField(default=dict)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="stations")
    work_center = models.CharField(max_length=60, default="", blank=True)
    token_hash = models.CharField(max_length=64, default="", blank=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code
