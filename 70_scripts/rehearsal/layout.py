"""Where a repository's pipeline.yml puts things, in a world below a throw-away home."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

WORKFLOWS = Path(".github", "workflows")


@dataclass(frozen=True, slots=True)
class Layout:
    """Places and names, read off a repository before it is configured for a world.

    Attributes:
        root: The deployment root, as pipeline.yml writes it.
        environments: Every environment's name.
        judged: The one that takes pushes, on which CI's verdict acts.
        promoted: The one that takes validated versions by hand.
        app: The app's folder in the repository.
        ci: The workflow whose runs are the verdict, by its file's name.
        workflows: The others, by the verb of the pipeline that they call.
    """

    root: str
    environments: tuple[str, ...]
    judged: str
    promoted: str
    app: str
    ci: str
    workflows: Mapping[str, str]

    def root_in(self, home: Path) -> Path:
        """Return the deployment root in a world: below its home, wherever it was."""
        return home / self.root.removeprefix("~").lstrip("/")


def layout_of(repository: Path) -> Layout:
    """Read a repository's layout."""
    text = (repository / "pipeline.yml").read_text(encoding="utf-8")
    settings: dict[str, Any] = yaml.safe_load(text)
    environments = settings["environments"]
    promoted = [name for name, one in environments.items() if one["promoted_from"]]
    judged = [name for name in environments if name not in promoted]
    parts = map(PurePosixPath, settings["image"]["defined_by"])
    app = next(part.parent for part in parts if part.name == "pyproject.toml")
    return Layout(
        root=settings["paths"]["root"],
        environments=tuple(environments),
        judged=judged[0],
        promoted=promoted[0],
        app=str(app),
        ci=settings["github"]["workflow"],
        workflows=_workflows(repository),
    )


def _workflows(repository: Path) -> dict[str, str]:
    found = {}
    for file in sorted((repository / WORKFLOWS).glob("*.y*ml")):
        text = file.read_text(encoding="utf-8")
        for verb in ("deploy", "settle", "promote", "rollback"):
            if f"{os.sep}run {verb} " in text:
                found[verb] = file.name
    return found
