"""Check a message against Discord's limits.

Owns the numbers. Lengths are in characters.
https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rehearsal.discord.errors import Flaw

CONTENT, USERNAME = 2000, 80
EMBEDS, EMBED_TOTAL, FIELDS = 10, 6000, 25
COLOR = 0xFFFFFF
_TEXTS = {"title": 256, "description": 4096}
_NESTED = {"footer": ("text", 2048), "author": ("name", 256)}
_FIELD_TEXTS = {"name": 256, "value": 1024}
_URLS = ("http://", "https://", "attachment://")

Path = tuple[str, ...]


def flaws_of(form: Mapping[str, Any]) -> list[Flaw]:
    """Return everything that Discord would refuse a message for."""
    flaws = [
        *_text(("content",), form.get("content"), CONTENT),
        *_text(("username",), form.get("username"), USERNAME),
        *_mentions(form.get("allowed_mentions")),
    ]
    embeds = form.get("embeds") or []
    if not isinstance(embeds, list):
        return [*flaws, _bad_type(("embeds",), "list")]
    if len(embeds) > EMBEDS:
        flaws.append(_too_long(("embeds",), EMBEDS))
    for number, embed in enumerate(embeds):
        flaws.extend(_embed(("embeds", str(number)), embed))
    if not flaws and sum(map(_size, embeds)) > EMBED_TOTAL:
        message = f"Embed size exceeds maximum size of {EMBED_TOTAL}"
        flaws.append(Flaw(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message))
    return flaws


def is_empty(form: Mapping[str, Any]) -> bool:
    """Tell whether a message would show nothing."""
    has_text = bool(str(form.get("content") or "").strip())
    return not (has_text or form.get("embeds") or form.get("poll"))


def _embed(path: Path, embed: object) -> Iterator[Flaw]:
    if not isinstance(embed, dict):
        yield _bad_type(path, "dictionary")
        return
    for name, limit in _TEXTS.items():
        yield from _text((*path, name), embed.get(name), limit)
    for name, (inner, limit) in _NESTED.items():
        if isinstance(part := embed.get(name), dict):
            yield from _text((*path, name, inner), part.get(inner), limit)
    yield from _fields((*path, "fields"), embed.get("fields") or [])
    yield from _color((*path, "color"), embed.get("color"))
    yield from _url((*path, "url"), embed.get("url"))
    yield from _timestamp((*path, "timestamp"), embed.get("timestamp"))


def _fields(path: Path, fields: object) -> Iterator[Flaw]:
    if not isinstance(fields, list):
        yield _bad_type(path, "list")
        return
    if len(fields) > FIELDS:
        yield _too_long(path, FIELDS)
    for number, field in enumerate(fields):
        for name, limit in _FIELD_TEXTS.items():
            value = field.get(name) if isinstance(field, dict) else None
            place = (*path, str(number), name)
            if not str(value or "").strip():
                yield Flaw(place, "BASE_TYPE_REQUIRED", "This field is required")
            yield from _text(place, value, limit)


def _text(path: Path, value: object, limit: int) -> Iterator[Flaw]:
    if isinstance(value, dict | list):
        yield Flaw(path, "STRING_TYPE_CONVERT", "Could not interpret it as string.")
    elif value is not None and len(str(value)) > limit:
        yield _too_long(path, limit)


def _color(path: Path, value: object) -> Iterator[Flaw]:
    if value is None:
        return
    if not isinstance(value, int) and not str(value).isdigit():
        yield Flaw(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    elif not 0 <= int(str(value)) <= COLOR:
        message = f"int value should be less than or equal to {COLOR}."
        yield Flaw(path, "NUMBER_TYPE_MAX", message)


def _url(path: Path, value: object) -> Iterator[Flaw]:
    if value and not str(value).startswith(_URLS):
        yield Flaw(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _timestamp(path: Path, value: object) -> Iterator[Flaw]:
    try:
        datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        message = f"Could not parse {value}. Should be ISO8601."
        yield Flaw(path, "DATE_TIME_TYPE_PARSE", message)


def _mentions(allowed: object) -> Iterator[Flaw]:
    if not isinstance(allowed, dict):
        return
    kinds = allowed.get("parse") or []
    for number, kind in enumerate(kinds):
        if kind not in ("users", "roles", "everyone"):
            message = "Value must be one of ('users', 'roles', 'everyone')."
            place = ("allowed_mentions", "parse", str(number))
            yield Flaw(place, "BASE_TYPE_CHOICES", message)
    for kind in ("users", "roles"):
        if kind in kinds and allowed.get(kind):
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
            yield Flaw(("allowed_mentions",), code, message)


def _too_long(path: Path, limit: int) -> Flaw:
    message = f"Must be {limit} or fewer in length."
    return Flaw(path, "BASE_TYPE_MAX_LENGTH", message)


def _bad_type(path: Path, wanted: str) -> Flaw:
    code = "DICT_TYPE_CONVERT" if wanted == "dictionary" else "LIST_TYPE_CONVERT"
    return Flaw(path, code, f"Only {wanted} types may be used.")


def _size(embed: Mapping[str, Any]) -> int:
    texts = [embed.get(name) for name in _TEXTS]
    for name, (inner, _) in _NESTED.items():
        texts.append((embed.get(name) or {}).get(inner))
    for field in embed.get("fields") or []:
        texts.extend(field.get(name) for name in _FIELD_TEXTS)
    return sum(len(str(text)) for text in texts if text)
