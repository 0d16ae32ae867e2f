"""Keep the messages of a channel, and what they said before they were edited.

Owns message ids and the record of who was pinged.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from rehearsal.discord.errors import thread_needed, unknown_channel, unknown_message
from rehearsal.discord.mentions import pings_of


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said from one moment on."""

    content: str
    embeds: tuple[Mapping[str, Any], ...]
    at: float


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands; `at` is when it was posted (epoch seconds)."""

    id: str
    at: float
    content: str
    embeds: tuple[Mapping[str, Any], ...]
    username: str | None
    edited_at: float | None = None
    pings: tuple[str, ...] = ()
    history: tuple[Version, ...] = field(default=())
    thread: str = ""


class Messages:
    """A channel's messages, the oldest first.

    Attributes:
        threads: The channel's threads; messages may name one of them.
        is_forum: Whether every message must be in a thread.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Begin with an empty channel."""
        self._clock = clock
        self._changed = threading.Condition()
        self._ids = count(1_300_000_000_000_000_001)
        self._messages: dict[str, Message] = {}
        self.threads: set[str] = set()
        self.is_forum = False

    def all(self) -> tuple[Message, ...]:
        """Return the messages that have not been deleted."""
        with self._changed:
            return tuple(self._messages.values())

    def find(self, message_id: str, thread: str | None = None) -> Message:
        """Return a message, or refuse; a thread's is found only there."""
        with self._changed:
            message = self._messages.get(message_id)
            if message is None or thread is not None and message.thread != thread:
                raise unknown_message()
            return message

    def post(self, form: Mapping[str, Any], thread: str = "") -> Message:
        """Add a message."""
        if thread and thread not in self.threads:
            raise unknown_channel()
        if self.is_forum and not thread:
            raise thread_needed()
        content, now = str(form.get("content") or ""), self._clock()
        return self._keep(
            Message(
                id=str(next(self._ids)),
                at=now,
                content=content,
                embeds=tuple(form.get("embeds") or ()),
                username=form.get("username"),
                pings=pings_of(content, form.get("allowed_mentions")),
                thread=thread,
            )
        )

    def edit(self, message_id: str, form: Mapping[str, Any]) -> Message:
        """Change the given parts; mentions are judged anew, without the old rule."""
        old = self.find(message_id)
        content = str(form["content"] or "") if "content" in form else old.content
        embeds = tuple(form["embeds"] or ()) if "embeds" in form else old.embeds
        pings = pings_of(content, form.get("allowed_mentions"))
        return self._keep(
            replace(
                old,
                content=content,
                embeds=embeds,
                edited_at=self._clock(),
                pings=tuple(dict.fromkeys((*old.pings, *pings))),
                history=(*old.history, _version(old)),
            )
        )

    def delete(self, message_id: str) -> None:
        """Remove a message."""
        self.find(message_id)
        with self._changed:
            del self._messages[message_id]

    def wait_until(
        self, is_so: Callable[[tuple[Message, ...]], bool], seconds: float
    ) -> bool:
        """Wait, at most so long, until something is so of the messages."""
        with self._changed:
            return self._changed.wait_for(
                lambda: is_so(tuple(self._messages.values())), timeout=seconds
            )

    def _keep(self, message: Message) -> Message:
        with self._changed:
            self._messages[message.id] = message
            self._changed.notify_all()
        return message


def message_json(message: Message, webhook_id: str) -> dict[str, Any]:
    """Return a message as Discord shows it."""
    author = {"id": webhook_id, "username": message.username or "rehearsal"}
    return {
        "id": message.id,
        "type": 0,
        "content": message.content,
        "channel_id": "1",
        "webhook_id": webhook_id,
        "author": {**author, "avatar": None, "discriminator": "0000", "bot": True},
        "attachments": [],
        "embeds": [{"type": "rich", **embed} for embed in message.embeds],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": bool({"@everyone", "@here"} & set(message.pings)),
        "pinned": False,
        "tts": False,
        "timestamp": _moment(message.at),
        "edited_timestamp": _moment(message.edited_at),
        "flags": 0,
        "components": [],
    }


def _version(message: Message) -> Version:
    since = message.edited_at or message.at
    return Version(message.content, message.embeds, since)


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
