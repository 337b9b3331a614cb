"""Who may call what: every address by every method, as every role and as nobody, beside the committed matrix.

`matrix.csv` has one row per address and method and one column per reader. *allowed*: the call went on (also to a refusal by
state or input); *refused*: the person may not; *hidden*: nothing is there for this reader; *login*: say who you are first.
*elsewhere* is somebody with every role, at another site only. A changed matrix is a change of who may do what: it is read
line by line before it is committed. `python -m tests.access` writes the file again.
"""

from __future__ import annotations

import csv
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from django.template.base import Template
from django.test import Client, TestCase
from django.utils.safestring import SafeString

from config.roles import CATALOGUE
from foundation.accounts.models import User
from foundation.accounts.services import assign_role
from tests.access.plant import World, world
from tests.access.walk import ERROR, Bodies, Call, ask, calls
from tests.factories.people import SETUP, end_of, person, site

FILE = Path(__file__).with_name("matrix.csv")
ROLES = [code for code, _name, _permissions in CATALOGUE]
COLUMNS = ["anonymous", *ROLES, "elsewhere"]
HOW = "Read what changed, then write the matrix again: python -m tests.access"
Matrix = dict[tuple[str, str], list[str]]


def read_matrix() -> Matrix:
    """The committed file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if rows[0] != ["address", "method", *COLUMNS]:
        assert "ARTERIA_WRITE_MATRIX" in os.environ, f"The roles changed. {HOW}"
        return {}
    return {(row[0], row[1]): row[2:] for row in rows[1:]}


def write_matrix(matrix: Matrix, is_api: bool) -> None:
    """These rows in place of the file's rows of the same kind."""
    others = {key: row for key, row in read_matrix().items() if key[0].startswith("api") is not is_api}
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["address", "method", *COLUMNS])
        writer.writerows([*key, *row] for key, row in sorted((others | matrix).items()))


@contextmanager
def drawn(wanted: bool) -> Iterator[None]:
    """Drawing a page says nothing of who may have it, and takes most of the time: one reader of the twelve sees it drawn."""
    if wanted:
        yield
        return
    with patch.object(Template, "render", lambda *_args, **_more: SafeString("")):
        yield


def readers() -> dict[str, Client]:
    """A client per column."""
    people: dict[str, User] = {role: person(f"as-{role}", role, can_sign=False) for role in ROLES}
    other = site("SZ2")
    people["elsewhere"] = person("as-elsewhere", can_sign=False)
    for role in ROLES:
        assign_role(actor=SETUP, user_id=people["elsewhere"].pk, role=role, site=other, valid_until=end_of(role))
    clients = {"anonymous": Client(raise_request_exception=False)}
    for column, user in people.items():
        clients[column] = Client(raise_request_exception=False)
        clients[column].force_login(user, backend="foundation.accounts.backends.PlantBackend")
    return clients


@pytest.mark.requirement("SEC-04")
class TestMatrix(TestCase):
    made: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.made = world()

    def found(self, chosen: list[Call]) -> Matrix:
        clients, bodies, matrix = readers(), Bodies(self.made.named), {}
        logging.disable(logging.CRITICAL)  # thousands of refusals say nothing new
        self.addCleanup(logging.disable, logging.NOTSET)
        for call in chosen:
            row = {}
            for column in reversed(COLUMNS):  # who is logged in first: a page says to nobody whether it has a method
                with drawn(column == "elsewhere"):
                    outcome = ask(clients[column], call, self.made, bodies)
                if outcome is None:
                    break
                row[column] = outcome
            else:
                matrix[call.key] = [row[column] for column in COLUMNS]
        return matrix

    def test_pages(self) -> None:
        self.compare(is_api=False)

    def test_api(self) -> None:
        self.compare(is_api=True)

    def compare(self, is_api: bool) -> None:
        """In two tests, so that two processes may share the work."""
        found = self.found([call for call in calls() if call.is_api is is_api])
        broken = sorted(" ".join(key) for key, row in found.items() if ERROR in row)
        assert broken == [], f"Calls that end as a server error: {broken}"
        if os.environ.get("ARTERIA_WRITE_MATRIX"):
            write_matrix(found, is_api)
            return
        committed = {key: row for key, row in read_matrix().items() if key[0].startswith("api") is is_api}
        assert sorted(found.keys() - committed.keys()) == [], f"New addresses have no row in {FILE.name}. {HOW}"
        assert sorted(committed.keys() - found.keys()) == [], f"Rows of {FILE.name} have no address any more. {HOW}"
        changed = [
            f"{name} {method}: {column} was {was}, is {now}"
            for (name, method), row in sorted(found.items())
            for column, was, now in zip(COLUMNS, committed[name, method], row, strict=True)
            if was != now
        ]
        assert changed == [], f"Who may call what has changed. {HOW}"
