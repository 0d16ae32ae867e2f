"""The configuration reference: the schema beside the shipped file's comments."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pipeline.config import FILE_NAME, Config

Key = tuple[str, ...]
Schema = Mapping[str, Any]
LIMITS = {
    "exclusiveMinimum": "above {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "{} character or more",
    "minItems": "{} or more",
    "pattern": "matching `{}`",
}
KINDS = {"string": "text", "boolean": "true or false", "null": "null"}
INTRODUCTION = """# Configuration reference

Every key of `pipeline.yml`, read off the schema and off the shipped file: what it
means, its shipped value, and what is accepted. A key that is not listed, or a value of
another kind, stops every script with exit code 2 and the key's path.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of the shipped file."""

    path: Key
    value: object
    comment: str


def page(root: Path) -> str:
    """Return the page: a section of the file is a section of the page."""
    schema = Config.model_json_schema()
    entries = list(shipped((root / FILE_NAME).read_text(encoding="utf-8")))
    parts = [INTRODUCTION]
    for name, value in schema["properties"].items():
        section, prefix = _section(schema, value)
        parts.append(f"\n## {name}\n\n{_about(section, entries, name)}\n")
        depth = 1 + bool(prefix)
        for key, kind in section["properties"].items():
            found = [
                one
                for one in entries
                if one.path[0] == name and one.path[depth:] == (key,)
            ]
            parts.append(_described(f"{name}.{prefix}{key}", kind, found, schema))
    return "\n".join(parts)


def shipped(text: str) -> Iterable[Entry]:
    """Yield the keys of a configuration file with the comments on their lines."""
    lines = text.splitlines()

    def walk(node: yaml.Node, path: Key) -> Iterable[Entry]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below, line = (*path, key.value), lines[key.start_mark.line]
                plain = yaml.safe_load(yaml.serialize(value))
                yield Entry(below, plain, line.partition(" # ")[2].strip())
                yield from walk(value, below)
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                yield from walk(item, (*path, str(number)))

    root = yaml.compose(text)
    return walk(root, ()) if root else ()


def kind_of(schema: Schema, whole: Schema) -> str:
    """Say in words what a value must be."""
    schema = _resolved(schema, whole)
    if "anyOf" in schema:
        return " or ".join(kind_of(one, whole) for one in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{one}`" for one in schema["enum"])
    limits = [
        words.format(schema[key]) for key, words in LIMITS.items() if key in schema
    ]
    kind = str(schema.get("format") or KINDS.get(schema["type"], schema["type"]))
    if schema["type"] == "array":
        kind = f"list ({kind_of(schema['items'], whole)})"
    if schema["type"] == "object":
        kind = "day and time, such as `Friday 16:00`"
    return ", ".join((kind.replace("zoneinfo", "time zone"), *limits))


def _section(whole: Schema, value: Schema) -> tuple[Schema, str]:
    """Return the schema below a top-level key, and what its paths have in between."""
    if "items" in value:
        return _resolved(value["items"], whole), "*."
    if "additionalProperties" in value or "patternProperties" in value:
        inner = value.get("patternProperties") or {"": value["additionalProperties"]}
        return _resolved(next(iter(inner.values())), whole), "*."
    return _resolved(value, whole), ""


def _resolved(schema: Schema, whole: Schema) -> Schema:
    reference = schema.get("$ref", "")
    found: Schema = whole["$defs"][reference.split("/")[-1]] if reference else schema
    return found


def _about(section: Schema, entries: Iterable[Entry], name: str) -> str:
    """Return what the file says of a section, else what the schema says."""
    comment = next(one.comment for one in entries if one.path == (name,))
    return _sentence(comment) if comment else str(section["description"])


def _described(path: str, kind: Schema, found: Iterable[Entry], whole: Schema) -> str:
    """Return one key: its meaning, what is accepted, what is shipped."""
    comment = next((one.comment for one in found if one.comment), "")
    values = {one.path: json.dumps(one.value, ensure_ascii=False) for one in found}
    if len(set(values.values())) > 1:
        shipped = ", ".join(f"`{text}` ({key[1]})" for key, text in values.items())
    else:
        shipped = f"`{next(iter(values.values()))}`"
    facts = f"Shipped: {shipped} · accepted: {kind_of(kind, whole)}"
    meaning = f"{_sentence(comment)}\\\n  " if comment else ""
    return f"`{path}`\n: {meaning}{facts}\n"


def _sentence(comment: str) -> str:
    is_name = not comment.partition(" ")[0].strip(":;,").isalpha()
    text = comment if is_name else comment[0].upper() + comment[1:]
    return f"{text}.".replace("<", "\\<")
