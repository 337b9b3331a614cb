"""Every address of the product with every way to call it, and what becomes of a call: allowed, refused, hidden or login."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from tests.access.plant import World

API_METHODS = ("get", "post", "put", "patch", "delete")
ALLOWED, REFUSED, HIDDEN, LOGIN, ERROR = "allowed", "refused", "hidden", "login", "error"
# What forms are given: enough that a view goes on to its service, which then asks the permission.
FORM = {
    "reason": "Because", "quantity": "1", "event": "reject", "status": "down", "number": "X-1", "code": "X-1", "note": "n",
    "secret": "x", "identity": "x", "decision": "affected", "choice": "finish", "cause_code": "c", "cause": "c", "value": "ok",
    "accepted": "yes", "result": "accepted", "kind": "scrap", "justification": "Because", "text": "words", "name": "n",
}  # fmt: skip
# The description has components of the same name for these, so it says the wrong shape.
SHAPES: dict[str, dict[str, Any]] = {
    "api:stock-unit-status": {"event": "reject", "reason": "Because"},
    "api:stock-unit-inspect": {"result": "rejected", "note": "n", "checks": []},
    "api:nonconformance-list": {
        "lot": None, "quantity": "1", "unit": "pcs", "defect_code": "c", "description": "words",
    },
    "api:handover-answer": {"accepted": True, "note": ""},
    "api:step-remove": {"captured_at": "2026-01-01T00:00:00Z", "reason": "Because", "return_to": None},
    "api:link-remove": {"quantity": "1", "return_to": None, "reason": "Because"},
    "api:routing-steps": {"kind": "instruction"},
    "api:card-inspect": {"accepted": True, "kind": "patrol"},
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One row of the matrix: an address by its name, and a method."""

    name: str
    route: str
    pattern: URLPattern
    method: str

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.method.upper()

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")


def calls() -> list[Call]:
    """Found by walking the URL configuration."""
    return [
        Call(name, route, pattern, method)
        for name, route, pattern in _walk(get_resolver())
        for method in _ways(pattern)
    ]


def _walk(resolver: URLResolver, space: str = "", before: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, f"{space}{one.namespace}:" if one.namespace else space, route)
        else:
            yield f"{space}{one.name}", route, one


def _ways(pattern: URLPattern) -> list[str]:
    """The methods of an API view are its own; a page is asked both ways, and says by 405 which it has not."""
    view: Any = getattr(pattern.callback, "cls", None)
    if view is None:
        return ["get", "post"]
    return [method for method in API_METHODS if hasattr(view, method)]


class Bodies:
    """Bodies that are right in shape for each write of the API, read off its own OpenAPI description."""

    def __init__(self, named: dict[str, Any]) -> None:
        self._named = named
        with GENERATOR_STATS.silence():
            self._schema = SchemaGenerator().get_schema(request=None, public=True)

    def of(self, call: Call) -> dict[str, Any]:
        if call.name in SHAPES:
            return {key: self._real(key, int) if value is None else value for key, value in SHAPES[call.name].items()}
        path = "/" + call.route.replace("<int:", "{").replace("<str:", "{").replace(">", "}")
        operations = {_bare(key): value for key, value in self._schema["paths"].items()}
        operation = operations.get(_bare(path), {}).get(call.method, {})
        for media in operation.get("requestBody", {}).get("content", {}).values():
            body: dict[str, Any] = self._value("", media.get("schema", {}))
            return body
        return {}

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            schema = self._schema["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        for several in ("allOf", "oneOf", "anyOf"):
            if several in schema:
                return self._value(name, schema[several][0])
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type", "object")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            required = schema.get("required", [])
            return {
                key: self._value(key, part) for key, part in schema.get("properties", {}).items() if key in required
            }
        if kind == "array":
            return [self._value(name, schema["items"])] if schema.get("minItems") else []
        if name in self._named:
            return self._real(name, int if kind in ("integer", "number") else str)
        plain = {"integer": 1, "number": 1, "boolean": True}
        if kind in plain:
            return plain[kind]
        formats = {"date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z", "decimal": "1", "uuid": "0" * 32}
        return formats.get(schema.get("format", ""), FORM.get(name, "1"))

    def _real(self, name: str, kind: type) -> Any:
        value = self._named[name]
        return value[kind] if isinstance(value, dict) else value


def _bare(path: str) -> str:
    """Parameters are named otherwise in the description than in the routes."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def ask(client: Client, call: Call, world: World, bodies: Bodies) -> str | None:
    """What becomes of this call; nothing that it writes stays. None where the page has not this method."""
    address = reverse(call.name, kwargs=world.kwargs(call.route, call.pattern))
    send = getattr(client, call.method)
    cookies = client.cookies.copy()  # a call that logs out, or badges in, does so for itself alone
    undone = transaction.atomic()
    undone._from_testcase = True  # type: ignore[attr-defined]  # as a test's own: acts are durable below it
    with undone:
        if call.method == "get":
            answer = send(address)
        elif call.is_api:
            answer = send(
                address, json.dumps(bodies.of(call)), content_type="application/json", headers={"If-Match": '"x"'}
            )
        else:
            answer = send(address, FORM)
        outcome = outcome_of(answer)
        transaction.set_rollback(True)
    client.cookies = cookies
    return outcome


def outcome_of(answer: HttpResponseBase) -> str | None:
    status = answer.status_code
    if status >= 500:
        return ERROR
    if status == 405:
        return None
    where = answer.headers.get("Location", "") if status == 302 else ""
    if status == 401 or where.startswith((reverse("accounts:login"), reverse("accounts:badge-in"))):
        return LOGIN
    return {403: REFUSED, 404: HIDDEN}.get(status, ALLOWED)
