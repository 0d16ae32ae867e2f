"""The library's reference: one page for each layer, its modules' docstrings."""

from collections.abc import Iterator
from pathlib import Path

LIBRARY = "70_scripts/pipeline"
LAYERS = {
    "": "Around the layers",
    "core": "Core: pure decisions",
    "effects": "Effects: processes, HTTP, files, the job",
    "adapters": "Adapters: one for each outside thing",
    "journal": "Journal: what happened, and what waits to be told",
    "strategies": "Strategies: how an environment changes version",
    "operations": "Operations",
}


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each layer's page, and the index of them."""
    names = [layer or "around" for layer in LAYERS]
    for (layer, title), name in zip(LAYERS.items(), names, strict=True):
        found = modules(root, layer)
        yield f"api/{name}.rst", "\n".join((_title(title, "="), *map(_module, found)))
    toctree = "\n".join(f"   {name}" for name in names)
    yield "api/index.rst", (
        f"{_title('The library', '=')}\n"
        "Imports run one way: scripts, operations, adapters, effects; the core\n"
        f"imports nothing but itself.\n\n.. toctree::\n   :maxdepth: 1\n\n{toctree}\n"
    )


def modules(root: Path, layer: str) -> list[str]:
    """Return the dotted names of a layer's modules."""
    folder = root / LIBRARY / layer
    files = folder.rglob("*.py") if layer else folder.glob("*.py")
    parts = [file.relative_to(root / "70_scripts").with_suffix("") for file in files]
    names = (".".join(part.parts).removesuffix(".__init__") for part in parts)
    return sorted(name for name in names if layer or name != "pipeline")


def _title(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n"


def _module(name: str) -> str:
    title = _title(name.removeprefix("pipeline."), "-")
    return f"{title}\n.. automodule:: {name}\n   :members:\n   :ignore-module-all:\n"
