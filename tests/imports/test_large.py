"""A large file is read, reviewed and committed by the worker; the page says so, and nothing that a person entered is lost."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from bom.models import BomRevision, Item
from foundation.core import clock, jobs
from foundation.core.errors import TransitionNotAllowed
from foundation.core.models import Job, JobState
from foundation.imports.exceptions import StillProblems
from foundation.imports.models import ImportBatch, StagedDecision
from foundation.imports.reading import limits
from foundation.imports.services import (
    abandon_batch,
    accept_suggestions,
    add_row,
    commit_batch,
    commit_given_up,
    correct_rows,
    map_columns,
    reread_batch,
    stage_file,
)
from foundation.records.models import LedgerEntry
from tests.factories.people import SETUP, actor_for, person
from tests.imports.test_staging import CLEAN, HEADER, problems

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PLT-03", "COL-05")]
LINES = [*CLEAN, "top,Widget,A3,part,1,Acme,P-3,1,Nut"]


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are many: so that the worker's way is gone with a file that one can read."""
    monkeypatch.setattr(limits, "LARGE", 2)


def staged(*lines: str) -> ImportBatch:
    content = "\n".join([HEADER, *(lines or LINES)]) + "\n"
    return stage_file(actor=SETUP, schema="bom.parts_list", content=content.encode(), name="list.csv", origin="test")


def worked(batch: ImportBatch) -> ImportBatch:
    """After the worker has done what waits."""
    jobs.run_waiting()
    return ImportBatch.objects.get(pk=batch.pk)


def mapped(*lines: str) -> ImportBatch:
    batch = worked(staged(*lines))
    return worked(map_columns(actor=SETUP, batch_id=batch.pk, mapping=batch.mapping))


def test_it_is_kept_then_read_then_reviewed() -> None:
    batch = staged()
    assert (batch.state, batch.row_count, batch.rows.count()) == ("reading", 0, 0)
    with pytest.raises(TransitionNotAllowed):
        map_columns(actor=SETUP, batch_id=batch.pk, mapping={})
    batch = worked(batch)
    assert (batch.state, batch.row_count, batch.encoding) == ("staged", 3, "utf-8")

    batch = map_columns(actor=SETUP, batch_id=batch.pk, mapping=batch.mapping)
    assert (batch.state, batch.review_due) == ("reviewing", True)
    with pytest.raises(TransitionNotAllowed):
        correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r2": {"quantity": "3"}})
    batch = worked(batch)
    assert (batch.state, batch.review_due) == ("in_review", False)
    assert batch.rows.get(key="r2").reading["quantity"] == "2"
    assert [entry.actor_name for entry in LedgerEntry.objects.filter(verb="imports.rows.reviewed")] == [
        "system:importer"
    ]


def test_a_file_that_cannot_be_read_says_why_and_leaves_no_row() -> None:
    batch = worked(staged(*LINES, 'top,Widget,A4,part,1,Acme,"never closed'))
    assert (batch.state, batch.rows.count()) == ("unreadable", 0)
    assert "Row 5" in batch.problem
    assert LedgerEntry.objects.get(verb="imports.file.unreadable").reason == batch.problem
    assert Job.objects.get().state == JobState.DONE


def test_an_edit_waits_for_the_worker_and_what_was_entered_is_kept() -> None:
    batch = mapped(*LINES, "top,Widget,A4,part,-4,Acme,P-4,1,x")
    assert problems(batch) == {(5, "quantity", "negative")}
    batch = correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r5": {"quantity": "4"}})
    row = batch.rows.get(key="r5")
    assert (batch.state, batch.review_due, row.status, row.values) == (
        "in_review", True, "waiting", {"quantity": "4"},
    )  # fmt: skip
    assert batch.counts["waiting"] == 1
    with pytest.raises(StillProblems) as refusal:
        commit_batch(actor=SETUP, batch_id=batch.pk)
    assert (refusal.value.code, Item.objects.exists()) == ("review-due", False)
    batch = worked(batch)
    assert (batch.review_due, problems(batch), batch.rows.get(key="r5").reading["quantity"]) == (False, set(), "4")
    assert StagedDecision.objects.get(row_key="r5").before == "-4"


