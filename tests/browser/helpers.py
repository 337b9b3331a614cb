"""What browser tests share: sizes, log-in, scanning, axe."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page

DESK = {"width": 1440, "height": 900}
TABLET = {"width": 1024, "height": 768}
PORTRAIT = {"width": 768, "height": 1024}
SUFFIXES: dict[str, tuple[int, dict[str, str]]] = {"Enter": (13, {"text": "\r"}), "Tab": (9, {})}
PUNCTUATION = {"-": "Minus", "|": "Backslash", "]": "BracketRight", "(": "Digit9", ")": "Digit0"}
SHIFTED = "|()"
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def watch(page: Page, complaints: list[str]) -> None:
    """Collect script errors, console errors and refusals of the content policy. A 4xx answer is the test's own business."""

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


def log_in(page: Page, site: str, identity: str, secret: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("User name or badge").fill(identity)
    page.get_by_label("Password", exact=True).fill(secret)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{site}/")


def scan(page: Page, text: str, suffix: str = "Enter") -> None:
    """Type as a scanner does: by key codes, five milliseconds a key.

    A scan is known by its pace, and a busy machine would bend it: each event bears the time it would have had.
    """
    session = page.context.new_cdp_session(page)
    began = time.time()
    for place, character in enumerate([*text, suffix]):
        key = _key(character) | {"timestamp": began + place * 0.005}
        session.send("Input.dispatchKeyEvent", {"type": "keyDown" if "text" in key else "rawKeyDown", **key})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    session.detach()


def _key(character: str) -> dict[str, object]:
    """The key of a US keyboard that types the character; "Enter" and "Tab" are their own."""
    if character in SUFFIXES:
        number, typed = SUFFIXES[character]
        return {"key": character, "code": character, "windowsVirtualKeyCode": number, **typed}
    code = f"Key{character.upper()}" if character.isalpha() else PUNCTUATION.get(character, f"Digit{character}")
    shifted = character.isupper() or character in SHIFTED
    return {"key": character, "code": code, "text": character, "modifiers": 8 if shifted else 0}


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it is now. Run in an isolated world, so the policy stays on."""
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
    session.send("Runtime.evaluate", {"expression": AXE.read_text(), "contextId": world})
    answer = session.send(
        "Runtime.evaluate",
        {
            "contextId": world,
            "awaitPromise": True,
            "returnByValue": True,
            "expression": "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations"
            ".filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ': ' + v.nodes.slice(0, 4)"
            ".map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')))",
        },
    )
    session.detach()
    found: list[str] = answer["result"].get("value") or []
    if "exceptionDetails" in answer:
        found.append(str(answer["exceptionDetails"]))
    return found


TOO_SMALL = """least => [...document.querySelectorAll(
    'button, .btn, .ar-tile, .ar-bar a, input:not([type=hidden]), select, summary.btn')]
  .filter(e => e.checkVisibility())
  .map(e => [e, (e.matches('[type=checkbox],[type=radio]') ? e.closest('label, .ar-check') : e).getBoundingClientRect()])
  .filter(([e, r]) => r.height < least - 0.5 || r.width < least - 0.5)
  .map(([e, r]) => `${e.tagName} ${e.className} ${Math.round(r.width)}x${Math.round(r.height)}`)"""

SMALL_TEXT = """least => { const out = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
    if (!text || !e.checkVisibility() || e.closest('script, style, noscript, .ar-skip')) continue;
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < least - 0.1) out.add(`${e.tagName}.${e.className} ${size} “${text.slice(0, 30)}”`);
  }
  return [...out]; }"""


def too_small(page: Page, least: int = 56) -> list[str]:
    """Targets of the tablet that a glove would miss: buttons, fields and tiles under ``least`` px."""
    found: list[str] = page.evaluate(TOO_SMALL, least)
    return found


def small_text(page: Page, least: int = 18) -> list[str]:
    """Text of the tablet under ``least`` px."""
    found: list[str] = page.evaluate(SMALL_TEXT, least)
    return found


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider
