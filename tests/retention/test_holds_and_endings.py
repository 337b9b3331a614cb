"""A legal hold stands above every period; the end of a record's keeping is signed over an archive that verifies."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from bom.services import change_item
from dhr.models import DeviceHistoryRecord
from foundation.core import clock, jobs
from foundation.core.errors import NotFound, NotValid, PermissionDenied, Refusal, TransitionNotAllowed
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry, Signature
from foundation.records.verifier import verify
from foundation.retention import services
from foundation.retention.exceptions import StillKept
from foundation.retention.law import years_after
from foundation.retention.models import Archive, KeepingEnded, LegalHold
from foundation.retention.selectors import coming_due, holds_over, keep_until
from foundation.retention.selectors.archives import archive_path
from tests.factories.people import SETUP, actor_for, both, person
from tests.factories.records import built_plates, record_of, release, review
from tests.retention.test_archives import contents_of, our_key, stranger

pytestmark = [pytest.mark.requirement("21CFR11.10(c)"), pytest.mark.usefixtures("in_english")]


def released_record() -> DeviceHistoryRecord:
    run = built_plates(2)
    item = record_of(run).lot.item
    change_item(
        actor=SETUP, item_id=item.pk, kind="finished_device", device_lifetime_years=5, markets=["us"], reason="File"
    )
    review(run)
    release(run)
    return record_of(run)


@pytest.mark.django_db
def test_a_hold_on_lot_item_batch_or_order_covers_the_record_and_the_trail() -> None:
    record = released_record()
    ref = RecordRef.to(record)
    entry = RecordRef("records.ledgerentry", LedgerEntry.objects.filter(verb="dhr.record.released").earliest("pk").pk)
    for thing in (record, record.lot, record.lot.item, record.batch.order):
        hold = services.place_legal_hold(
            actor=SETUP, matter="Smith v. Plant", reason="Letter of 12 May", subject=RecordRef.to(thing)
        )
        assert [one.number for one in keep_until(ref).holds] == [hold.number]
        assert hold in holds_over(ref)
        LegalHold.objects.filter(pk=hold.pk).get()
        _lifted(hold)
    today = clock.today()
    now = services.place_legal_hold(actor=SETUP, matter="FDA", reason="Inquiry", period=(today, today))
    services.place_legal_hold(actor=SETUP, matter="Old", reason="Old", period=(date(2001, 1, 1), date(2001, 12, 31)))
    assert holds_over(ref) == [now]
    assert holds_over(entry) == [now]


def _lifted(hold: LegalHold) -> None:
    name = f"lifter{hold.pk}"
    other = person(name, "qa_releaser")
    services.lift_legal_hold(actor=actor_for(other), hold_id=hold.pk, credentials=both(other), reason="Settled")


@pytest.mark.django_db
def test_who_placed_it_does_not_lift_it_and_who_lifts_it_signs() -> None:
    quinn, rosa, olga = person("quinn", "quality_engineer"), person("rosa", "qa_releaser"), person("olga", "operator")
    today = clock.today()
    with pytest.raises(PermissionDenied):
        services.place_legal_hold(actor=actor_for(olga), matter="M", reason="R", period=(today, today))
    hold = services.place_legal_hold(actor=actor_for(quinn), matter="M", reason="R", period=(today, today))
    tries: list[tuple[object, object, str, type[Refusal]]] = [
        (quinn, quinn, "Settled", PermissionDenied),
        (olga, olga, "Settled", PermissionDenied),
        (rosa, quinn, "Settled", PermissionDenied),  # rosa's session, quinn's components
        (rosa, rosa, " ", NotValid),
    ]
    for who, signer, reason, refusal in tries:
        with pytest.raises(refusal):
            services.lift_legal_hold(
                actor=actor_for(who),  # type: ignore[arg-type]
                hold_id=hold.pk,
                credentials=both(signer),  # type: ignore[arg-type]
                reason=reason,
            )
        hold.refresh_from_db()
        assert (hold.state, Signature.objects.filter(record_label="retention.legalhold").count()) == ("in_force", 0)
    services.lift_legal_hold(actor=actor_for(rosa), hold_id=hold.pk, credentials=both(rosa), reason="Settled")
    hold.refresh_from_db()
    assert (hold.state, hold.lifted_by_name, hold.signature.meaning) == ("lifted", "Rosa", "approved")
    with pytest.raises(TransitionNotAllowed):
        services.lift_legal_hold(actor=actor_for(rosa), hold_id=hold.pk, credentials=both(rosa), reason="Again")


@pytest.mark.django_db
def test_a_hold_names_one_thing_that_is_there() -> None:
    today = clock.today()
    nothing = RecordRef("dhr.devicehistoryrecord", 999, "DHR-999")
    with pytest.raises(NotFound):
        services.place_legal_hold(actor=SETUP, matter="M", reason="R", subject=nothing)
    for given in ({}, {"subject": nothing, "period": (today, today)}, {"period": (today, today - timedelta(days=1))}):
        with pytest.raises(NotValid):
            services.place_legal_hold(actor=SETUP, matter="M", reason="R", **given)  # type: ignore[arg-type]
    assert LegalHold.objects.count() == 0


@pytest.mark.usefixtures("committed_db", "archive_folder")
def test_a_record_is_kept_until_its_day_then_its_archive_is(monkeypatch: pytest.MonkeyPatch) -> None:
    record = released_record()
    ref = RecordRef.to(record)
    rosa = person("rosa", "qa_releaser")
    end = years_after(clock.today(), 5)

    def try_to_end() -> str:
        with pytest.raises(StillKept) as refused:
            services.end_keeping(actor=actor_for(rosa), record=ref, credentials=both(rosa), reason="Its time is over")
        assert KeepingEnded.objects.count() == 0
        return refused.value.code

    assert try_to_end() == "period-not-over"
    job = services.request_archive(actor=actor_for(rosa), record=ref)
    assert services.request_archive(actor=actor_for(rosa), record=ref).pk == job.pk
    assert jobs.run(job.pk), Job.objects.get(pk=job.pk).error
    archive = Archive.objects.get()
    _verifies_alone(archive, record, end)

    hold = services.place_legal_hold(actor=SETUP, matter="M", reason="R", subject=RecordRef.to(record.lot))
    monkeypatch.setattr(clock, "today", lambda: end)
    assert [one.record for one in coming_due()] == [ref]
    assert try_to_end() == "legal-hold"
    _lifted(hold)
    assert try_to_end() == "period-not-over"  # the day itself still counts
    monkeypatch.setattr(clock, "today", lambda: end + timedelta(days=1))
    path = archive_path(archive)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    services.check_archive(actor=SETUP, archive_id=archive.pk)
    assert try_to_end() == "no-archive"
    path.write_bytes(whole)
    services.check_archive(actor=SETUP, archive_id=archive.pk)
    ended = services.end_keeping(actor=actor_for(rosa), record=ref, credentials=both(rosa), reason="Its time is over")
    assert (ended.kept_until, ended.archive_id, ended.signature.signer_id) == (end, archive.pk, rosa.pk)
    assert coming_due() == []
    with pytest.raises(NotValid):
        services.end_keeping(actor=actor_for(rosa), record=ref, credentials=both(rosa), reason="Again")
    _nothing_is_deleted(record)


def _verifies_alone(archive: Archive, record: DeviceHistoryRecord, end: date) -> None:
    path: Path = archive_path(archive)
    code, report = stranger(path, "--key", our_key())
    assert (code, report["problems"]) == (0, [])
    assert report["sealed_entries"] > 10
    contents = contents_of(path)
    index = verify.load_json(contents["archive.json"])
    assert index["record"] == RecordRef.to(record).as_json()
    assert index["keeping"]["until"] == end.isoformat()
    assert {"dhr.json", "dhr.pdf", "proof/ledger.json"} <= set(contents)


def _nothing_is_deleted(record: DeviceHistoryRecord) -> None:
    for table in ("retention_keepingended", "retention_archive", "retention_archivecheck", "dhr_recordversion"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET tx = 0", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    record.refresh_from_db()
    assert record.state == "released"
