"""What an auditor takes away to check packages elsewhere: the verifier and the fingerprints of the plant's keys."""

from __future__ import annotations

import hashlib

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.records.selectors import signing_keys
from foundation.records.verifier.package import VERIFIER


@login_required
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    """How to check a package, the verifier with its hash, and the fingerprints to compare."""
    content = VERIFIER.read_bytes()
    context = {
        "keys": signing_keys(),
        "verifier_hash": hashlib.sha256(content).hexdigest(),
        "verifier_size": len(content),
    }
    return render(request, "records/verification.html", context)


@login_required
@require_safe
def verifier_download(request: HttpRequest) -> HttpResponse:
    """verify.py, exactly as it ships in every package."""
    response = HttpResponse(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
