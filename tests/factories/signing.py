"""Sign as people and programs do: from the dialog that a page shows, or over the ETag that was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.test import Client

FORM = re.compile(r'<form[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(shown|dialog)" value="([^"]*)">')


def dialog_on(client: Client, page: str, action: str) -> dict[str, str]:
    """``shown`` and ``dialog`` of the form on this page that posts to ``action`` (its end will do)."""
    text = client.get(page).content.decode()
    for address, form in FORM.findall(text):
        fields = dict(HIDDEN.findall(form))
        if address.endswith(action) and fields:
            assert re.fullmatch(r"[0-9a-f]{64}", fields["shown"]), fields
            assert re.fullmatch(r"[0-9a-f]{32}", fields["dialog"]), fields
            return fields
    raise AssertionError(f"{page} shows no signature dialog for {action}")


def read_headers(client: Any, address: str, **query: str) -> dict[str, str]:
    """Headers of a signature over what was read at this address of the API: its ETag, and a key of its own."""
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content
    return {"If-Match": answer["ETag"], "Idempotency-Key": str(uuid4())}


def change_headers(client: Any, change: int, act: str) -> dict[str, str]:
    """Of a change, whose approval and refusal are over different lists: what its content names for the act."""
    shown: Mapping[str, str] = client.get(f"/api/v1/change-requests/{change}/content/").json()["shown"]
    return {"If-Match": f'"{shown[act]}"', "Idempotency-Key": str(uuid4())}
