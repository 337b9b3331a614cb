"""The floor of everything over HTTP: Django and nothing else, one INSERT and COMMIT for each request.

A WSGI application of its own, in a process of its own: `gunicorn tests.benchmarks._bare:application`.
"""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

_URL = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    DEBUG=False,
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": _URL.hostname,
            "PORT": _URL.port,
            "USER": _URL.username,
            "PASSWORD": unquote(_URL.password or ""),
            "NAME": _URL.path.lstrip("/"),
            "CONN_MAX_AGE": None,
        }
    },
)


def bare(request: HttpRequest) -> HttpResponse:
    """One row into a table that holds no plant data."""
    if request.method == "POST":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_idempotencykey (key, scope, request_hash, response, created_at)"
                " VALUES (gen_random_uuid(), 'bench', '', '{}', now())"
            )
    return HttpResponse(status=201)


urlpatterns = [path("", bare)]
application = get_wsgi_application()
