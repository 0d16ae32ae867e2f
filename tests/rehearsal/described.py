"""Every request that the pipeline sends to the loopback GitHub, held to GitHub's API.

GitHub's OpenAPI description is read where githubkit was made from it: a path, a query
parameter or a field of a body that is not in it fails the test in which it was sent.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from pipeline.effects.http import USER_AGENT
from pydantic import ValidationError
from rehearsal.github.rest.front import Front
from starlette.types import Message, Receive, Scope, Send

SCHEMAS = "githubkit_schemas.v2026_03_10"
PARTS = ("actions", "repos")
OPERATION = re.compile(
    r'url = f"/repos/\{owner\}/\{repo\}(?P<path>[^"]*)"(?P<inside>.*?)'
    r'self\._github\.a?request\(\s*"(?P<method>[A-Z]+)"',
    re.DOTALL,
)
PARAMETERS = re.compile(r"params = \{(.*?)\n        \}", re.DOTALL)
BODY = re.compile(r"type_validate_python\(\s*(\w+),")


@dataclass(frozen=True, slots=True)
class Operation:
    """What GitHub describes of one method of one path; ``path`` is a pattern."""

    method: str
    path: re.Pattern[str]
    parameters: frozenset[str]
    body: str


@cache
def operations() -> tuple[Operation, ...]:
    """Return every operation on a repository, the most particular path first."""
    found = {}
    for part in PARTS:
        spec = find_spec(f"{SCHEMAS}.rest.{part}")
        assert spec and spec.origin
        for one in OPERATION.finditer(Path(spec.origin).read_text(encoding="utf-8")):
            found[one["method"], one["path"]] = _operation(one)
    return tuple(sorted(found.values(), key=lambda it: it.path.pattern.count("[^/]+")))


def _operation(found: re.Match[str]) -> Operation:
    listed = PARAMETERS.search(found["inside"])
    names = re.findall(r'"(\w+)":', listed[1]) if listed else []
    model = BODY.search(found["inside"])
    path = re.sub(r"\{\w+\}", "[^/]+", found["path"])
    body = model[1] if model else ""
    return Operation(found["method"], re.compile(path), frozenset(names), body)


def flaw_of(method: str, path: str, query: str, body: bytes) -> str:
    """Say what of a request GitHub's description does not know, if anything."""
    own = re.sub(r"^/(repos/[^/]+/[^/]+|repositories/\d+)", "", path)
    for one in operations():
        if one.method == method and one.path.fullmatch(own):
            break
    else:
        return f"no such operation: {method} {path}"
    if unknown := parse_qs(query, keep_blank_values=True).keys() - one.parameters:
        return f"{method} {path} has no parameters {sorted(unknown)}"
    if bool(body) != bool(one.body):
        return f"{method} {path}: a body where there is none, or none where one is"
    return _flaw_of_body(one, json.loads(body)) if body else ""


def _flaw_of_body(operation: Operation, body: dict[str, Any]) -> str:
    model = getattr(import_module(f"{SCHEMAS}.models"), operation.body)
    fields = {field.alias or name for name, field in model.model_fields.items()}
    if unknown := body.keys() - fields:
        return f"{operation.path.pattern} has no fields {sorted(unknown)}"
    try:
        model.model_validate(body)
    except ValidationError as error:
        return str(error)
    return ""


@pytest.fixture(autouse=True)
def only_described_requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test in which the pipeline asks GitHub for what it does not describe."""
    flaws: list[str] = []
    answer = Front.__call__

    async def checked(self: Front, scope: Scope, receive: Receive, send: Send) -> None:
        agents = [v for n, v in scope.get("headers", ()) if n == b"user-agent"]
        if agents != [USER_AGENT.encode()] or not scope["path"].startswith("/repos/"):
            return await answer(self, scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get(
                "more_body", False
            )
        query = scope["query_string"].decode()
        flaws.append(flaw_of(scope["method"], scope["path"], query, body))

        async def received() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return await answer(self, scope, received, send)

    monkeypatch.setattr(Front, "__call__", checked)
    yield
    assert not (found := list(filter(None, flaws))), found
