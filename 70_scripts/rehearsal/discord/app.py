"""Put the service together, and stand in front of it.

Owns what the edge does before Discord sees a request, and where injected faults
strike.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from rehearsal.answers import Answer, capture, deliver, request_headers
from rehearsal.discord.buckets import Bucket
from rehearsal.discord.messages import Messages
from rehearsal.discord.routes import Webhook, WebhookRoutes
from rehearsal.faults import Faults

_PREFIXES = ("/api/v10", "/api/v9", "/api")
# The edge takes this default for a bot and blocks it.
_BLOCKED_AGENT = "python-urllib"


class Edge:
    """The service as the network shows it."""

    def __init__(self, service: ASGIApp, faults: Faults) -> None:
        """Stand in front of this service."""
        self._service, self._faults = service, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        fault = self._faults.take(scope["path"])
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


def webhook_application(
    webhook: Webhook, messages: Messages, faults: Faults
) -> ASGIApp:
    """Return the whole service as one application."""
    routes = WebhookRoutes(webhook, messages, Bucket()).routes()
    mounts = [Mount(prefix, routes=routes) for prefix in _PREFIXES]
    handlers = {404: _not_found, 405: _wrong_method}
    service = Starlette(routes=mounts, exception_handlers=handlers)
    service.router.redirect_slashes = False
    return Edge(service, faults)


def _not_found(request: Request, error: Exception) -> Response:
    return JSONResponse({"message": "404: Not Found", "code": 0}, 404)


def _wrong_method(request: Request, error: Exception) -> Response:
    return JSONResponse({"message": "405: Method Not Allowed", "code": 0}, 405)