def test_many_edits_are_reviewed_once() -> None:
    batch = mapped()
    for quantity in ("3", "4", "5"):
        correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r2": {"quantity": quantity}})
    add_row(actor=SETUP, batch_id=batch.pk, values={"title": "Widget"}, reason="Missing")
    before = LedgerEntry.objects.filter(verb="imports.rows.reviewed").count()
    batch = worked(batch)
    assert LedgerEntry.objects.filter(verb="imports.rows.reviewed").count() == before + 1
    assert batch.rows.get(key="r2").reading["quantity"] == "5"
    assert (None, "position", "required") in problems(batch)


def test_an_edit_while_the_worker_reviews_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = mapped()
    correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r2": {"quantity": "3"}})
    report, seen = jobs.Progress.report, list[str]()

    def edit_meanwhile(self: jobs.Progress, percent: int, message: str = "") -> None:
        report(self, percent, message)
        if message == "Writing what was found" and not seen:
            seen.append(message)
            correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r3": {"quantity": "7"}})

    monkeypatch.setattr(jobs.Progress, "report", edit_meanwhile)
    done = worked(batch)
    assert (done.review_due, seen) == (False, ["Writing what was found"])
    assert [done.rows.get(key=key).reading["quantity"] for key in ("r2", "r3")] == ["3", "7"]
    assert done.rows.get(key="r3").status == "ok"


def test_accepting_needs_no_review() -> None:
    batch = mapped(*LINES[:2], "top,Widget,A3,part,~1m,Acme,P-3,1,Hose")
    assert batch.open_count > 0
    batch = accept_suggestions(actor=SETUP, batch_id=batch.pk)
    assert (batch.open_count, batch.review_due) == (0, False)
    assert {problem["resolved"] for row in batch.rows.all() for problem in row.problems} == {True}


def test_it_is_committed_in_the_name_of_who_asked() -> None:
    engineer = actor_for(person("eva", "process_engineer"))
    batch = accept_suggestions(actor=SETUP, batch_id=mapped().pk)
    batch = commit_batch(actor=engineer, batch_id=batch.pk, expected=batch.etag)
    assert (batch.state, Item.objects.exists()) == ("committing", False)
    batch = worked(batch)
    assert (batch.state, batch.result["summary"]["items_new"]) == ("committed", 4)
    assert LedgerEntry.objects.get(verb="imports.batch.committed").actor_name == "Eva"
    assert LedgerEntry.objects.get(verb="imports.batch.commit_asked").actor_name == "Eva"


def test_what_refuses_the_commit_hands_the_batch_back() -> None:
    batch, other = (accept_suggestions(actor=SETUP, batch_id=mapped().pk) for _twice in range(2))
    for one in (batch, other):
        commit_batch(actor=SETUP, batch_id=one.pk)
    batch, other = worked(batch), ImportBatch.objects.get(pk=other.pk)
    assert (batch.state, other.state) == ("committed", "in_review")  # the first left a revision that is still open
    assert "still have problems" in other.problem
    assert BomRevision.objects.count() == 1
    assert LedgerEntry.objects.get(verb="imports.batch.committed", outcome="refused").data["code"] == "still-problems"


