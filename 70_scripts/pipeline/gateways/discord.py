"""A Discord webhook: post a message, edit it.

Limits: https://discord.com/developers/docs/resources/webhook
"""

import math
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from pipeline.core.wording import clipped
from pipeline.effects.http import Answer, Http, Unreachable
from pipeline.errors import ExpectedError

LONGEST = 2000
LEAST_PAUSE = 1.0
UNKNOWN_MESSAGE = 10008


class NotDelivered(ExpectedError):
    """Discord took nothing now; it may in ``pause`` seconds, infinite if hopeless."""

    def __init__(self, seen: str, pause: float) -> None:
        """Keep what was seen and when to try again."""
        super().__init__(seen)
        self.pause = pause


class Rejected(ExpectedError):
    """Discord will never take this message."""


class MessageGone(ExpectedError):
    """The message to edit was deleted."""


class _Message(BaseModel):
    id: str


class _Refusal(BaseModel):
    code: int = 0
    retry_after: float = LEAST_PAUSE


@dataclass(frozen=True, slots=True, repr=False)
class Discord:
    """One webhook; its address is a secret and appears in no text."""

    http: Http
    webhook: str
    timeout: float = 5.0

    def post(self, text: str) -> str:
        """Post a message and return its id.

        Raises:
            NotDelivered: not now.
            Rejected: never.
        """
        answer = self._send("POST", f"{self.webhook}?wait=true", text)
        try:
            return _Message.model_validate_json(answer.body).id
        except ValidationError as error:
            raise Rejected("taken, but no message id came back") from error

    def edit(self, message: str, text: str) -> None:
        """Replace the text of a message.

        Raises:
            NotDelivered: not now.
            Rejected: never.
            MessageGone: there is nothing to edit any more.
        """
        self._send("PATCH", f"{self.webhook}/messages/{message}", text)

    def _send(self, method: str, url: str, text: str) -> Answer:
        body = {"content": clipped(text, LONGEST), "allowed_mentions": {"parse": []}}
        try:
            answer = self.http.ask(method, url, body=body, timeout=self.timeout)
        except Unreachable as error:
            raise NotDelivered(str(error), LEAST_PAUSE) from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _refusal(answer: Answer) -> Exception:
    seen = f"Discord answered HTTP {answer.status}"
    try:
        refusal = _Refusal.model_validate_json(answer.body)
    except ValidationError:
        refusal = _Refusal()
    if answer.status == 429:
        return NotDelivered(seen, max(refusal.retry_after, 0.0))
    if answer.status == 404 and refusal.code == UNKNOWN_MESSAGE:
        return MessageGone(seen)
    if answer.status == 400:
        return Rejected(f"{seen} (code {refusal.code})")
    # 401, 403 and 404 speak of the webhook: what waits is kept for its successor.
    is_gone = 400 <= answer.status < 500
    return NotDelivered(seen, math.inf if is_gone else LEAST_PAUSE)
