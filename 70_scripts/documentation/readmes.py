"""The repository's own Markdown files as pages, their links made to lead to pages."""

import re
from collections.abc import Iterator
from pathlib import Path

PAGES = {
    "README.md": "readme.md",
    "README_CI_CD.md": "operations.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
ELSEWHERE = {
    "pipeline.yml": "configuration.md",
    "70_scripts/pipeline": "api/index.rst",
}
SOURCE = "90_doc/source/"
GENERATED = "generated"
UP = "../../"
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the files that there are, by the names of their pages."""
    for file, name in PAGES.items():
        if (root / file).is_file():
            yield name, linked((root / file).read_text(encoding="utf-8"))


def linked(text: str) -> str:
    """Return a text whose links into the repository lead to pages, or are no links."""
    return LINK.sub(_link, text)


def of_page(text: str) -> str:
    """Return a page of `90_doc/source` with its links into the repository led to pages.

    Written there, they lead to the files, for people who read it on GitHub.
    """
    return LINK.sub(_link_of_page, text)


def _link_of_page(found: re.Match[str]) -> str:
    words, target, anchor = found[1], found[2], found[3] or ""
    if not target.startswith(UP):
        return found[0]
    target = target.removeprefix(UP)
    if page := {**PAGES, **ELSEWHERE}.get(target):
        return f"[{words}](/{GENERATED}/{page}{anchor})"
    return f"{words} (`{target}`)"


def _link(found: re.Match[str]) -> str:
    words, target, anchor = found[1], found[2], found[3] or ""
    if target.startswith(SOURCE):
        return f"[{words}](/{target.removeprefix(SOURCE)}{anchor})"
    if page := {**PAGES, **ELSEWHERE, "": ""}.get(target):
        return f"[{words}]({page}{anchor})"
    return found[0] if not target else f"{words} (`{target}`)"
