"""Evaluate the few expressions that GitHub reads before any runner starts.

Owns `${{ }}` in concurrency groups and job names: literals, context look-ups, `==`,
`!=`, `!`, `&&`, `||`, parentheses and `format`. Refuses the rest: the runner evaluates
that. https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

import re
from collections.abc import Mapping

from rehearsal.github.values import Value, is_equal, is_true, number, shown

_PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_NUMBER = r"[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_TOKEN = re.compile(
    rf"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>{_NUMBER})"
    r"|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)|(?P<sign>\|\||&&|==|!=|[!(),]))"
)
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}
_HOLE = re.compile(r"\{\{|\}\}|\{(\d+)\}|[{}]")


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
            return is_equal(left, self._single())
        if self._accept("!="):
            return not is_equal(left, self._single())
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
            return number(text)
        if kind == "name" and text.lower() == "format" and self._accept("("):
            return self._formatted()
        if kind == "name":
            return _WORDS[text] if text in _WORDS else _looked_up(text, self._contexts)
        raise ExpressionError(f"cannot evaluate {text!r}")

    def _formatted(self) -> str:
        template, values = shown(self.either()), []
        while self._accept(","):
            values.append(shown(self.either()))
        self._require(")")
        return _HOLE.sub(lambda hole: _filled(hole, values), template)

    def _accept(self, sign: str) -> bool:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return True
        return False

    def _require(self, sign: str) -> None:
        if not self._accept(sign):
            raise ExpressionError(f"expected {sign!r}")


def _filled(hole: re.Match[str], values: list[str]) -> str:
    if hole[0] in ("{{", "}}"):
        return hole[0][0]
    if hole[1] is None or int(hole[1]) >= len(values):
        raise ExpressionError(f"cannot format {hole.string!r}")
    return values[int(hole[1])]


def _looked_up(path: str, contexts: Mapping[str, Value]) -> Value:
    value: Value = contexts
    for place, key in enumerate(path.split(".")):
        if not isinstance(value, Mapping):
            return None
        found = {name.lower(): one for name, one in value.items()}
        if not place and key.lower() not in found:
            raise ExpressionError(f"there is no {key!r} here")
        value = found.get(key.lower())
    return value