def test_a_commit_that_the_worker_never_came_to_can_be_abandoned() -> None:
    batch = commit_batch(actor=SETUP, batch_id=accept_suggestions(actor=SETUP, batch_id=mapped().pk).pk)
    abandon_batch(actor=SETUP, batch_id=batch.pk, reason="Wrong list after all")
    batch = worked(batch)
    assert (batch.state, Item.objects.exists()) == ("abandoned", False)
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away at the last write of a commit: no refusal, and no fault of the rows."""
    save = ImportBatch.save

    def lose(self: ImportBatch, *args: object, **more: object) -> None:
        if self.state == "committed":
            raise OperationalError("server closed the connection unexpectedly")
        save(self, *args, **more)

    monkeypatch.setattr(ImportBatch, "save", lose)


def tried(times: int = jobs.MAX_ATTEMPTS) -> None:
    for _time in range(times):
        Job.objects.filter(state=JobState.QUEUED).update(not_before=None)
        jobs.run_waiting()


def test_a_commit_that_fails_each_time_is_handed_back_and_can_be_asked_for_again(monkeypatch) -> None:
    batch = commit_batch(actor=SETUP, batch_id=accept_suggestions(actor=SETUP, batch_id=mapped().pk).pk)
    with monkeypatch.context() as broken:
        failing(broken)
        tried(jobs.MAX_ATTEMPTS - 1)
        batch.refresh_from_db()
        assert (batch.state, batch.problem) == ("committing", "")  # it may yet be done
        tried(1)
    job = Job.objects.get(kind="imports.commit")
    assert (job.state, job.attempts, "OperationalError" in job.error) == (JobState.FAILED, 5, True)
    batch.refresh_from_db()
    assert (batch.state, Item.objects.exists()) == ("in_review", False)
    assert batch.problem == (
        f"An unexpected error stopped it each time, and nothing was written (job {job.pk}). Tell the administrator."
    )
    assert LedgerEntry.objects.get(verb="imports.batch.handed_back").reason == batch.problem
    assert not LedgerEntry.objects.filter(verb="imports.batch.committed").exists()
    batch = worked(commit_batch(actor=SETUP, batch_id=batch.pk))
    assert (batch.state, batch.problem, batch.result["summary"]["items_new"]) == ("committed", "", 4)


def test_a_commit_whose_workers_die_is_handed_back() -> None:
    batch = commit_batch(actor=SETUP, batch_id=accept_suggestions(actor=SETUP, batch_id=mapped().pk).pk)
    Job.objects.filter(kind="imports.commit").update(
        state=JobState.RUNNING, attempts=jobs.MAX_ATTEMPTS, lease_until=clock.now() - timedelta(seconds=1)
    )
    batch = worked(batch)
    assert (batch.state, batch.problem[:19]) == ("in_review", "An unexpected error")


def test_what_was_abandoned_meanwhile_is_not_handed_back() -> None:
    batch = commit_batch(actor=SETUP, batch_id=accept_suggestions(actor=SETUP, batch_id=mapped().pk).pk)
    abandon_batch(actor=SETUP, batch_id=batch.pk, reason="Wrong list after all")
    commit_given_up(Job.objects.get(kind="imports.commit"))
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == ("abandoned", "")
    assert not LedgerEntry.objects.filter(verb="imports.batch.handed_back").exists()


def test_the_pages_say_what_is_going_on() -> None:
    desk = Client()
    desk.force_login(person("eva", "process_engineer"))
    batch = staged()

    def page(name: str, query: str = "") -> str:
        answer = desk.get(reverse(f"imports:{name}", args=[batch.pk]) + query)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.content.decode())

    for name in ("map", "review", "preview"):
        assert "This file is large: the worker does it" in page(name)
    job = Job.objects.get()
    assert "Waiting for the worker" in page("map")
    progress = reverse("imports:progress", args=[batch.pk, job.pk])
    assert "HX-Refresh" not in desk.get(progress).headers
    batch = worked(batch)
    assert desk.get(progress).headers["HX-Refresh"] == "true"
    batch = worked(map_columns(actor=SETUP, batch_id=batch.pk, mapping=batch.mapping))
    desk.post(reverse("imports:row-act", args=[batch.pk]), {"save": "r2", "set.quantity": "9"})
    shown = page("review", "?show=all")
    assert "Rows are being read again" in shown
    assert "What you entered is kept" in shown
    assert '<del class="ar-quiet">2</del> 9</td>' in shown
    # Who types at that moment is not interrupted: the page is not loaded again by itself.
    assert "stay=1" in page("review", "?show=all&edit=r3")
    job = Job.objects.order_by("-pk")[0]
    jobs.run_waiting()
    stayed = desk.get(reverse("imports:progress", args=[batch.pk, job.pk]) + "?stay=1")
    assert "HX-Refresh" not in stayed.headers
    assert "Look at the rows again" in stayed.content.decode()
    assert "Show all of it" in page("preview")
    assert "The structure that it makes" in page("preview", "?whole=1")


def test_reading_it_again_is_the_workers_too() -> None:
    batch = mapped()
    batch = reread_batch(actor=SETUP, batch_id=batch.pk, encoding="cp1252")
    assert batch.state == "reading"
    batch = worked(batch)
    assert (batch.state, batch.encoding, batch.rows.count()) == ("staged", "cp1252", 3)
