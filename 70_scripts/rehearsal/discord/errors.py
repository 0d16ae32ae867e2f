"""Refuse a request the way Discord does.

Owns the JSON error codes that a webhook can meet, and the nested shape of 50035.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """An answer that is not the one asked for."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        """Name the HTTP status, Discord's code and message, and further members."""
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code, **more}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a form.

    Attributes:
        path: Where in the body, such as `("embeds", "0", "title")`.
    """

    path: tuple[str, ...]
    code: str
    message: str


def unknown_webhook() -> Refusal:
    """Return the refusal for a webhook that is gone."""
    return Refusal(404, 10015, "Unknown Webhook")


def unknown_message() -> Refusal:
    """Return the refusal for a message that is gone."""
    return Refusal(404, 10008, "Unknown Message")


def unknown_channel() -> Refusal:
    """Return the refusal for a thread that is not there."""
    return Refusal(404, 10003, "Unknown Channel")


def thread_needed() -> Refusal:
    """Return the refusal for a forum's message that names no thread."""
    message = "Webhooks posted to forum channels must have a thread_name or thread_id"
    return Refusal(400, 220001, message)


def invalid_token() -> Refusal:
    """Return the refusal for a webhook's wrong token."""
    return Refusal(401, 50027, "Invalid Webhook Token")


def empty_message() -> Refusal:
    """Return the refusal for a message that shows nothing."""
    return Refusal(400, 50006, "Cannot send an empty message")


def malformed_json() -> Refusal:
    """Return the refusal for a body that cannot be read."""
    return Refusal(400, 50109, "The request body contains invalid JSON.")


def invalid_form(flaws: list[Flaw]) -> Refusal:
    """Return the refusal for a body with these flaws."""
    errors: dict[str, Any] = {}
    for flaw in flaws:
        place = errors
        for key in flaw.path:
            place = place.setdefault(key, {})
        entry: Mapping[str, str] = {"code": flaw.code, "message": flaw.message}
        place.setdefault("_errors", []).append(entry)
    return Refusal(400, 50035, "Invalid Form Body", errors=errors)
