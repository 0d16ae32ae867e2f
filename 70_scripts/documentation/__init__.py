"""A Sphinx extension: writes the pages that are read off the repository itself.

Owns `90_doc/source/generated/`, which git ignores. What stands there stands elsewhere
too, in the schema, in `--help`, in a workflow, in a README: nothing is written twice.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from documentation import api, configuration, readmes, scripts, workflows

if TYPE_CHECKING:  # What builds and publishes needs no Sphinx in its own process.
    from sphinx.application import Sphinx

FOLDER = readmes.GENERATED


def setup(app: "Sphinx") -> dict[str, object]:
    """Let Sphinx call for the pages before it looks for documents."""
    app.connect("config-inited", lambda app, _config: write_all(Path(app.srcdir)))
    app.connect("source-read", lambda _app, name, text: lead_to_pages(name, text))
    return {"parallel_read_safe": True}


def lead_to_pages(name: str, text: list[str]) -> None:
    """Change, in place, the links into the repository of a page written by hand."""
    if not name.startswith(f"{FOLDER}/"):
        text[0] = readmes.of_page(text[0])


def write_all(source: Path) -> None:
    """Write every page that has changed, and remove those that nothing is read off."""
    folder, written = source / FOLDER, set()
    for name, text in pages(source.parents[1]):
        page = folder / name
        page.parent.mkdir(parents=True, exist_ok=True)
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
        written.add(page)
    for page in set(folder.rglob("*.*")) - written:
        page.unlink()


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each page of a checkout: its name and its text."""
    yield "configuration.md", configuration.page(root)
    yield "scripts.md", scripts.page(root)
    yield "workflows.md", workflows.page(root)
    yield from readmes.pages(root)
    yield from api.pages(root)
