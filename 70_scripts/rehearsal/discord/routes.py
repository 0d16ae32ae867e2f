"""Answer a webhook's requests.

Owns the routes, and who may use them how often.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.discord.buckets import Bucket, Draw
from rehearsal.discord.errors import (
    Refusal,
    empty_message,
    invalid_form,
    invalid_token,
    malformed_json,
    unknown_webhook,
)
from rehearsal.discord.form import flaws_of, is_empty
from rehearsal.discord.messages import Messages, message_json

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """The one address that messages can be posted to."""

    id: str
    token: str

    def path(self, version: str = "") -> str:
        """Return the path below the server's address."""
        return f"/api{version}/webhooks/{self.id}/{self.token}"


class WebhookRoutes:
    """What can be done with the webhook."""

    def __init__(self, webhook: Webhook, messages: Messages, bucket: Bucket) -> None:
        """Post to this channel."""
        self._webhook, self._messages, self._bucket = webhook, messages, bucket

    def routes(self) -> list[Route]:
        """Return the routes, below the API's address."""
        own = "/webhooks/{id}/{token}"
        one, changes = own + "/messages/{message}", ["GET", "PATCH", "DELETE"]
        return [
            Route(own, self._guarded(self.webhook), methods=["GET", "POST"]),
            Route(one, self._guarded(self.message), methods=changes),
        ]

    async def webhook(self, request: Request) -> Response:
        """Show the webhook, or post to it."""
        if request.method != "POST":
            return JSONResponse(self._webhook_json())
        form = await _form(request)
        _check(form)
        message = self._messages.post(form, _thread(request))
        if request.query_params.get("wait", "").lower() not in ("true", "1"):
            return Response(status_code=204)
        return JSONResponse(message_json(message, self._webhook.id))

    async def message(self, request: Request) -> Response:
        """Show, edit or delete a message."""
        number = request.path_params["message"]
        message = self._messages.find(number, _thread(request))
        if request.method == "DELETE":
            self._messages.delete(number)
            return Response(status_code=204)
        if request.method == "PATCH":
            form = await _form(request)
            old = {"content": message.content, "embeds": list(message.embeds)}
            _check({**old, **form})
            message = self._messages.edit(number, form)
        return JSONResponse(message_json(message, self._webhook.id))

    def _guarded(self, handle: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            draw = self._bucket.draw()
            response = await self._answered(request, handle, draw)
            response.headers.update(draw.headers())
            return response

        return guarded

    async def _answered(
        self, request: Request, handle: Handler, draw: Draw
    ) -> Response:
        if not draw.is_granted:
            return _slow_down(draw)
        try:
            self._admit(request.path_params)
            return await handle(request)
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)

    def _admit(self, path: Mapping[str, str]) -> None:
        if path["id"] != self._webhook.id:
            raise unknown_webhook()
        if path["token"] != self._webhook.token:
            raise invalid_token()

    def _webhook_json(self) -> dict[str, Any]:
        return {
            "id": self._webhook.id,
            "type": 1,
            "name": "rehearsal",
            "avatar": None,
            "channel_id": "1",
            "guild_id": "1",
            "application_id": None,
            "token": self._webhook.token,
        }


def _thread(request: Request) -> str:
    return request.query_params.get("thread_id", "")


async def _form(request: Request) -> dict[str, Any]:
    try:
        form = json.loads(await request.body() or b"{}")
    except ValueError:
        raise malformed_json() from None
    if not isinstance(form, dict):
        raise malformed_json()
    return form


def _check(form: Mapping[str, Any]) -> None:
    if flaws := flaws_of(form):
        raise invalid_form(flaws)
    if is_empty(form):
        raise empty_message()


def _refused(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body, refusal.status)


def _slow_down(draw: Draw) -> Response:
    wait = round(draw.reset_after, 3)
    body = {"message": "You are being rate limited.", "retry_after": wait}
    headers = {"retry-after": str(max(1, round(wait))), "x-ratelimit-scope": "user"}
    return JSONResponse({**body, "global": False}, 429, headers)
