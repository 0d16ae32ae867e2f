"""How much slower the verbs are with years of history: ``python -m`` this module.

Both journals are measured in one run, in turns, with the real scripts.
"""

import argparse
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter, time

from tests.sandbox.template import make_template
from tests.sandbox.world import World

DAYS = 3650
STEPS = ("fetch", "prepare", "keep", "reset", "verify", "watch")


def fill(journal: Path, count: int) -> None:
    """Add validated deployments that are older than everything there is.

    Their ids come after those of the template's first one: what serves stays the
    newest, since it is deployed again once the journal is full.
    """
    start = time() - DAYS * 86400.0
    with closing(sqlite3.connect(journal)) as database:
        with database:
            _insert(database, count, start)
        # In years no transaction is that large: without this every page would be looked
        # for in a log as large as the journal.
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(database: sqlite3.Connection, count: int, start: float) -> None:
    for number in range(count):
        sha, at = f"{number + 1:040x}", start + number * DAYS * 86400.0 / count
        id_ = database.execute(
            "INSERT INTO deployment (environment, sha, kind, actor, subject, "
            "run_url, at) VALUES ('preprod', ?, 'deploy', 'Ada', 'Old', '', ?)",
            (sha, at),
        ).lastrowid
        database.executemany(
            "INSERT INTO step (deployment, name, is_done, at) VALUES (?, ?, ?, ?)",
            [(id_, step, done, at) for step in STEPS for done in (0, 1)],
        )
        database.execute(
            "INSERT INTO verdict (sha, verdict, reason, run, attempt, at) "
            "VALUES (?, 'passed', 'CI passed', 1, 1, ?)",
            (sha, at),
        )
        database.execute("INSERT INTO validation (sha, at) VALUES (?, ?)", (sha, at))
        database.execute(
            "INSERT INTO outcome VALUES (?, 'validated', 'CI passed', ?)", (id_, at)
        )
        notice = database.execute(
            "INSERT INTO notice (deployment, text, is_alert, at) "
            "VALUES (?, ?, 0, ?)",
            (id_, f"Validated {sha}", at),
        ).lastrowid
        database.execute(
            "INSERT INTO delivery (notice, is_over, message, error, at) "
            "VALUES (?, 1, '1', '', ?)",
            (notice, at),
        )


def verbs(world: World) -> dict[str, Callable[[], object]]:
    """Return what is measured, by the word that people type."""

    def deploy() -> None:
        sha = world.vm.push(f"Version {perf_counter()}")
        world.deploy(sha)

    return {
        "status": lambda: world.vm.script("status"),
        "resume": lambda: world.vm.script("resume"),
        "report": lambda: world.vm.script("report"),
        "deploy": deploy,
        "settle": lambda: world.settle(world.vm.pushed[-1], "passed"),
    }


def main() -> None:
    """Print, per verb, the median seconds of both and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deployments", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in ("template", "young", "old"):
            (place / name).mkdir()
        template = make_template(place / "template")
        with (
            template.opened(place / "young") as young,
            template.opened(place / "old") as old,
        ):
            fill(old.vm.state / "journal.db", wanted.deployments)
            for world in (young, old):
                world.vm.configure(ci={"deadline": 600})
                sha = world.push("Newest")
                world.ci(sha)
                world.end(sha)
            _measure(verbs(young), verbs(old), wanted.times)


def _measure(
    young: dict[str, Callable[[], object]],
    old: dict[str, Callable[[], object]],
    times: int,
) -> None:
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for _ in range(times):
        for verb in young:
            for kept, act in zip(
                taken.setdefault(verb, ([], [])), (young[verb], old[verb]), strict=True
            ):
                start = perf_counter()
                act()
                kept.append(perf_counter() - start)
    for verb, (first, second) in taken.items():
        few, many = median(first), median(second)
        print(f"{verb:8} {few:6.3f} s {many:6.3f} s  x {many / few:.2f}", flush=True)


if __name__ == "__main__":
    main()
