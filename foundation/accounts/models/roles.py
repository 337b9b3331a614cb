"""Roles and who holds them."""

from django.db import models

from foundation.records.models import TrackedModel


class Role(TrackedModel):
    """A row of config/roles.py, handed down by `sync_roles`."""

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField(default=dict)
    permissions = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.code


class RoleAssignment(TrackedModel):
    """A person holds a role at a site (None = every site) for a time."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="role_assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    site = models.ForeignKey("accounts.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="accounts_roleassignment_forward",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id}"
