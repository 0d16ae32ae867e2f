"""Answer a webhook's requests, and show the channel as a page.

Owns the routes, who may use them how often, what the edge in front of Discord does
before it sees a request, and where injected faults strike.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rehearsal.answers import Answer, capture, deliver, request_headers
from rehearsal.discord.channel_page import channel_page
from rehearsal.discord.messages import Message, Messages, message_json
from rehearsal.discord.rules import Bucket, Draw, Refusal, check_form
from rehearsal.faults import Faults

# The edge takes this default for a bot and blocks it.
_BLOCKED_AGENT = "python-urllib"


@dataclass(frozen=True, slots=True)
class Webhook:
    """The one address that messages can be posted to."""

    id: str
    token: str

    @property
    def path(self) -> str:
        """Return the path below the server's address."""
        return f"/api/webhooks/{self.id}/{self.token}"


class Edge:
    """The service as the network shows it."""

    def __init__(self, service: ASGIApp, faults: Faults) -> None:
        """Stand in front of this service."""
        self._service, self._faults = service, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        is_page = not scope["path"].startswith("/api/")
        fault = None if is_page else self._faults.take(scope["path"])
        if fault and fault.answer:
            await deliver(fault.answer, send, fault.seconds)
            return
        agent = request_headers(scope).get("user-agent", "")
        if agent.lower().startswith(_BLOCKED_AGENT):
            await deliver(Answer(403, (), b"error code: 1010"), send)
            return
        answer = await capture(self._service, scope, receive)
        # Clients tell Discord's own answers from those of the edge by this header.
        answer = answer.with_headers({"via": "1.1 google"})
        seconds = fault.seconds if fault else 0.0
        await deliver(fault.bend(answer) if fault else answer, send, seconds)


class WebhookRoutes:
    """What can be done with the webhook."""

    def __init__(self, webhook: Webhook, messages: Messages) -> None:
        """Post to this channel."""
        self._webhook, self._messages, self._bucket = webhook, messages, Bucket()

    def application(self) -> Starlette:
        """Return the service behind the edge."""
        own = "/api/webhooks/{id}/{token}"
        post, edit = self._guarded(self._post), self._guarded(self._edit)
        routes = [
            Route("/", self._page),
            Route(own, post, methods=["POST"]),
            Route(own + "/messages/{message}", edit, methods=["PATCH"]),
        ]
        service = Starlette(routes=routes, exception_handlers={404: _not_found})
        service.router.redirect_slashes = False
        return service

    def _page(self, request: Request) -> Response:
        return channel_page(self._messages.all())

    async def _post(self, request: Request) -> Response:
        message = self._messages.post(await _form(request), _thread(request))
        if request.query_params.get("wait", "").lower() not in ("true", "1"):
            return Response(status_code=204)
        return self._shown(message)

    async def _edit(self, request: Request) -> Response:
        number, form = request.path_params["message"], await _form(request)
        return self._shown(self._messages.edit(number, form, _thread(request)))

    def _shown(self, message: Message) -> Response:
        return JSONResponse(message_json(message, self._webhook.id))

    def _guarded(
        self, handle: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            draw = self._bucket.draw()
            try:
                self._admit(request.path_params, draw)
                response = await handle(request)
            except Refusal as refusal:
                response = JSONResponse(refusal.body, refusal.status)
            response.headers.update(draw.headers())
            if not draw.is_granted:
                wait = str(max(1, round(draw.reset_after)))
                response.headers.update({"retry-after": wait})
            return response

        return guarded

    def _admit(self, path: Mapping[str, str], draw: Draw) -> None:
        if not draw.is_granted:
            more = {"retry_after": round(draw.reset_after, 3), "global": False}
            raise Refusal(429, 0, "You are being rate limited.", **more)
        if path["id"] != self._webhook.id:
            raise Refusal(404, 10015, "Unknown Webhook")
        if path["token"] != self._webhook.token:
            raise Refusal(401, 50027, "Invalid Webhook Token")


def _thread(request: Request) -> str:
    return request.query_params.get("thread_id", "")


async def _form(request: Request) -> dict[str, Any]:
    try:
        form = json.loads(await request.body() or b"{}")
    except ValueError:
        form = None
    if not isinstance(form, dict):
        raise Refusal(400, 50109, "The request body contains invalid JSON.")
    check_form(form)
    return form


def _not_found(request: Request, error: Exception) -> Response:
    return JSONResponse({"message": "404: Not Found", "code": 0}, 404)
