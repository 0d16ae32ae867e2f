"""Check the inputs of a run started by hand.

Owns the rules of `on.workflow_dispatch.inputs` and the words GitHub refuses with.
"""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.github.values import Value, shown
from rehearsal.github.workflow import Workflow


class InputError(ValueError):
    """Inputs that GitHub answers with 422; the text is its message."""


def checked_inputs(workflow: Workflow, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return every declared input with its value, defaults filled in.

    Raises:
        InputError: The workflow cannot be dispatched, or not with these inputs.
    """
    trigger = workflow.triggers.get("workflow_dispatch")
    if trigger is None:
        raise InputError("Workflow does not have 'workflow_dispatch' trigger")
    declared: dict[str, Any] = trigger.get("inputs") or {}
    if unexpected := [name for name in given if name not in declared]:
        raise InputError(f"Unexpected inputs provided: {json.dumps(unexpected)}")
    return {
        name: _value(name, rules or {}, given.get(name))
        for name, rules in declared.items()
    }


def _value(name: str, rules: Mapping[str, Any], given: object) -> Value:
    text = _text(rules.get("default") if given is None else given)
    if rules.get("required") and not text:
        raise InputError(f"Required input '{name}' not provided")
    kind = rules.get("type", "string")
    if kind == "boolean":
        return _boolean(name, text)
    if kind == "number" and text:
        return _number(name, text)
    options = [_text(option) for option in rules.get("options") or ()]
    if kind == "choice" and text and text not in options:
        raise InputError(
            f"Provided value '{text}' for input '{name}' not in the list of allowed"
            " values"
        )
    return text


def _text(value: object) -> str:
    return shown(value) if isinstance(value, bool) or value is None else str(value)


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false", ""):
        raise InputError(f"Provided value '{text}' for input '{name}' is not a boolean")
    return text.lower() == "true"


def _number(name: str, text: str) -> float | int:
    try:
        value = float(text)
    except ValueError:
        raise InputError(
            f"Provided value '{text}' for input '{name}' is not a number"
        ) from None
    return int(value) if value.is_integer() else value
