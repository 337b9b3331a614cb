"""People and what they prove themselves with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from foundation.core import clock
from foundation.records.models import AppendOnlyModel, TrackedModel, TrackedQuerySet


class UserManager(BaseUserManager.from_queryset(TrackedQuerySet)):  # type: ignore[misc]
    """Finds people by user name, whatever the case; makes none: that is a service."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(username__iexact=username)


class User(AbstractBaseUser, TrackedModel):
    """A person. Retired, never deleted, and never renamed into another (21 CFR 11.100)."""

    last_login = None
    username = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=10, default="en")
    employee_number = models.CharField(max_length=40, blank=True, default="")
    pin = models.CharField(max_length=200, blank=True, default="")  # hashed
    is_active = models.BooleanField(default=True)
    must_change_secret = models.BooleanField(default=False)
    policy_acknowledged_at = models.DateTimeField(null=True, blank=True)
    locked_until = models.DateTimeField(null=True, blank=True)
    failed_tries = models.PositiveSmallIntegerField(default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="accounts_user_username_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_locked(self) -> bool:
        return self.locked_until is not None and self.locked_until > clock.now()

    @property
    def is_staff(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """For Django's own use; services ask `accounts.policies`."""
        return False


class Badge(TrackedModel):
    """A badge's code identifies; the PIN is what counts. A lost one is out with one click."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="badges")
    code = models.CharField(max_length=60, unique=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.code


class CaptureSession(TrackedModel):
    """A person badged in at a station: what they enter is attributed to it until they leave or it idles out."""

    key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey("accounts.Station", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "station"], condition=models.Q(closed_at=None), name="accounts_capturesession_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.station_id}"


class AuthenticationEvent(AppendOnlyModel):
    """Log-ins, badge-ins and signings that worked or failed; the first signing of a session is found here."""

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    identity = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)  # login, badge, signature
    succeeded = models.BooleanField()
    station = models.CharField(max_length=60, default="", blank=True)
    session = models.CharField(max_length=64, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "session", "at"], name="accounts_authevent_session")]

    def __str__(self) -> str:
        return f"{self.identity} {self.kind}"
