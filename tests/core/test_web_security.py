"""What every answer carries, with and without HTTPS, and what a browser is told about files."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.test import Client

from config.local.paths import ROOT
from foundation.files.web import download

ASK = """
import django, json
django.setup()
from django.test import Client
from django.conf import settings
c = Client(SERVER_NAME="127.0.0.1")
plain, proxied = c.get("/accounts/login/"), c.get("/accounts/login/", headers={"x-forwarded-proto": "https"})
print(json.dumps({
    "plain": [plain.status_code, plain.get("Location", "")], "alive": c.get("/alive/").status_code,
    "hsts": proxied.get("Strict-Transport-Security", ""), "status": proxied.status_code,
    "cookies": {n: [bool(m["secure"]), bool(m["httponly"]), m["samesite"]] for n, m in proxied.cookies.items()},
    "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE],
}))
"""


@pytest.mark.requirement("SEC-04", "21CFR11.30")
def test_with_https_every_answer_says_so_and_plain_http_leads_there(django_db_setup: None) -> None:
    environment = {**os.environ, "ARTERIA_HTTPS": "1", "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    argv = [sys.executable, "-W", "ignore", "-c", ASK]
    asked = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    told = json.loads(asked.stdout.splitlines()[-1])
    assert told["plain"] == [301, "https://127.0.0.1/accounts/login/"]
    assert told["alive"] == 200
    assert (told["status"], told["hsts"]) == (200, "max-age=31536000")
    assert told["session"] == [True, True, "Lax"]
    assert told["cookies"]["csrftoken"][0] is True


@pytest.mark.django_db
@pytest.mark.requirement("SEC-04")
def test_pages_forbid_inline_script_frames_and_foreign_origins() -> None:
    for address in ("/accounts/login/", "/nowhere/", "/api/v1/docs/"):
        answer = Client().get(address)
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'self'", "'self'", "'self'"), (
            address
        )
        assert (policy["object-src"], policy["frame-ancestors"], policy["form-action"]) == (
            "'none'",
            "'none'",
            "'self'",
        )
        assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_file_is_saved_and_never_run() -> None:
    answer = download(b"<script>", name='a"\r\nSet-Cookie: x=1.html', media_type="text/html")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
