"""People and what they prove themselves with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from foundation.accounts import signature_policy
from foundation.core import clock
from foundation.records.models import AppendOnlyModel, TrackedModel, TrackedQuerySet


class UserManager(BaseUserManager.from_queryset(TrackedQuerySet)):  # type: ignore[misc]
    """Finds people by user name, whatever the case; makes none: that is a service."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(username__iexact=username)


class LoginBy(models.TextChoices):
    LOCAL = "local", _("This system")
    LDAP = "ldap", _("The company's directory (LDAP)")
    OIDC = "oidc", _("The company's OpenID provider")


class User(AbstractBaseUser, TrackedModel):
    """A person. Retired, never deleted, and never renamed into another (21 CFR 11.100)."""

    last_login = None
    username = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=10, default="en")
    employee_number = models.CharField(max_length=40, blank=True, default="")
    pin = models.CharField(max_length=200, blank=True, default="")  # hashed
    password_set_at = models.DateTimeField(null=True, blank=True)
    pin_set_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_secret = models.BooleanField(default=False)
    # the present secret goes back to a reset by one person alone that no second one confirmed (21 CFR 11.200(a)(3))
    secret_by_one = models.BooleanField(default=False)
    policy_acknowledged_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.CharField(max_length=40, blank=True, default="")  # which one was acknowledged
    # 21 CFR 11.100(b): who saw that this is the person, and by what, before the account was given
    identity_checked_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    identity_check = models.CharField(max_length=200, blank=True, default="")
    # who checks the log-in: this system, the plant's directory (LDAP), or an OpenID provider. Signing is always ours.
    login_by = models.CharField(max_length=10, default="local", choices=LoginBy)
    external_subject = models.CharField(max_length=300, blank=True, default="")
    session_epoch = models.PositiveIntegerField(default=0)  # raised to end every desk session of the person
    locked_until = models.DateTimeField(null=True, blank=True)
    failed_tries = models.PositiveSmallIntegerField(default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_user_username_once"),
            models.UniqueConstraint(
                fields=["external_subject"],
                condition=~models.Q(external_subject=""),
                name="accounts_user_external_subject_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_locked(self) -> bool:
        return self.locked_until is not None and self.locked_until > clock.now()

    @property
    def has_acknowledged_policy(self) -> bool:
        """The signature policy that is in force now, not an earlier one (21 CFR 11.10(j))."""
        return self.policy_acknowledged_at is not None and self.policy_version == signature_policy.version()

    def get_session_auth_hash(self) -> str:
        """A desk session lives until a secret changes, the person logs in elsewhere, or somebody ends it."""
        return self._auth_hash(settings.SECRET_KEY)

    def _auth_hash(self, secret: str | bytes) -> str:
        told = f"{self.password}:{self.pin}:{self.session_epoch}"
        return salted_hmac("accounts.session", told, secret=secret, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return (self._auth_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    @property
    def is_staff(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """For Django's own use; services ask `accounts.policies`."""
        return False


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
    kind = models.CharField(max_length=20)  # login, badge, signature, policy, change, lock
    succeeded = models.BooleanField()
    station = models.CharField(max_length=60, default="", blank=True)
    session = models.CharField(max_length=64, default="", blank=True)
    address = models.CharField(max_length=45, default="", blank=True)
    dialog = models.CharField(max_length=64, default="", blank=True)  # the signature dialog that this answered
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dialog"], condition=~models.Q(dialog=""), name="accounts_authevent_dialog_once"
            )
        ]
        indexes = [models.Index(fields=["user", "session", "at"], name="accounts_authevent_session")]

    def __str__(self) -> str:
        return f"{self.identity} {self.kind}"
