"""Evaluate the few expressions that GitHub reads before any runner starts.

Owns `${{ }}` in concurrency groups, run names and job names: literals, context
look-ups, `==`, `!=`, `!`, `&&`, `||`, parentheses and `format`. Refuses the rest:
the runner evaluates that.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None | Mapping[str, "Value"]

_PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)|(?P<sign>\|\||&&|==|!=|[!(),]))"
)
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


class ExpressionError(ValueError):
    """An expression that this evaluator does not understand."""


def interpolate(text: str, contexts: Mapping[str, Value]) -> str:
    """Return a text with every `${{ }}` replaced by its value."""
    return _PLACE.sub(lambda place: shown(evaluate(place[1], contexts)), text)


def evaluate(expression: str, contexts: Mapping[str, Value]) -> Value:
    """Return the value of one expression.

    Raises:
        ExpressionError: The expression uses more than this module owns.
    """
    parser = _Parser(_tokens(expression), contexts)
    value = parser.either()
    if parser.tokens:
        raise ExpressionError(f"cannot evaluate {expression.strip()!r}")
    return value


def shown(value: Value) -> str:
    """Return a value as GitHub puts it into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, at, end = [], 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if not match or not match.lastgroup:
            raise ExpressionError(f"cannot read {expression.strip()!r}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _Parser:
    def __init__(
        self, tokens: list[tuple[str, str]], contexts: Mapping[str, Value]
    ) -> None:
        self.tokens = tokens
        self._contexts = contexts

    def either(self) -> Value:
        value = self._both()
        while self._accept("||"):
            right = self._both()
            value = value if is_true(value) else right
        return value

    def _both(self) -> Value:
        value = self._comparison()
        while self._accept("&&"):
            right = self._comparison()
            value = right if is_true(value) else value
        return value

    def _comparison(self) -> Value:
        left = self._single()
        if self._accept("=="):
            return _is_equal(left, self._single())
        if self._accept("!="):
            return not _is_equal(left, self._single())
        return left

    def _single(self) -> Value:
        if self._accept("!"):
            return not is_true(self._single())
        if self._accept("("):
            value = self.either()
            self._require(")")
            return value
        kind, text = self.tokens.pop(0) if self.tokens else ("", "")
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "name" and text == "format" and self._accept("("):
            return self._formatted()
        if kind == "name":
            return _WORDS[text] if text in _WORDS else _looked_up(text, self._contexts)
        raise ExpressionError(f"cannot evaluate {text!r}")

    def _formatted(self) -> str:
        template, values = shown(self.either()), []
        while self._accept(","):
            values.append(shown(self.either()))
        self._require(")")
        try:
            return template.format(*values)
        except (IndexError, KeyError, ValueError) as error:
            raise ExpressionError(f"cannot format {template!r}") from error

    def _accept(self, sign: str) -> bool:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return True
        return False

    def _require(self, sign: str) -> None:
        if not self._accept(sign):
            raise ExpressionError(f"expected {sign!r}")


def is_true(value: Value) -> bool:
    """Tell whether GitHub takes a value for true."""
    return value not in (None, False, 0, "")


def _is_equal(left: Value, right: Value) -> bool:
    # GitHub's == ignores the case of texts.
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return left == right


def _looked_up(path: str, contexts: Mapping[str, Value]) -> Value:
    value: Value = contexts
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
