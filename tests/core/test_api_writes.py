"""Asked twice, done once."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from foundation.accounts.models import User
from foundation.core.actor import Actor
from foundation.core.api.writes import Answer, PreconditionRequired, etag_given, once
from foundation.core.errors import Conflict, NotValid
from foundation.core.models import IdempotencyKey
from foundation.records.act import act
from foundation.records.models import LedgerEntry

WORKER = Actor.system("tests")


def request(body: dict[str, Any], **headers: str) -> Request:
    raw = APIRequestFactory().post("/api/v1/things/", body, format="json", headers=headers)
    asked = Request(raw)
    asked.user = User(pk=7)
    asked._full_data = body
    return asked


def counting(done: list[int]) -> Callable[[], Answer]:
    def do() -> Answer:
        done.append(1)
        return 201, {"number": len(done)}

    return do


@pytest.mark.django_db
class TestOnce:
    def test_the_same_key_gives_the_first_answer_again(self) -> None:
        key, done = str(uuid4()), list[int]()
        first = once(request({"a": 1}, **{"Idempotency-Key": key}), "things", counting(done))
        second = once(request({"a": 1}, **{"Idempotency-Key": key}), "things", counting(done))
        assert (first.status_code, first.data) == (201, {"number": 1})
        assert (second.status_code, second.data) == (201, {"number": 1})
        assert second["Idempotent-Replayed"] == "true"
        assert len(done) == 1

    def test_another_request_under_the_same_key_is_refused(self) -> None:
        key, done = str(uuid4()), list[int]()
        once(request({"a": 1}, **{"Idempotency-Key": key}), "things", counting(done))
        with pytest.raises(NotValid) as refusal:
            once(request({"a": 2}, **{"Idempotency-Key": key}), "things", counting(done))
        assert refusal.value.code == "idempotency-key-reused"
        assert len(done) == 1

    def test_a_refusal_frees_the_key(self) -> None:
        key, done = str(uuid4()), list[int]()

        def refuse() -> Answer:
            raise Conflict("not now")

        with pytest.raises(Conflict):
            once(request({}, **{"Idempotency-Key": key}), "things", refuse)
        assert once(request({}, **{"Idempotency-Key": key}), "things", counting(done)).status_code == 201

    def test_what_was_done_is_not_done_again_when_its_answer_is_lost(self) -> None:
        key, done = str(uuid4()), list[int]()

        def do() -> Answer:
            done.append(1)
            with act(actor=WORKER, verb="tests.thing.made"):
                pass
            raise MemoryError("the process dies with the answer on its lips")

        asked = {"Idempotency-Key": key}
        with pytest.raises(MemoryError):
            once(request({}, **asked), "things", do)
        with pytest.raises(Conflict) as refusal:
            once(request({}, **asked), "things", do)
        entry = LedgerEntry.objects.get(verb="tests.thing.made")
        assert (refusal.value.code, refusal.value.details) == ("answer-unknown", {"ledger_entry": entry.pk})
        assert done == [1]

    def test_what_died_before_it_was_done_is_done_by_the_repeat(self) -> None:
        key, done = str(uuid4()), list[int]()

        def die() -> Answer:
            with act(actor=WORKER, verb="tests.thing.made"):
                raise MemoryError("the process dies before the commit")

        asked = {"Idempotency-Key": key}
        with pytest.raises(MemoryError):
            once(request({}, **asked), "things", die)
        assert IdempotencyKey.objects.get().response == {}
        assert once(request({}, **asked), "things", counting(done)).data == {"number": 1}
        assert once(request({}, **asked), "things", counting(done))["Idempotent-Replayed"] == "true"
        assert done == [1]

    def test_a_key_is_a_uuid(self) -> None:
        with pytest.raises(NotValid):
            once(request({}, **{"Idempotency-Key": "again"}), "things", counting([]))

    def test_without_a_key_it_is_just_done(self) -> None:
        done = list[int]()
        for _again in range(2):
            once(request({}), "things", counting(done))
        assert len(done) == 2


def test_an_edit_says_what_it_read() -> None:
    assert etag_given(request({}, **{"If-Match": 'W/"abc"'})) == "abc"
    with pytest.raises(PreconditionRequired):
        etag_given(request({}))
