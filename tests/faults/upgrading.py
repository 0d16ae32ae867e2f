"""Pipelines that follow each other on one VM: what changes in them, what must stay."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.sandbox.vm import CACHE, REPOSITORY, Vm
from tests.sandbox.world import World, begin, opened

SCHEMA = "70_scripts/pipeline/journal/schema.py"
PLACE = "ADDITIONS: tuple[Addition, ...] = ("
NEXT = """Addition(
    "of the next version",
    {"next_thing": "id INTEGER PRIMARY KEY, at REAL NOT NULL"},
    (
        "CREATE TRIGGER next_thing_is_made AFTER INSERT ON outcome BEGIN "
        "INSERT INTO next_thing (at) VALUES (NEW.at); END",
    ),
), """
# It cannot be carried out, and is found out only when it is tried.
IMPOSSIBLE = NEXT.replace("AFTER INSERT ON outcome", "AFTER INSERT ON nothing")
MIGRATION = "70_scripts/pipeline/journal/migration.py"
BEFORE_ITS_END = '        database.execute("COMMIT")\n'
# In the middle of the transaction, as by kill -9, for as long as the file is there.
DEATH = """        import os, pathlib, signal
        if pathlib.Path({marker!r}).exists():
            os.kill(os.getpid(), signal.SIGKILL)
"""
# The last version before pipelines were adopted with a migration of their own.
FORMER = "9229cb7c5024a3152963d408032c4f36d77c8579"
PIPELINE = ("70_scripts", "pyproject.toml", "uv.lock", "pipeline.yml")
WATCHING = {"ci": {"deadline": 600, "interval": 0.5}}


@contextmanager
def guarded(home: Path) -> Iterator[World]:
    """Give a world whose VM runs its own pipeline; its watchers are patient."""
    with opened(Vm(home, settings=WATCHING, has_own_pipeline=True)) as world:
        begin(world)
        keep_token(world)
        yield world


def keep_token(world: World) -> None:
    """Let the pipeline ask GitHub as often as it likes."""
    world.vm.keep_webhook(f"PIPELINE_GITHUB_TOKEN={world.github.token}\n")


def migrate_in(vm: Vm, addition: str = NEXT) -> None:
    """Let the next push bring a pipeline that adds something to the journal."""
    file = vm.clone / SCHEMA
    text = file.read_text()
    assert PLACE in text
    file.write_text(text.replace(PLACE, PLACE + addition))


def die_while_migrating(vm: Vm, marker: Path) -> None:
    """Let the next push bring a pipeline whose migration is killed before its end."""
    migrate_in(vm)
    file = vm.clone / MIGRATION
    text = file.read_text()
    assert BEFORE_ITS_END in text
    death = DEATH.format(marker=str(marker)) + BEFORE_ITS_END
    file.write_text(text.replace(BEFORE_ITS_END, death))


def push(world: World, message: str) -> str:
    """Push a version and deploy it by the pipeline in force; return its SHA."""
    sha = world.vm.push(message)
    world.vm.own("deploy", "preprod", "--sha", sha)
    return sha


def revert(world: World, sha: str) -> str:
    """Push the tree before a commit again, and deploy it."""
    world.vm.git("read-tree", "-u", "--reset", f"{sha}^")
    return push(world, f"Revert {sha[:7]}")


def tables(vm: Vm) -> set[str]:
    """Return the names of the journal's tables."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    return {str(row[0]) for row in vm.journal(query)}


def is_whole(vm: Vm) -> bool:
    """Tell whether the journal is sound, and every fact has its place in the order."""
    with closing(sqlite3.connect(vm.state / "journal.db")) as database:
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
        kinds = {"deployment": "id", "outcome": "deployment", "verdict": "id"}
        lost = [
            database.execute(
                f"SELECT {key} FROM {table} EXCEPT "
                f"SELECT id FROM fact WHERE kind = '{table}'"
            ).fetchall()
            for table, key in kinds.items()
        ]
    return sound == "ok" and not any(lost)


def set_former_up(world: World) -> None:
    """Set a VM up as the former version did, and validate one commit by it."""
    vm = world.vm
    vm.git("clone", "--quiet", str(vm.origin), str(vm.clone), at=vm.home)
    shutil.copytree(vm.tree, vm.clone, dirs_exist_ok=True)
    _unpack(vm.clone)
    _configure(vm)
    world.good = vm.push("The former pipeline")
    setup = (sys.executable, vm.clone / "70_scripts/setup_vm.py")
    former = ("--origin", str(vm.origin), "--config", str(vm.clone / "pipeline.yml"))
    env = {**os.environ, **CACHE, "HOME": str(vm.home)}
    subprocess.run((*setup, *former), env=env, check=True, timeout=300)
    keep_token(world)
    world.ci(world.good)
    vm.own("deploy", "preprod", "--sha", world.good)
    world.wait(lambda: vm.validated() == world.good)


def _unpack(clone: Path) -> None:
    """Put the former pipeline into a clone, in place of the one that is there."""
    vm_git = ("git", "-C", str(REPOSITORY), "archive", FORMER, *PIPELINE)
    done = subprocess.run(vm_git, capture_output=True, check=True)
    unpack = ("tar", "-x", "-C", str(clone))
    subprocess.run(unpack, input=done.stdout, check=True)


def _configure(vm: Vm) -> None:
    """Give the former pipeline this VM's places, in the keys that it knows."""
    file = vm.clone / "pipeline.yml"
    mine, ours = yaml.safe_load(file.read_text()), yaml.safe_load(vm.config.read_text())
    mine["paths"] = ours["paths"]
    for section in ("github", "ci", "health", "image"):
        mine[section] = _merged(mine[section], ours[section])
    for name, settings in mine["environments"].items():
        mine["environments"][name] = _merged(settings, ours["environments"][name])
    file.write_text(yaml.safe_dump(mine))


def _merged(known: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    return {key: values.get(key, value) for key, value in known.items()}
