"""Show what runs where, since when, whether it is validated, and what is pending."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime

from pipeline import cli
from pipeline.core.sha import Sha
from pipeline.operations.status import BUSY, EnvironmentStatus, status_of
from pipeline.wiring import Pipeline

EXAMPLE = "70_scripts/run status --json"
UNWATCHED = " (no watcher)"
COLUMNS = ("environment", "serving", "since", "validated", "health", "awaiting CI")
NARROWEST_TABLE = 70


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Look at every environment; exit 0 whatever is seen."""
    seen = [
        status_of(pipeline.environment(name)) for name in pipeline.config.environments
    ]
    if arguments.json:
        print(json.dumps([_record(pipeline, item) for item in seen], indent=2))
        return 0
    _show([_row(pipeline, item) for item in seen])
    print(f"notices waiting: {pipeline.outbox().waiting()}")
    return 0


def _show(rows: list[tuple[str, ...]]) -> None:
    """Print a table; where that is too wide a block for each environment."""
    from rich.console import Console
    from rich.table import Column, Table

    console = Console()
    if console.width >= NARROWEST_TABLE:
        table = Table(*(Column(name, no_wrap=name == "since") for name in COLUMNS))
        for row in rows:
            table.add_row(*row)
        console.print(table)
        return
    for name, *cells in rows:
        lines = (f" {c:11} {cell}" for c, cell in zip(COLUMNS[1:], cells, strict=True))
        print("\n".join((name, *lines)))


def _record(pipeline: Pipeline, item: EnvironmentStatus) -> dict[str, object]:
    watched = [sha for sha in item.awaiting if _is_watched(pipeline, item, sha)]
    return {**asdict(item), "watched": watched}


def _row(pipeline: Pipeline, item: EnvironmentStatus) -> tuple[str, ...]:
    is_moving = item.operation not in ("", BUSY)
    since = datetime.fromtimestamp(item.since) if item.since else None
    awaiting = (
        sha.short + ("" if is_moving else _how(pipeline, item, sha))
        for sha in item.awaiting
    )
    return (
        item.environment,
        _serving(item),
        since.isoformat(" ", "seconds") if since else "-",
        "yes" if item.is_validated else "no",
        item.problem or "healthy",
        ", ".join(awaiting) or "-",
    )


def _serving(item: EnvironmentStatus) -> str:
    serving = item.serving.short if item.serving else "nothing"
    journaled = item.journaled.short if item.journaled else "nothing"
    if item.operation:
        return f"{item.operation}… (serving {serving})"
    if item.has_drifted:
        return f"drifted: serving {serving}, journal says {journaled}"
    if item.misreports:
        return f"{journaled}, which reports {serving}"
    return serving


def _how(pipeline: Pipeline, item: EnvironmentStatus, sha: Sha) -> str:
    if sha in item.running:
        return " (CI still running)"
    if sha in item.unjudged:
        return " (live without a verdict)"
    return "" if _is_watched(pipeline, item, sha) else UNWATCHED


def _is_watched(pipeline: Pipeline, item: EnvironmentStatus, sha: Sha) -> bool:
    return pipeline.watcher(item.environment).is_watching(sha)


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("--json", action="store_true", help="print JSON")
    sys.exit(cli.main(made, main, reads=lambda _: True))
