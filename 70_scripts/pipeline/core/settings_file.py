"""Lines of NAME=VALUE as a shell would read them, and nothing that it would run.

https://man7.org/linux/man-pages/man5/environment.d.5.html is the form; ``export``,
quotes, comments behind a value, and what editors leave are taken too.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Blanks, and what no editor shows: no-break and zero-width spaces, byte order marks.
UNSEEN: Final = (
    " \t\r\v\f\u00a0\u00ad\u2007\u200b\u200c\u200d\u200e\u200f\u202f\u2060\ufeff"
)
COMMENT: Final = re.compile(rf"(?:^|[{UNSEEN}])#")
QUOTES: Final = ("'", '"')


@dataclass(frozen=True, slots=True, repr=False)
class Setting:
    """A value, and the number of its line from 1; it may be a secret."""

    value: str
    line: int


class Unreadable(ValueError):
    """A line is not what it must be; the text quotes nothing of it."""

    def __init__(self, line: int, seen: str) -> None:
        """Keep the number of the line, from 1, and what is wrong with it."""
        super().__init__(seen)
        self.line = line


def parse_settings(content: bytes, strict: Container[str]) -> dict[str, Setting]:
    """Return the values by their names.

    Args:
        content: of the whole file.
        strict: the names that may be given once only.

    Raises:
        Unreadable: a line is neither empty, a comment, nor NAME=VALUE.
    """
    found: dict[str, Setting] = {}
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            text = line.decode("utf-8").strip(UNSEEN)
        except UnicodeDecodeError:
            raise Unreadable(number, "it is not UTF-8") from None
        if not text or text.startswith("#"):
            continue
        name, value = _pair(number, text)
        made = Setting(value, number)
        if name in strict and found.get(name, made).value != value:
            raise Unreadable(number, f"{name} was given before, with another value")
        found[name] = made
    return found


def _pair(number: int, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    name = re.sub(rf"^export[{UNSEEN}]+", "", name).strip(UNSEEN)
    if not equals or not NAME.fullmatch(name):
        raise Unreadable(number, "it is not NAME=VALUE")
    return name, _value(number, value.strip(UNSEEN))


def _value(number: int, text: str) -> str:
    if text[:1] in QUOTES:
        value, quote, rest = text[1:].partition(text[0])
        rest = rest.strip(UNSEEN)
        if not quote or rest and not rest.startswith("#"):
            raise Unreadable(number, "its quotes do not end where its value does")
        return value.strip(UNSEEN)
    if comment := COMMENT.search(text):
        text = text[: comment.start()]
    return text.strip(UNSEEN)
