"""Stand in front of every route and do what GitHub does to every request.

Owns the User-Agent rule, API versions, credentials, rate limits, entity tags and the
headers of every answer, and the place where injected faults strike.
"""

import hashlib
import json
import secrets
from email.utils import formatdate

from starlette.types import ASGIApp, Receive, Scope, Send

from rehearsal.answers import Answer, capture, deliver, request_headers
from rehearsal.faults import Fault, Faults
from rehearsal.github.rest.errors import error_body
from rehearsal.github.rest.limits import Limits
from rehearsal.github.tokens import Tokens

VERSIONS = ("2022-11-28", "2026-03-10")
# Files are served by another host, which asks for nothing; so are people's pages.
FILES = "/_files/"
_API = ("/repos/", "/repositories/")
_NO_AGENT = (
    "Request forbidden by administrative rules. Please make sure your request has a"
    " User-Agent header.\n"
)


class Front:
    """The routes, guarded."""

    def __init__(
        self, routes: ASGIApp, tokens: Tokens, limits: Limits, faults: Faults
    ) -> None:
        """Guard these routes."""
        self._routes, self._tokens = routes, tokens
        self._limits, self._faults = limits, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if not scope["path"].startswith((FILES, *_API)):
            await self._routes(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        fault = self._faults.take(f"{scope['path']}?{query}")
        if given := fault and (fault.answer or _redirect(fault, scope)):
            await deliver(given, send, fault.seconds)
            return
        answer = await self._answer(scope, receive)
        if fault:
            answer = fault.bend(answer)
        await deliver(answer, send, fault.seconds if fault else 0.0)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers = request_headers(scope)
        if scope["path"].startswith(FILES):
            return await capture(self._routes, scope, receive)
        refused = self._refused_at_the_door(headers)
        token = _token(headers.get("authorization"))
        if refused is None and token is not None and not self._tokens.is_valid(token):
            refused = _error(401, "Bad credentials")
        if refused:
            return self._finished(refused, headers, None)
        if not self._limits.of(token).remaining:
            return self._finished(_used_up(scope, token), headers, token)
        scope["state"] = {"token": token}
        answer = _tagged(await capture(self._routes, scope, receive), token)
        is_known = _is_match(headers.get("if-none-match"), answer.header("etag"))
        if scope["method"] == "GET" and answer.status == 200 and is_known:
            answer = Answer(304, (("etag", answer.header("etag") or ""),))
        # An unchanged answer is free, but only for those who say who they are.
        if not (answer.status == 304 and token):
            self._limits.charge(token)
        return self._finished(answer, headers, token)

    def _refused_at_the_door(self, headers: dict[str, str]) -> Answer | None:
        if not headers.get("user-agent"):
            kind = (("content-type", "text/html; charset=utf-8"),)
            return Answer(403, kind, _NO_AGENT.encode())
        if _version(headers) not in VERSIONS:
            message = f"Unsupported API version: {_version(headers)}"
            return _error(400, message, supported_versions=list(VERSIONS))
        return None

    def _finished(
        self, answer: Answer, headers: dict[str, str], token: str | None
    ) -> Answer:
        version = _version(headers)
        kind = answer.header("content-type")
        if kind == "application/json":
            # The application framework leaves the charset out.
            answer = answer.with_headers({"content-type": f"{kind}; charset=utf-8"})
        return answer.with_headers(
            {
                **self._limits.of(token).headers(),
                "date": formatdate(usegmt=True),
                "server": "github.com",
                "x-github-api-version-selected": (
                    version if version in VERSIONS else VERSIONS[0]
                ),
                "x-github-media-type": "github.v3; format=json",
                "x-github-request-id": secrets.token_hex(8).upper(),
            }
        )


def _redirect(fault: Fault, scope: Scope) -> Answer | None:
    host = request_headers(scope).get("host", "")
    query = scope["query_string"].decode("latin-1")
    return fault.redirect(scope["path"], query, host)


def _version(headers: dict[str, str]) -> str:
    return headers.get("x-github-api-version", VERSIONS[0])


def _token(authorization: str | None) -> str | None:
    return authorization.split(" ", 1)[-1].strip() if authorization else None


def _error(status: int, message: str, **more: object) -> Answer:
    body = json.dumps(error_body(status, message, more)).encode()
    return Answer(status, (("content-type", "application/json; charset=utf-8"),), body)


def _used_up(scope: Scope, token: str | None) -> Answer:
    client = (scope.get("client") or ("127.0.0.1", 0))[0]
    whom = "this token" if token else str(client)
    return _error(403, f"API rate limit exceeded for {whom}.")


def _tagged(answer: Answer, token: str | None) -> Answer:
    # What an answer says may depend on who asks, so its tag does.
    digest = hashlib.sha256((token or "").encode() + answer.body).hexdigest()
    vary = "Accept, Authorization, Cookie, X-GitHub-OTP"
    scope = "private" if token else "public"
    caching = {"vary": vary, "cache-control": f"{scope}, max-age=60, s-maxage=60"}
    if answer.status == 200:
        caching["etag"] = f'W/"{digest}"'
    return answer.with_headers(caching)


def _is_match(sent: str | None, tag: str | None) -> bool:
    if not sent or not tag:
        return False
    wanted = {one.strip().removeprefix("W/") for one in sent.split(",")}
    return "*" in wanted or tag.removeprefix("W/") in wanted
