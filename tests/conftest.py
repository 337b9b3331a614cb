"""Fixtures that every test may use: the test cluster, committed data, a site in a browser.

``@pytest.mark.django_db`` runs a test inside a transaction, as the application's role, on a clone of its own.
What must really commit takes ``committed_db``; there are few such tests, since each ends with a reset.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import hypothesis
import psycopg2
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.utils import translation
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from config.celery import app as celery_app
from config.local.assets import build_assets, compile_translations
from config.local.testing import Stack, open_stack, reset_committed_data

# No test is timed, and a busy machine is not a finding of a property test.
hypothesis.settings.register_profile(
    "arteria", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("arteria")
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# These come first, so that no worker is left with one of them when the other has nothing more to do.
SLOW = ("tests/local/test_run", "tests/browser/", "tests/journeys/")


def _place(item: pytest.Item) -> int:
    return next((place for place, name in enumerate(SLOW) if item.nodeid.startswith(name)), len(SLOW))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)
    browser_tests = [item for item in items if "browser" in item.keywords]
    if browser_tests and CHROMIUM is None:
        if IN_CI:
            raise pytest.UsageError("Chromium is missing, and in CI the browser tests are not skipped.")
        for item in browser_tests:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed (apt-get install chromium)"))


@pytest.fixture(scope="session")
def test_stack() -> Iterator[Stack]:
    """PostgreSQL and Valkey of this worker's tests; ARTERIA_PG=15 takes the system's PostgreSQL 15."""
    stack = open_stack(os.environ.get("ARTERIA_PG", ""), "" if WORKER == "gw0" else WORKER)
    yield stack
    stack.close()


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files, keys and exports of a test run lie apart from the data that people work with."""
    compile_translations()
    folder = tmp_path_factory.mktemp("data")
    (folder / "static").mkdir()
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "files"
    settings.STATIC_ROOT = folder / "static"
    settings.SIGNING_KEY_FILE = folder / "keys" / "signing-key.pem"
    os.environ["ARTERIA_DATA_DIR"] = str(folder)
    os.environ["ARTERIA_SIGNING_KEY_FILE"] = str(settings.SIGNING_KEY_FILE)
    return folder


@pytest.fixture(scope="session")
def django_db_setup(
    test_stack: Stack, request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's: a clone of the migrated template, reached as the application's role."""
    name = f"run_{os.getpid()}"
    url = test_stack.clone(name)
    os.environ["DATABASE_URL"] = url
    os.environ["DATABASE_OWNER_URL"] = settings.DATABASE_OWNER_URL = test_stack.owner_url(name)
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CELERY_BROKER_URL = test_stack.valkey.url(os.getpid() % 64)
    celery_app.conf.broker_url = settings.REDIS_URL
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict.update(dj_database_url.parse(url), ATOMIC_REQUESTS=False)
        yield
        connections.close_all()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A page leaves its language switched on in this thread, as Django's middleware does: no test finds another's."""
    with translation.override("en"):
        yield


@pytest.fixture
def owner_connection(django_db_setup: None) -> Iterator["psycopg2.extensions.connection"]:
    """The owner's own connection to this worker's database, in autocommit. It sees only what is committed."""
    with _owner() as connection:
        connection.autocommit = True
        yield connection


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real commits; afterwards the database is as the migrations left it. Not together with the django_db mark."""
    with _committed(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def committed_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As ``committed_db``, for all tests of a module: what the first one makes, the next one finds."""
    with _committed(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One transaction around a module's tests, in which the transaction of each is nested: what a fixture of the module
    makes is made once, and each test finds it as it was made. Hand the objects out as copies (``copy.deepcopy``)."""
    whole = transaction.atomic()
    whole._from_testcase = True  # type: ignore[attr-defined]  # as Django's TestCase: an act inside is an outermost one
    with django_db_blocker.unblock(), whole:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def live_site(committed_module: None) -> Iterator[str]:
    """The address of the site, served from this worker's database with committed data."""
    build_assets()
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """The system's Chromium; nothing is downloaded."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_FLAGS}


@contextlib.contextmanager
def _committed(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        with _owner() as connection:
            reset_committed_data(connection)


@contextlib.contextmanager
def _owner() -> Iterator["psycopg2.extensions.connection"]:
    with contextlib.closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        yield connection
