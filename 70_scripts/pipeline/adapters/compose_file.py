"""A compose file as it was written: its lines, and what Compose would read for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import yaml

from pipeline.core.compose_allowance import Violation

READS_FILES = ("extends", "label_file")


@dataclass(frozen=True)
class ComposeFile:
    """The text of a compose file."""

    text: str

    def line(self, service: str, key: str) -> int:
        """Return the line of a service's key, else of the service, else of the key."""
        for value, mark in self._top:
            if value == (service and "services" or key):
                return self._line_below(mark, service, key)
        return 1

    def violations(self) -> Iterator[Violation]:
        """Find what would be read, from outside of the file, already to render it.

        Raises:
            YAMLError: it is no YAML.
        """
        for name, node in self._top:
            if name == "include":
                yield Violation("", "include", "brings in other files")
            elif name == "services":
                for service, definition in _pairs(node):
                    yield from _of_a_service(service, definition)

    def env_files(self) -> Iterator[tuple[str, str]]:
        """Return each service's ``env_file`` entries, as they are written."""
        for name, node in self._top:
            for service, definition in _pairs(node) if name == "services" else ():
                for key, value in _pairs(definition):
                    if key == "env_file":
                        yield from ((service, path) for path in _paths(value))

    @cached_property
    def _top(self) -> list[tuple[str, yaml.Node]]:
        documents = yaml.compose_all(self.text, Loader=yaml.SafeLoader)
        return [pair for document in documents for pair in _pairs(document)]

    def _line_below(self, node: yaml.Node, service: str, key: str) -> int:
        line = _line(node)
        for name, definition in _pairs(node) if service else ():
            if name == service:
                line = _line(definition)
                for inner, value in _pairs(definition):
                    if inner == key:
                        return _line(value)
        return line


def _of_a_service(service: str, definition: yaml.Node) -> Iterator[Violation]:
    for key, value in _pairs(definition):
        is_here = key == "extends" and "file" not in dict(_pairs(value))
        if key in READS_FILES and not is_here:
            yield Violation(service, key, "brings in another file")


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Return the pairs of a mapping, those that are merged into it as well."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for one in merged:
                yield from _pairs(one)
        else:
            _place(value, key)
            yield str(key.value), value


def _place(value: yaml.Node, key: yaml.Node) -> None:
    # People look for the key; what an alias stands for was written elsewhere.
    value.start_mark = key.start_mark


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _paths(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.ScalarNode):
        yield str(node.value)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _paths(one)
    else:
        for key, value in _pairs(node):
            if key == "path":
                yield str(value.value)
