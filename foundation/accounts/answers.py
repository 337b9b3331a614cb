"""What accounts answers to the home page and the search box."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import Station, User
from foundation.accounts.selectors import permissions_of
from foundation.core.actor import Actor
from foundation.core.answers import Found, Todo


def todo(actor: Actor) -> list[Todo]:
    """Before the first signature: the policy to acknowledge, the secret to change."""
    user = User.objects.filter(pk=actor.user_id).first()
    if user is None:
        return []
    waiting = []
    profile = reverse("accounts:profile")
    if user.policy_acknowledged_at is None:
        title = _("Acknowledge the signature policy")
        detail = _("Nobody signs before having read what a signature means here.")
        waiting.append(Todo(_("Your account"), title, profile, detail, icon_name="writing-sign"))
    if user.must_change_secret:
        title = _("Choose your own secret")
        detail = _("An administrator set the present one; change it before you sign.")
        waiting.append(Todo(_("Your account"), title, profile, detail, icon_name="key"))
    return waiting


def search(text: str, actor: Actor) -> list[Found]:
    """People and stations, for those who manage them."""
    allowed = permissions_of(actor.user_id or 0)
    found = []
    if "accounts.manage_users" in allowed:
        match = Q(username__icontains=text) | Q(name__icontains=text) | Q(employee_number=text) | Q(badges__code=text)
        found += [
            Found(_("People"), user.username, reverse("accounts:user", args=[user.pk]), user.name)
            for user in User.objects.filter(match).distinct().order_by("username")[:10]
        ]
    if "accounts.manage_stations" in allowed:
        found += [
            Found(_("Stations"), station.code, reverse("accounts:station", args=[station.pk]))
            for station in Station.objects.visible_to(actor).filter(code__icontains=text).order_by("code")[:10]
        ]
    return found
