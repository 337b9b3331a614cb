"""The act: the only way in, and refusals that stay although their act is rolled back."""

from datetime import timedelta
from decimal import Decimal
from threading import Event as Flag
from threading import Thread

import psycopg2.extensions
import pytest
from django.db import connection, connections
from django.utils.translation import gettext_lazy

from foundation.accounts.models import Role, Site
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import GateClosed, NotValid, Refusal
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.context import NotInAnAct, current_act
from foundation.records.models import LedgerEntry
from tests.factories.people import actor_for, person

WORKER = Actor.system("worker")
pytestmark = pytest.mark.pg15


def write_site(code: str) -> Site:
    site = Site(code=code, name={"en": code})
    site.save()
    return site


@pytest.mark.django_db
class TestDone:
    @pytest.mark.requirement("SEC-02")
    def test_one_ledger_entry_says_who_what_why_and_where(self) -> None:
        user = person("planner1")
        happened = clock.now() - timedelta(minutes=5)
        who = actor_for(user, session="s-1", station="BENCH-1")
        with act(actor=who, verb="accounts.site.created", reason="  New plant ", captured_at=happened) as this:
            site = write_site("SH2")
            this.about(site)
            this.relate(user)
            this.note(asked="by phone")
        entry = LedgerEntry.objects.latest("id")
        assert (entry.verb, entry.outcome, entry.actor_id, entry.actor_name) == (
            "accounts.site.created",
            "done",
            user.pk,
            "Planner1",
        )
        assert (entry.reason, entry.station, entry.session) == ("New plant", "BENCH-1", "s-1")
        assert entry.subject == {"label": "accounts.site", "id": site.pk, "number": "SH2"}
        assert entry.related == [{"label": "accounts.user", "id": user.pk, "number": "Planner1"}]
        assert entry.data == {"asked": "by phone"}
        assert entry.captured_at == happened
        assert entry.received_at > happened

    def test_it_knows_its_tables_and_their_digest(self) -> None:
        with act(actor=WORKER, verb="t.t.t"):
            write_site("SH2")
        entry = LedgerEntry.objects.latest("id")
        assert list(entry.tables) == ["accounts_historicalsite"]
        assert len(bytes(entry.digest)) == 32

    def test_an_act_that_writes_nothing_has_no_digest(self) -> None:
        with act(actor=WORKER, verb="records.export.made"):
            pass
        entry = LedgerEntry.objects.latest("id")
        assert (entry.tables, bytes(entry.digest)) == ({}, b"")

    def test_an_act_needs_an_actor(self) -> None:
        with pytest.raises(TypeError, match="Actor"), act(actor="root", verb="t.t.t"):  # type: ignore[arg-type]
            pass

    def test_after_it_there_is_no_act(self) -> None:
        with act(actor=WORKER, verb="t.t.t"):
            assert current_act() is not None
        assert current_act() is None


@pytest.mark.django_db
class TestNested:
    def test_an_inner_act_is_a_part_of_the_outer_one(self) -> None:
        with act(actor=WORKER, verb="a.outer.done") as outer:
            site = write_site("SH2")
            outer.about(site)
            with act(actor=WORKER, verb="b.inner.done", reason="because") as inner:
                inner.about(write_site("SH3"))
                inner.note(value="1.5")
                inner.relate(RecordRef("x.y", 7, "Y-7"))
        assert LedgerEntry.objects.filter(verb__in=["a.outer.done", "b.inner.done"]).count() == 1
        entry = LedgerEntry.objects.latest("id")
        assert entry.subject_number == "SH2"
        (part,) = entry.parts
        assert part["verb"] == "b.inner.done"
        assert part["reason"] == "because"
        assert part["subject"]["number"] == "SH3"
        assert part["data"] == {"value": "1.5"}
        assert entry.related == [{"label": "x.y", "id": 7, "number": "Y-7"}]

    def test_inner_rows_belong_to_the_outer_digest(self) -> None:
        with act(actor=WORKER, verb="a.outer.done"), act(actor=WORKER, verb="b.inner.done"):
            write_site("SH2")
        assert list(LedgerEntry.objects.latest("id").tables) == ["accounts_historicalsite"]

    def test_history_of_an_inner_act_has_the_moment_of_the_outer(self) -> None:
        with act(actor=WORKER, verb="a.outer.done") as outer, act(actor=WORKER, verb="b.inner.done"):
            site = write_site("SH2")
        assert site.history.get().history_date == outer.at

    def test_an_inner_refusal_refuses_the_whole_and_names_the_outer_verb(self) -> None:
        with pytest.raises(NotValid), act(actor=WORKER, verb="a.outer.done"):
            write_site("SH2")
            with act(actor=WORKER, verb="b.inner.done"):
                raise NotValid("Not a number")
        assert not Site.objects.exists()
        entry = LedgerEntry.objects.latest("id")
        assert (entry.verb, entry.outcome) == ("a.outer.done", "refused")

    def test_a_refusal_that_somebody_swallows_commits_nothing(self) -> None:
        """Without this, the writes that the inner act made before it was refused would stay."""
        with pytest.raises(RuntimeError, match="not to be caught"), act(actor=WORKER, verb="a.outer.done"):
            try:
                with act(actor=WORKER, verb="b.inner.done"):
                    write_site("SH2")
                    raise NotValid("Not a number")
            except NotValid:
                pass
        assert not Site.objects.exists()


