"""Keep the messages of a channel. Owns their ids, and the record of who was pinged."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from rehearsal.discord.rules import Refusal, pings_of


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands; `at` is when it was posted (epoch seconds)."""

    id: str
    at: float
    content: str
    edited_at: float | None = None
    pings: tuple[str, ...] = ()
    thread: str = ""


class Messages:
    """A channel's messages, the oldest first.

    Attributes:
        threads: The channel's threads; messages may name one of them.
        is_forum: Whether every message must be in a thread.
    """

    def __init__(self) -> None:
        """Begin with an empty channel."""
        self._lock = threading.Lock()
        self._ids = count(1_300_000_000_000_000_001)
        self._messages: dict[str, Message] = {}
        self.threads: set[str] = set()
        self.is_forum = False

    def all(self) -> tuple[Message, ...]:
        """Return the messages."""
        with self._lock:
            return tuple(self._messages.values())

    def post(self, form: Mapping[str, Any], thread: str = "") -> Message:
        """Add a message."""
        if thread and thread not in self.threads:
            raise Refusal(404, 10003, "Unknown Channel")
        if self.is_forum and not thread:
            message = "Webhooks posted to forum channels must have a thread_id"
            raise Refusal(400, 220001, message)
        content, now = str(form.get("content") or ""), time.time()
        pings = pings_of(content, form.get("allowed_mentions"))
        new = Message(str(next(self._ids)), now, content, pings=pings, thread=thread)
        return self._keep(new)

    def edit(self, message_id: str, form: Mapping[str, Any], thread: str) -> Message:
        """Change a message; mentions are judged anew, without the old rule."""
        old = self._messages.get(message_id)
        if old is None or old.thread != thread:
            raise Refusal(404, 10008, "Unknown Message")
        content = str(form["content"])
        pings = pings_of(content, form.get("allowed_mentions"))
        both = tuple(dict.fromkeys((*old.pings, *pings)))
        new = replace(old, content=content, edited_at=time.time(), pings=both)
        return self._keep(new)

    def _keep(self, message: Message) -> Message:
        with self._lock:
            self._messages[message.id] = message
        return message


def message_json(message: Message, webhook_id: str) -> dict[str, Any]:
    """Return a message as the API shows it."""
    return {
        "id": message.id,
        "type": 0,
        "content": message.content,
        "channel_id": "1",
        "webhook_id": webhook_id,
        "author": {"id": webhook_id, "username": "rehearsal", "bot": True},
        "mention_everyone": bool({"@everyone", "@here"} & set(message.pings)),
        "timestamp": _moment(message.at),
        "edited_timestamp": _moment(message.edited_at),
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
