"""What no rollback needs goes; what one needs stays, whatever was deployed since."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from pipeline import wiring
from pipeline.config import load_config
from pipeline.core.deployment import Deployment, Kind, Order, Outcome, Step
from pipeline.core.sha import Sha
from pipeline.effects.disk import free_bytes
from pipeline.errors import Refused
from pipeline.adapters import git_pruning, ci_watcher
from pipeline.adapters.git_store import Store
from pipeline.strategies import process as module
from pipeline.operations.environment import Environment
from pipeline.operations.pruning import Pruning, needed

from tests.mounting import Mounts
from tests.unit.commands import Commands
from tests.unit.configuration import write_config
from tests.unit.repository import Clone, git

KEEP = 5
MEGABYTE = 10**6
# What stands in for uv: a virtual environment of 60 MB, all in one file.
UV = """#!/bin/sh
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin" && cd "$UV_PROJECT_ENVIRONMENT" || exit
ln -s /bin/sh bin/python && fallocate -l 60000000 packages
"""
# https://git-scm.com/docs/git-fast-import
COMMIT = """commit refs/heads/main
committer Ada <ada@example.org> {number} +0000
data 6
change
{onto}M 100644 inline uv.lock
data <<END
{number}
END

"""


@dataclass
class Machine:
    """Two environments of one machine, and what is deployed to them."""

    preprod: Environment
    prod: Environment
    pruning: Pruning
    venvs: Path
    clone: Clone

    def commits(self, number: int) -> list[Sha]:
        """Push commits, each of which changes the dependencies."""
        command = ("git", "-C", str(self.clone.path), "fast-import", "--quiet")
        tip = "from refs/heads/main^0\n"
        history = (COMMIT.format(number=n, onto=tip * (not n)) for n in range(number))
        subprocess.run(command, input="".join(history), text=True, check=True)
        git(self.clone.path, "reset", "--quiet", "--hard", "main")
        self.clone.push()
        self.preprod.store.fetch()
        made = git(self.clone.path, "rev-list", f"--max-count={number}", "main")
        shas = [Sha(line) for line in reversed(made.split())]
        assert len(shas) == number
        return shas

    def put(self, env: Environment, sha: Sha) -> Deployment:
        """Prepare a version, and record that it was live, healthy and validated."""
        deployment = env.journal.start(Order(env.name, sha, Kind.DEPLOY), None)
        env.store.pin(sha)
        env.strategy.prepare(sha, self.venvs)
        for step in (Step.SWITCH, Step.CONFIRM):
            with env.journal.step(deployment, step):
                pass
        env.pointer.move(sha)
        env.journal.end(deployment, Outcome.VALIDATED, "CI passed")
        return deployment

    def prune(self) -> None:
        """Prune, as the timer does."""
        self.pruning.prune([self.preprod, self.prod])

    def can_return(self, env: Environment, sha: Sha) -> bool:
        """Tell whether what a version runs in is here."""
        name = env.strategy.artefact(sha).removeprefix("venv:")
        return (self.venvs / name / module.STAMP).exists()


@pytest.fixture
def machine(
    tmp_path: Path, clone: Clone, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    """Set a machine up whose dependencies one lock file defines."""
    uv = commands.folder / "uv"
    uv.write_text(UV)
    uv.chmod(0o755)
    monkeypatch.setattr(module, "uv", lambda: str(uv))
    root = tmp_path / "root"
    (root / ".pipeline/venvs").mkdir(parents=True)
    (tmp_path / "state").mkdir()
    store = Store(root / ".pipeline/repo.git", "main")
    store.create(str(clone.origin))
    clone.commit({"uv.lock": ""})
    clone.push()
    store.fetch()
    for name in ("10_preprod", "20_prod"):
        store.add_worktree(root / name, store.tip())
    changes = {
        "image.defined_by": ["uv.lock"],
        "environments.preprod.strategy": "process",
        "environments.prod.strategy": "process",
        "prune.keep_releases": KEEP,
    }
    file = write_config(tmp_path, changes)
    pipeline = wiring.build(load_config(file), file)
    places = pipeline.environment("preprod"), pipeline.environment("prod")
    venvs = root / ".pipeline/venvs"
    return Machine(*places, pipeline.pruning(), venvs, clone)


@pytest.mark.slow
def test_three_hundred_sets_of_dependencies_fit(
    machine: Machine, mounts: Mounts
) -> None:
    """On 2 GB no build meets a full disk, and each of the last five can return."""
    with mounts.small(machine.venvs, "2g"):
        shas = machine.commits(300)
        promoted = shas[::10]
        for number, sha in enumerate(shas):
            machine.put(machine.preprod, sha)
            if sha in promoted:
                machine.put(machine.prod, sha)
            if number % 5 == 4:
                machine.prune()
        assert all(machine.can_return(machine.preprod, sha) for sha in shas[-KEEP:])
        assert all(machine.can_return(machine.prod, sha) for sha in promoted[-KEEP:])
        assert len(list(machine.venvs.iterdir())) <= 2 * KEEP
        pins = machine.preprod.store.ask("for-each-ref", git_pruning.DEPLOYED)
        assert len(pins.text.splitlines()) <= 2 * KEEP + 1  # And the worktrees'.
        with pytest.raises(Refused) as refused:
            fill(machine.venvs, leaving=50 * MEGABYTE)
            machine.put(machine.preprod, machine.commits(301)[-1])
        assert "it needs about 72 MB, " in str(refused.value)


def fill(place: Path, leaving: int) -> None:
    """Leave so many bytes on a file system."""
    size = (free_bytes(place) or 0) - leaving
    with (place / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, size)


def test_what_a_rollback_needs_stays(machine: Machine) -> None:
    """Kept: what serves, is validated, awaits its verdict, and what that returns to."""
    first, *others, awaiting, point = machine.commits(10)
    machine.put(machine.preprod, first)
    for sha in others:
        deployment = machine.put(machine.prod, sha)
    machine.preprod.journal.start(Order("preprod", awaiting, Kind.DEPLOY), point)
    machine.preprod.pointer.move(first)
    kept = needed(machine.preprod, KEEP)
    assert {first, awaiting, point} <= kept and deployment.sha not in kept
    live = machine.prod.journal.deployments.live("prod")
    assert live is not None and live.sha in needed(machine.prod, KEEP)
    assert set(others[-KEEP:]) <= needed(machine.prod, KEEP)
    assert others[0] not in needed(machine.prod, KEEP)


def test_it_prunes_after_a_deployment_alone(machine: Machine) -> None:
    """The timer comes every minute: it looks only where something was deployed."""
    (sha,) = machine.commits(1)
    machine.put(machine.preprod, sha)
    machine.prune()
    stray = machine.venvs / "0123456789abcdef"
    stray.mkdir()
    machine.prune()
    assert stray.exists()
    machine.put(machine.preprod, sha)
    machine.prune()
    assert not stray.exists() and machine.can_return(machine.preprod, sha)


def test_it_waits_for_whoever_is_at_work(machine: Machine) -> None:
    """What is being built on any environment is not pruned under its hands."""
    stray = machine.venvs / "0123456789abcdef"
    stray.mkdir()
    machine.put(machine.preprod, *machine.commits(1))
    with machine.prod.lock():
        machine.prune()
        assert stray.exists()
    machine.prune()
    assert not stray.exists()


def test_the_oldest_hand_edits_are_forgotten(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bounded number of them is kept for people, of each environment."""
    monkeypatch.setattr(git_pruning, "MOST_KEPT", 2)
    shas = machine.commits(3)
    store = machine.preprod.store
    for number, sha in enumerate(shas):
        git(store.path, "update-ref", f"refs/kept/preprod/{number}", sha)
    git(store.path, "update-ref", "refs/kept/prod/1", shas[0])
    git_pruning.prune_kept(store, "preprod")
    refs = store.ask("for-each-ref", "--format=%(refname)", "refs/kept").text.split()
    assert len(refs) == 3 and "refs/kept/prod/1" in refs


def test_logs_and_locks_of_watchers_are_bounded(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest logs stay, and every lock that somebody holds or may need."""
    monkeypatch.setattr(ci_watcher, "MOST_LOGS", 2)
    watchers = machine.preprod.judged.watchers
    shas = machine.commits(3)
    for folder in (watchers.logs, watchers.locks):
        folder.mkdir(exist_ok=True)
    for number, sha in enumerate(shas):
        log = watchers.logs / f"ci-watcher-{sha}.log"
        log.touch()
        os.utime(log, (number, number))
        watchers.lock(sha).touch()
    (watchers.logs / "ci-watcher-LATEST.log").symlink_to(log)
    watchers.prune({shas[0]})
    left = {path.name for path in watchers.logs.iterdir()}
    names = {f"ci-watcher-{sha}.log" for sha in shas[1:]}
    assert left == {*names, "ci-watcher-LATEST.log"}
    assert list(watchers.locks.iterdir()) == [watchers.lock(shas[0])]
