"""Leave out of a workflow file what this GitHub plays itself, not act.

Owns the cut: `concurrency` and jobs' `environment`. act does nothing with either, but
refuses a whole file for a key of theirs that is newer than its schema.
"""

from collections.abc import Iterator

import yaml

_TOP = ("concurrency",)
_JOB = ("concurrency", "environment")


def reduced(text: str) -> str:
    """Return a workflow file without them; every line keeps its number."""
    lines = text.split("\n")
    for first, end in _places(yaml.compose(text)):
        lines[first:end] = [""] * (end - first)
    return "\n".join(lines)


def _places(root: yaml.Node | None) -> Iterator[tuple[int, int]]:
    yield from _found(root, _TOP)
    for key, jobs in _pairs(root):
        if key.value == "jobs":
            for _, job in _pairs(jobs):
                yield from _found(job, _JOB)


def _found(node: yaml.Node | None, names: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    if node is None or getattr(node, "flow_style", False):
        return  # On one line with other things.
    for key, value in _pairs(node):
        if key.value in names:
            first = key.start_mark.line
            yield first, max(value.end_mark.line, first + 1)


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []
