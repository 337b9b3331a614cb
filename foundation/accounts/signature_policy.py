"""What people agree to before their first signature: the text in force, by language, and its version.

A plant puts its own in a JSON file (``ARTERIA_SIGNATURE_POLICY_FILE``: ``{"version": "…", "text": {"en": "…", "zh-hans":
"…"}}``). A new version is acknowledged again by everyone before the next signature.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from foundation.core.texts import localized

BUILT_IN: dict[str, Any] = {
    "version": "1",
    "text": {
        "en": "My electronic signature binds me as my handwritten one does. I keep my secret to myself, I lend neither badge"
        " nor session, I sign only what I have read, and each signature says who, when and what it means. What is signed"
        " with my components is held to be signed by me. I report a lost badge or a secret that may be known at once.",
        "zh-hans": "我的电子签名与我的手写签名具有同等约束力。我对自己的密码和 PIN 保密，不出借胸卡，也不让他人使用我的登录；"
        "我只签署自己读过的内容，每个签名都写明签署人、时间和含义。凡以我的身份和密码作出的签名，视为由我本人签署。"
        "胸卡遗失或密码可能泄露时，我立即报告。",
    },
}


@lru_cache(maxsize=4)
def _read(path: str) -> dict[str, Any]:
    if not path:
        return BUILT_IN
    try:
        found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        if not (found["version"] and found["text"]["en"]):
            raise KeyError("version")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{path}: a signature policy has a version and a text in English at least"
        ) from error
    return found


def version() -> str:
    """The version that is in force."""
    return str(_read(str(settings.SIGNATURE_POLICY_FILE))["version"])


def text(language: str) -> str:
    """The text in force in this language, else in English."""
    return localized(_read(str(settings.SIGNATURE_POLICY_FILE))["text"], language)