@pytest.mark.django_db
class TestRefused:
    @pytest.mark.requirement("SEC-01")
    def test_the_rows_go_and_the_refusal_stays(self) -> None:
        with pytest.raises(GateClosed), act(actor=WORKER, verb="a.b.started", reason="try") as this:
            site = write_site("SH2")
            this.about(site)
            this.note(unit=3)
            raise GateClosed("The gauge is overdue", details={"gates": ["machine"]})
        assert not Site.objects.exists()
        assert not Site.history.exists()
        entry = LedgerEntry.objects.latest("id")
        assert (entry.verb, entry.outcome, entry.reason) == ("a.b.started", "refused", "try")
        assert entry.data == {
            "unit": 3,
            "code": "gate-closed",
            "refusal": "The gauge is overdue",
            "field": "",
            "details": {"gates": ["machine"]},
        }
        assert entry.tables == {}

    def test_details_may_hold_decimals_moments_and_texts_to_be_translated(self) -> None:
        with pytest.raises(NotValid), act(actor=WORKER, verb="a.b.c") as this:
            this.note(value=Decimal("5.50"))
            raise NotValid(
                gettext_lazy("Give a reason."),
                details={"limit": Decimal("5.45"), "at": clock.now(), "t": gettext_lazy("Draft")},
            )
        data = LedgerEntry.objects.latest("id").data
        assert data["value"] == "5.50"
        assert data["details"]["limit"] == "5.45"
        assert data["details"]["t"] == "Draft"

    def test_the_aftermath_runs_once_after_the_refusal_is_kept(self) -> None:
        seen: list[int] = []
        with pytest.raises(NotValid), act(actor=WORKER, verb="a.b.c"), act(actor=WORKER, verb="a.b.inner"):
            raise NotValid("no", aftermath=lambda: seen.append(LedgerEntry.objects.filter(outcome="refused").count()))
        assert seen == [1]

    def test_an_error_that_is_no_refusal_leaves_nothing(self) -> None:
        with pytest.raises(ZeroDivisionError), act(actor=WORKER, verb="a.b.c"):
            write_site("SH2")
            raise ZeroDivisionError
        assert not Site.objects.exists()
        assert not LedgerEntry.objects.exists()

    def test_the_next_act_is_not_touched(self) -> None:
        with pytest.raises(Refusal), act(actor=WORKER, verb="a.b.c"):
            raise Refusal("no")
        with act(actor=WORKER, verb="a.b.d"):
            write_site("SH3")
        assert Site.objects.get().code == "SH3"


@pytest.mark.django_db
class TestOutsideAnAct:
    def test_a_tracked_row_is_not_written(self) -> None:
        with pytest.raises(NotInAnAct, match="Role"):
            Role(code="x").save()

    def test_an_append_only_row_is_not_written(self) -> None:
        from foundation.accounts.models import AuthenticationEvent  # noqa: PLC0415

        with pytest.raises(NotInAnAct, match="AuthenticationEvent"):
            AuthenticationEvent.objects.create(identity="x", kind="login", succeeded=True, at=clock.now())

    def test_another_thread_is_not_in_this_ones_act(self) -> None:
        seen: list[object] = []
        with act(actor=WORKER, verb="a.b.c"):
            thread = Thread(target=lambda: seen.append(current_act()))
            thread.start()
            thread.join()
        assert seen == [None]


class TestCommitted:
    def test_a_refusal_is_committed_although_its_act_is_rolled_back(
        self, committed_db: None, owner_connection: psycopg2.extensions.connection
    ) -> None:
        with pytest.raises(NotValid), act(actor=WORKER, verb="a.b.c"):
            write_site("SH2")
            raise NotValid("no")
        with owner_connection.cursor() as cursor:
            cursor.execute("SELECT outcome, data->>'refusal' FROM records_ledgerentry")
            assert cursor.fetchall() == [("refused", "no")]
            cursor.execute("SELECT count(*) FROM accounts_site")
            assert cursor.fetchone() == (0,)

    def test_an_act_inside_an_open_transaction_is_a_programming_error(self, committed_db: None) -> None:
        from django.db import transaction  # noqa: PLC0415

        with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), act(actor=WORKER, verb="a.b.c"):
            pass
        assert current_act() is None

    def test_rows_and_ledger_entry_carry_the_transaction_that_wrote_them(self, committed_db: None) -> None:
        with act(actor=WORKER, verb="a.b.c"):
            site = write_site("SH2")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text::bigint")
                (tx,) = cursor.fetchone()
        assert site.history.get().tx == tx
        assert LedgerEntry.objects.get().tx == tx

    def test_a_connection_that_dies_in_the_act_leaves_all_or_nothing(self, committed_db: None) -> None:
        """The database killed in the middle: here its backend is, before the commit."""
        ready, killed = Flag(), Flag()

        def kill(pid: int) -> None:
            ready.wait(5)
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            connections.close_all()
            killed.set()

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            thread = Thread(target=kill, args=cursor.fetchone())
        thread.start()
        with pytest.raises(Exception, match=r"terminat|closed"), act(actor=WORKER, verb="a.b.c"):
            write_site("SH2")
            ready.set()
            killed.wait(5)
            write_site("SH3")
        thread.join()
        connections.close_all()
        assert not Site.objects.exists()
        assert not LedgerEntry.objects.exists()
