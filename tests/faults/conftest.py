"""One site of its own for each module: what dies here is nobody else's."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config.celery import app as celery_app
from config.local.postgres import stop_leftover
from config.local.testing import Stack
from foundation.records import keys
from tests.faults.mortal import Mortal, raise_mortal


@pytest.fixture(scope="module")
def mortal(
    test_stack: Stack, django_db_setup: None, data_folder: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Mortal]:
    """The site, and this process working on it: real commits, which go with the site."""
    folder = Path(tempfile.mkdtemp(prefix="arteria-mortal-"))
    folder.chmod(0o711)
    keys.signing_key.cache_clear()
    if not settings.SIGNING_KEY_FILE.exists():
        keys.create_key(settings.SIGNING_KEY_FILE)
    made = raise_mortal(test_stack, folder)
    database, broker = dict(connections["default"].settings_dict), settings.REDIS_URL
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        connections.close_all()
        connections["default"].settings_dict.update(dj_database_url.parse(made.url), ATOMIC_REQUESTS=False)
        patch.setenv("DATABASE_URL", made.url)
        _use_broker(made.valkey.url())
        yield made
        connections.close_all()
        connections["default"].settings_dict.update(database)
        _use_broker(broker)
    made.close()
    stop_leftover(made.cluster.data)
    shutil.rmtree(folder)


def _use_broker(url: str) -> None:
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    celery_app.conf.broker_url = url
    celery_app.set_default()
    celery_app.amqp._producer_pool = None
    celery_app._pool = None
