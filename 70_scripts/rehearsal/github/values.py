"""What an expression's value is worth: as text, as truth, as number, beside another."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

Value: TypeAlias = str | int | float | bool | None | Mapping[str, "Value"]


def shown(value: Any) -> str:
    """Return a value as GitHub puts it into a text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return "Object" if isinstance(value, Mapping) else "Array"


def is_true(value: Value) -> bool:
    """Tell whether GitHub takes a value for true."""
    return value not in (None, False, 0, "") and value == value


def is_equal(left: Value, right: Value) -> bool:
    """Compare as GitHub does: texts without their case, other pairs as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() == right.upper()
    if any(isinstance(one, Mapping | list) for one in (left, right)):
        return left is right
    if type(left) is type(right):
        return left == right
    return number(left) == number(right)


def number(value: Any) -> float:
    """Return the number that GitHub takes a value for; it may be none at all."""
    if not isinstance(value, str):
        return float(value or 0)
    text = value.strip()
    try:
        whole = text[:2].lower() in ("0x", "0o")
        return float(int(text, 0)) if whole else float(text or 0)
    except ValueError:
        return math.nan
