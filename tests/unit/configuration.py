"""A configuration for tests: the shipped file, changed where a test wants it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.unit.tripwire import REPOSITORY

SHIPPED = REPOSITORY / "pipeline.yml"


def document(changes: Mapping[str, object] | None = None) -> Any:
    """Return the shipped document; a change is keyed by its dotted path."""
    whole = yaml.safe_load(SHIPPED.read_text("utf-8"))
    for path, value in (changes or {}).items():
        *sections, key = path.split(".")
        section = whole
        for name in sections:
            section = section[name]
        section[key] = value
    return whole


def write_config(folder: Path, changes: Mapping[str, object] | None = None) -> Path:
    """Write a configuration whose every path lies in ``folder``."""
    places = {
        "paths.root": str(folder / "root"),
        "paths.state": str(folder / "state"),
        "paths.watcher_logs": str(folder / "logs"),
    }
    path = folder / "pipeline.yml"
    path.write_text(yaml.safe_dump(document({**places, **(changes or {})})))
    return path
