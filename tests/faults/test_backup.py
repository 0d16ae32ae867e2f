"""Backups by the real script: with prod's data in them, and back again."""

import json
import shutil
from pathlib import Path

import pytest

from tests.sandbox.world import World


@pytest.fixture
def data(running: World) -> Path:
    """Give prod a version that serves, and data that its app wrote."""
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", running.good)
    folder = running.vm.root / "20_prod/data"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/orders.csv").write_text("1;2;3\n")
    return folder


def backup(world: World, *arguments: str, code: int = 0) -> list[dict[str, object]]:
    """Run the script; return what it reports."""
    done = world.vm.script("backup", *arguments, "--json", code=code)
    found: list[dict[str, object]] = json.loads(done.stdout or "[]")
    return found


def test_data_is_kept_and_comes_back(running: World, data: Path) -> None:
    """Created, listed, verified, restored after a loss, left alone by deployments."""
    (made,) = backup(running, "create")
    assert made["sha"] == running.good and made["bytes"] == 6
    name = str(made["name"])
    assert name.endswith(f"-{running.good[:7]}")
    folder = running.vm.root / "backups/prod" / name
    assert (folder / "kept/pipeline.yml").read_text() == running.vm.config.read_text()
    needle = running.vm.webhook.rpartition("/")[2].encode()
    assert not any(needle in f.read_bytes() for f in folder.rglob("*") if f.is_file())
    for verb in (("list",), ("verify",), ("verify", name)):
        assert backup(running, *verb)[-1:] == [made]  # A promotion makes its own too.
    (data / "sub/orders.csv").write_text("lost")
    done = running.vm.script("backup", "restore", name)
    assert (data / "sub/orders.csv").read_text() == "1;2;3\n"
    aside = Path(done.stderr.partition("what stood there is now ")[2].splitlines()[0])
    assert (aside / "sub/orders.csv").read_text() == "lost"
    running.vm.script("backup", "restore", name)
    sha = running.push("Newer")
    running.settle(sha, "passed")
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", sha)
    assert (data / "sub/orders.csv").read_text() == "1;2;3\n"
    assert running.vm.serving(running.vm.prod_port) == sha


def test_damaged_backup_touches_nothing(running: World, data: Path) -> None:
    """A flipped byte is found by verify and by restore: exit 3, data as it was."""
    (made,) = backup(running, "create")
    name = str(made["name"])
    copy = running.vm.root / "backups/prod" / name / "data/0/sub/orders.csv"
    copy.write_text("1;2;4\n")
    (data / "since").touch()
    for verb in ("verify", "restore"):
        done = running.vm.script("backup", verb, name, code=3)
        assert "damaged" in done.stderr and "orders.csv" in done.stderr
    assert (data / "since").exists()


def test_data_that_vanished_stops_the_backup(running: World, data: Path) -> None:
    """Data that the last backup had and that is gone: exit 3, and nothing is pruned."""
    (made,) = backup(running, "create")
    shutil.rmtree(data)
    assert "is gone" in running.vm.script("backup", "create", code=3).stderr
    assert backup(running, "list")[-1:] == [made]
    running.vm.script("backup", "restore", str(made["name"]))
    assert (data / "sub/orders.csv").exists()


def test_usage(running: World) -> None:
    """A name that is none, or an environment that is none, is a usage error."""
    for arguments in (("restore",), ("restore", "../x"), ("verify", "nothing")):
        done = running.vm.script("backup", *arguments, code=2)
        assert "backup list" in done.stderr
    running.vm.script("backup", "list", "--environment", "staging", code=2)
    (made,) = backup(running, "create")
    assert (made["sha"], made["absent"]) == (None, ["20_prod/data"])
