"""Which pushes start a workflow, as GitHub's documentation says."""

import pytest
import yaml
from pipeline.core.workflow_filter import why_not_started

DOCS = ("README.md", "docs/a/b.md")
CODE = ("README.md", "src/app.py")


@pytest.mark.parametrize(
    ("on", "changed", "why"),
    [
        ("push", DOCS, ""),
        ("[push, pull_request]", DOCS, ""),
        ("{push: }", DOCS, ""),
        ("{push: {branches: [main]}}", DOCS, ""),
        ("{push: {branches: ['m**']}}", DOCS, ""),
        ("pull_request", DOCS, "it has no push trigger"),
        ("{workflow_dispatch: }", DOCS, "it has no push trigger"),
        ("{push: {branches: [dev, 'release/**']}}", DOCS, "branches"),
        ("{push: {branches: ['**', '!main']}}", DOCS, "branches"),
        ("{push: {branches-ignore: [main]}}", DOCS, "branches"),
        ("{push: {tags: ['v*']}}", DOCS, "branches"),
        ("{push: {paths-ignore: ['**.md']}}", DOCS, "paths-ignore"),
        ("{push: {paths-ignore: ['**/*.md']}}", DOCS, "paths-ignore"),
        ("{push: {paths-ignore: ['**.md']}}", CODE, ""),
        ("{push: {paths-ignore: ['*.md']}}", DOCS, ""),
        ("{push: {paths-ignore: [README.md, 'docs/**']}}", DOCS, "paths-ignore"),
        ("{push: {paths-ignore: 'docs/**'}}", ("docs/x",), "paths-ignore"),
        ("{push: {paths: ['src/**']}}", DOCS, "paths"),
        ("{push: {paths: ['src/**']}}", CODE, ""),
        ("{push: {paths: ['**', '!**.md']}}", DOCS, "paths"),
        ("{push: {paths: ['**', '!docs/**']}}", DOCS, ""),
        ("{push: {paths: ['*.[jt]s?']}}", ("a.ts",), ""),
        ("{push: {paths: ['v[12].[0-9]+']}}", ("v1.20",), ""),
        ("{push: {paths: ['[']}}", ("x",), "paths"),
        ("{push: {paths-ignore: ['**']}}", None, ""),
        ("{push: {paths-ignore: ['**']}}", (), ""),
        ("{push: {paths-ignore: ['**']}}", tuple(map(str, range(301))), ""),
        ("", DOCS, "it has no push trigger"),
        ("[[push]]", DOCS, "it has no push trigger"),
        ("{push: {paths: {a: b}}}", DOCS, "paths"),
    ],
)
def test_filters(on: str, changed: tuple[str, ...] | None, why: str) -> None:
    """The filter that keeps it from starting is named; none, where it starts."""
    assert why_not_started(yaml.safe_load(on), "main", changed) == why
