"""RFC 3161: a time-stamping authority confirms a seal's hash, so that its moment is not only the plant's own word.

Optional (``ARTERIA_TSA_URL``). The newest seal is stamped: the chain leads from it to every older one. An authority that
is down stops nothing. Verified here against the certificate in the answer; whether that authority is to be trusted is the
reader's judgement, with ``openssl ts -verify`` and the authority's own certificates.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp
from django.conf import settings
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from foundation.records.models import Seal, SealStamp

# Whom the reader trusts is not known here, and the library says so at length each time.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.ERROR)
PATIENCE = 5  # seconds
FAILURES = (OSError, ValueError, TypeError, KeyError, SigningError, PdfError)


def stamp_newest(stamper: TimeStamper | None = None) -> SealStamp | None:
    """Have the newest seal stamped; None when none is asked for, there is no seal, or it has its stamp. Raises FAILURES."""
    seal = Seal.objects.order_by("-number").first()
    if not settings.TSA_URL or seal is None or SealStamp.objects.filter(seal=seal).exists():
        return None
    client = stamper or RequestsHTTPTimeStamper(settings.TSA_URL, timeout=PATIENCE)  # type: ignore[no-untyped-call]
    token = _awaited(client.async_timestamp(bytes.fromhex(seal.hash), "sha256"))
    problem, moment = check_token(token.dump(), seal.hash)
    if problem or moment is None:
        raise ValueError(problem)
    stamp = SealStamp(seal=seal, authority=settings.TSA_URL, token=token.dump(), stamped_at=moment)
    stamp.save()
    return stamp


def check_token(token: bytes, seal_hash: str) -> tuple[str, datetime | None]:
    """("", the moment) when the token is about this hash and bears its authority's signature; else what is wrong."""
    try:
        content = cms.ContentInfo.load(token, strict=True)["content"]
        info = content["encap_content_info"]["content"].parsed
        if not isinstance(info, tsp.TSTInfo):
            return "it is no time stamp", None
        imprint = info["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256":
            return "it is not over SHA-256", None
        if imprint["hashed_message"].native != bytes.fromhex(seal_hash):
            return "it is about something else", None
        context = ValidationContext(trust_roots=[])  # whom to trust is the reader's judgement
        status = _awaited(validate_tst_signed_data(content, context, lambda _algorithm: bytes.fromhex(seal_hash)))
        if not (status["intact"] and status["valid"]):
            return "its authority's signature is wrong", None
        return "", info["gen_time"].native
    except FAILURES as error:
        return f"it cannot be read: {error}", None


def _awaited(work: Coroutine[Any, Any, Any]) -> Any:
    """The library's answer, waited for on a thread of its own: whoever asks may already stand in a loop."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()
