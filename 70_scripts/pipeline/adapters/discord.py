"""A Discord webhook: post a message, edit it.

Limits: https://discord.com/developers/docs/resources/webhook
Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.wording import clipped
from pipeline.effects.http import Answer, Http, Unreachable
from pipeline.errors import ExpectedError

LONGEST = 2000
LEAST_PAUSE = 1.0
LONGEST_PAUSE = 86_400.0
TIMEOUT = 10.0
MESSAGE_ID = re.compile(r"[\w-]{1,64}")
UNKNOWN_MESSAGE, NOT_ITS_AUTHOR = 10008, 50005
# Unknown channel, archived or locked thread, a forum's webhook without its thread.
NO_SUCH_PLACE = {10003, 10015, 50027, 50083, 160005, 220001, 220002, 220003, 220004}
PASSING = (408, 425, 429)


class NotDelivered(ExpectedError):
    """Discord took nothing now; it may in ``pause`` seconds."""

    exit_code = 4

    def __init__(
        self,
        seen: str,
        pause: float,
        *,
        is_asked: bool = False,
        is_unknown: bool = False,
    ) -> None:
        """Keep what was seen and when to try again.

        Args:
            seen: for people.
            pause: seconds.
            is_asked: Discord itself named the pause.
            is_unknown: it may have taken the message all the same.
        """
        super().__init__(seen)
        self.pause = pause
        self.is_asked = is_asked
        self.is_unknown = is_unknown


class AddressRefused(NotDelivered):
    """The webhook's address is no good: what waits is kept for its successor."""

    def __init__(self, seen: str) -> None:
        """Say what to do about it; waiting is hopeless."""
        todo = "put an address that works into secrets.env"
        super().__init__(f"{seen}: the webhook's address is refused; {todo}", math.inf)


class Rejected(ExpectedError):
    """Discord will never take this message."""


class MessageGone(ExpectedError):
    """The message to edit was deleted, or is not this webhook's."""


@dataclass(frozen=True, slots=True, repr=False)
class Discord:
    """One webhook; its address is a secret and appears in no text."""

    http: Http
    webhook: str
    timeout: float = TIMEOUT

    def post(self, text: str, *, within: float = math.inf) -> str:
        """Post a message and return its id.

        Args:
            text: the message.
            within: seconds for it, if they are fewer than the webhook's own.

        Raises:
            NotDelivered: not now.
            Rejected: never.
        """
        answer = self._send("POST", "", {"wait": "true"}, text, within)
        id_ = _members(answer).get("id")
        if isinstance(id_, str) and MESSAGE_ID.fullmatch(id_):
            return id_
        raise Rejected("taken, but no message id came back")

    def edit(self, message: str, text: str, *, within: float = math.inf) -> None:
        """Replace the text of a message.

        Raises:
            NotDelivered: not now.
            Rejected: never.
            MessageGone: there is nothing to edit any more.
        """
        self._send("PATCH", f"/messages/{message}", {}, text, within)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        text: str,
        within: float,
    ) -> Answer:
        body = {"content": clipped(text, LONGEST), "allowed_mentions": {"parse": []}}
        timeout = min(self.timeout, within)
        try:
            url = _address(self.webhook, path, query)
            answer = self.http.ask(method, url, body=body, timeout=timeout)
        except Unreachable as error:
            raise NotDelivered(
                str(error), LEAST_PAUSE, is_unknown=error.was_sent
            ) from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _address(webhook: str, path: str, query: Mapping[str, str]) -> str:
    """Add to an address that may have a query of its own, such as ``?thread_id=1``."""
    import httpx

    try:
        url = httpx.URL(webhook)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("it is no address") from None
    own = {name: value for name, value in url.params.items() if name != "wait"}
    whole = url.copy_with(path=url.path.rstrip("/") + path, query=None, fragment=None)
    return str(whole.copy_merge_params({**own, **query}))


def _refusal(answer: Answer) -> Exception:
    refusal = _members(answer)
    code = refusal.get("code")
    seen = f"Discord answered HTTP {answer.status}" + (f" (code {code})" * bool(code))
    asked = _asked_pause(answer, refusal)
    if answer.status in PASSING or not 400 <= answer.status < 500:
        pause = LEAST_PAUSE if asked is None else asked
        return NotDelivered(seen, pause, is_asked=bool(asked))
    if code in (UNKNOWN_MESSAGE, NOT_ITS_AUTHOR):
        return MessageGone(seen)
    is_form = answer.status in (400, 413, 422)
    if is_form and code not in NO_SUCH_PLACE and not _blames_thread(refusal):
        return Rejected(seen)
    return AddressRefused(seen)


def _blames_thread(refusal: Mapping[str, object]) -> bool:
    errors = refusal.get("errors")
    return "thread_id" in refusal or isinstance(errors, dict) and "thread_id" in errors


def _asked_pause(answer: Answer, refusal: Mapping[str, object]) -> float | None:
    """Return the seconds that Discord asks for, a day at most; None if it does not."""
    for asked in (refusal.get("retry_after"), answer.headers.get("retry-after")):
        try:
            seconds = float(asked) if isinstance(asked, str | int | float) else math.nan
        except (ValueError, OverflowError):
            continue
        if math.isfinite(seconds):
            return min(max(seconds, 0.0), LONGEST_PAUSE)
    return None


def _members(answer: Answer) -> Mapping[str, object]:
    """Return what a JSON object holds; nothing of any other answer."""
    try:
        decoded = answer.json()
    except Unreachable:
        return {}
    return decoded if isinstance(decoded, dict) else {}
