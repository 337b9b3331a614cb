"""Who works in the demo plant. Their secrets are known to everyone, which is why only the demo has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings

from foundation.accounts import services as accounts
from foundation.accounts.models import Role, Site, Station, User
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.services import Credentials

PASSWORD = "arteria-demo-2026"
PIN = "246810"


@dataclass(frozen=True)
class Person:
    """One demo user; the user name is the role, with a number where there are two."""

    username: str
    name: str
    roles: tuple[str, ...]
    qualifications: tuple[str, ...] = field(default_factory=tuple)
    language: str = "en"

    @property
    def badge(self) -> str:
        return f"B-{self.username.upper()}"


ALL_WORK = (
    "sla-printing",
    "bench-finishing",
    "bench-assembly",
    "leak-testing",
    "laser-cutting",
    "blower-assembly",
    "functional-testing",
)
PEOPLE = (
    Person("engineer", "Chen Wei", ("process_engineer",), language="zh-hans"),
    Person("engineer2", "Maria Keller", ("process_engineer",)),
    Person("quality", "Sofia Rossi", ("quality_engineer",), ("inspector", "functional-testing")),
    Person("operator", "Li Na", ("operator",), ALL_WORK, language="zh-hans"),
    Person("operator2", "Tom Becker", ("operator",), ALL_WORK),
    Person("trainee", "Ana Silva", ("operator",), ("bench-assembly",)),
    Person("leader", "Wang Fang", ("line_leader",), ALL_WORK, language="zh-hans"),
    Person("warehouse", "Jonas Weber", ("warehouse",)),
    Person("planner", "Zhang Min", ("planner",), language="zh-hans"),
    Person("releaser", "Dr. Ingrid Holm", ("qa_releaser",)),
    Person("auditor", "Peter Novak", ("auditor",)),
    Person("owner", "Sam Taylor", ("system_owner",)),
    Person("technician", "Liu Yang", ("technician",), language="zh-hans"),
)
STATIONS = (
    ("SLA-1", "SLA", {"en": "Resin printer 1", "zh-hans": "光固化打印机 1"}),
    ("BENCH-1", "BENCH", {"en": "Bench 1", "zh-hans": "钳工台 1"}),
    ("TEST-1", "TEST", {"en": "Test bench 1", "zh-hans": "测试台 1"}),
    ("LASER-1", "LASER", {"en": "Laser cutter 1", "zh-hans": "激光切割 1"}),
    ("WH-1", "WH", {"en": "Goods inward", "zh-hans": "收货区"}),
)
INSTALLER = Actor.system("demo")
AUDIT_LASTS = timedelta(days=365)


def refuse_outside_demo() -> None:
    """Demo users have secrets that everyone knows: NotValid unless the settings say that this is the demo."""
    if not settings.DEMO:
        raise NotValid("Demo users are refused here: this is not the demo (ARTERIA_DEMO is not set).", code="not-demo")


def load_people(site: Site) -> None:
    """Users with roles, badges, PINs and the signature policy acknowledged by each in person."""
    refuse_outside_demo()
    for person in PEOPLE:
        user = accounts.create_user(
            actor=INSTALLER, username=person.username, name=person.name, language=person.language
        )
        for role in person.roles:
            until = clock.now() + AUDIT_LASTS if role in settings.ROLES_THAT_END else None
            accounts.assign_role(actor=INSTALLER, user_id=user.pk, role=role, site=site, valid_until=until)
        accounts.issue_badge(actor=INSTALLER, user_id=user.pk, code=person.badge)
        accounts.set_secret(actor=INSTALLER, user_id=user.pk, password=PASSWORD, pin=PIN, reason="Demo user")
        accounts.acknowledge_policy(actor=at_desk(person.username), secret=PIN)


def load_stations(site: Site) -> dict[str, str]:
    """The plant's stations; returns the token of each (code → token), which only its device would keep."""
    return {
        code: accounts.register_station(actor=INSTALLER, code=code, name=name, site=site, work_center=work_center)[1]
        for code, work_center, name in STATIONS
    }


def at_desk(username: str) -> Actor:
    """The person at a desk, in a session of their own."""
    user = User.objects.get(username=username)
    return Actor(user.pk, user.name, session=f"demo-desk-{username}", language=user.language)


def badge_in(username: str, station: str) -> Actor:
    """The person badged in at a station with badge and PIN."""
    session = accounts.badge_in(
        station=Station.objects.select_related("site").get(code=station), identity=person(username).badge, secret=PIN
    )
    return accounts.actor_of_session(session)


def person(username: str) -> Person:
    return next(one for one in PEOPLE if one.username == username)


def secret_of(username: str) -> Credentials:
    """Both components of a signature."""
    return Credentials(identity=username, secret=PASSWORD)


def pin_of(username: str) -> Credentials:
    """Badge and PIN, as on a tablet."""
    return Credentials(identity=person(username).badge, secret=PIN)


def roles_are_synced() -> bool:
    return Role.objects.exists()
