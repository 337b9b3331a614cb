"""People with roles and secrets, and the actors and credentials that they act with."""

from datetime import datetime, timedelta

from django.conf import settings

from config.roles import CATALOGUE
from foundation.accounts import services
from foundation.accounts.models import Role, Site, Station, User
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.records.services import Credentials

SETUP = Actor.system("tests")
SECRET = "correct-horse-7"
PIN = "482913"


def sync_roles() -> None:
    """The catalogue, as `manage.py sync_roles` hands it down; once per test that needs roles."""
    if not Role.objects.exists():
        services.sync_roles(actor=SETUP, catalogue=CATALOGUE)


def end_of(role: str) -> datetime | None:
    """An auditor comes for a time: a year, here."""
    return clock.now() + timedelta(days=365) if role in settings.ROLES_THAT_END else None


def person(username: str, *roles: str, name: str = "", can_sign: bool = True) -> User:
    """A person with a password, a PIN and these roles; has acknowledged the signature policy when ``can_sign``."""
    user = services.create_user(actor=SETUP, username=username, name=name or username.title())
    services.set_secret(actor=SETUP, user_id=user.pk, password=SECRET, pin=PIN)
    if roles:
        sync_roles()
    for role in roles:
        services.assign_role(actor=SETUP, user_id=user.pk, role=role, valid_until=end_of(role))
    if can_sign:
        services.acknowledge_policy(actor=actor_for(user), secret=PIN)
    return User.objects.get(pk=user.pk)


def actor_for(user: User, *, session: str = "", station: str = "", language: str = "en") -> Actor:
    """The actor as whom this person's services run; each person has a session of their own unless one is given."""
    return Actor(user.pk, user.name, station, session or f"session-{user.pk}", language)


def bearer(user: User, *, days: int = 30) -> str:
    """The Authorization header of a program that acts as this person."""
    until = clock.now() + timedelta(days=days)
    _token, text = services.issue_token(
        actor=actor_for(user), name="Test", valid_until=until, present=SECRET, reason="To call the API"
    )
    return f"Bearer {text}"


def both(user: User, secret: str = SECRET) -> Credentials:
    """Both components, as at the first signing of a session."""
    return Credentials(secret=secret, identity=user.username)


def later(secret: str = SECRET) -> Credentials:
    """The secret alone, as at a later signing of the same session."""
    return Credentials(secret=secret)


def site(code: str = "HZ1") -> Site:
    return Site.objects.filter(code=code).first() or services.create_site(
        actor=SETUP, code=code, name={"en": "Hangzhou", "zh-hans": "杭州"}
    )


def station(code: str = "BENCH-1") -> Station:
    made, _token = services.register_station(actor=SETUP, code=code, name={"en": code}, site=site())
    return made
