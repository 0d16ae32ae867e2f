"""Git's locks: abandoned ones go, live ones are waited for; the dead's tools too."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from tests.faults.test_git import path_with_git, store, tree
from tests.sandbox import starting
from tests.sandbox.vm import CACHE, GIT, SCRIPTS
from tests.sandbox.world import World

# The first git that fetches lasts; what it does is written down, as the others' deeds.
LASTS = """
if mkdir {0}/first 2>/dev/null; then
  echo begins >>{0}/deeds; while [ ! -e {0}/go ]; do sleep 0.1; done
  echo ends >>{0}/deeds
else echo next >>{0}/deeds; fi
"""
STALE_IN_STORE = (
    "HEAD.lock",
    "config.lock",
    "packed-refs.lock",
    "packed-refs.new",
    "shallow.lock",
    "refs/remotes/origin/main.lock",
    "objects/info/commit-graph.lock",
    "objects/info/commit-graphs/commit-graph-chain.lock",
)
STALE_IN_WORKTREE = (
    "index.lock",
    "HEAD.lock",
    "ORIG_HEAD.lock",
    "config.worktree.lock",
)


def start(world: World, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start a real script and go on."""
    verb, *rest = arguments
    command = (sys.executable, SCRIPTS / f"{verb}.py", *rest)
    return starting.start(
        (*command, "--config", world.vm.config),
        env={**os.environ, **CACHE, "HOME": str(world.vm.home), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.fault("deaths", "the script killed, its git goes on")
def test_the_lock_lives_as_long_as_its_tools(patient: World) -> None:
    """Who comes after a kill -9 waits until the killed script's git is gone."""
    home, first = patient.vm.home, patient.vm.push("Killed")
    refspec = "+refs/heads/main:refs/remotes/origin/main"
    patient.vm.git(store(patient), "fetch", "--quiet", "origin", refspec)
    path = path_with_git(patient, LASTS.format(home))
    killed = start(patient, "deploy", "preprod", "--sha", first, PATH=path)
    patient.wait((home / "first").exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    second = patient.vm.push("Next")
    patient.vm.git(store(patient), "fetch", "--quiet", "origin", refspec)
    after = start(patient, "deploy", "preprod", "--sha", second, PATH=path)
    Event().wait(2)
    deeds = home / "deeds"
    assert deeds.read_text().split() == ["begins"]
    (home / "go").touch()
    _, words = after.communicate(timeout=90)
    assert after.returncode == 0, words
    assert deeds.read_text().split()[:3] == ["begins", "ends", "next"]
    assert patient.vm.serving() == second
    patient.settle(second, "passed")
    assert patient.vm.validated() == second


def directories(world: World) -> tuple[Path, Path]:
    """Return the git directories of the store and of preprod's worktree."""
    place = world.vm.root / ".pipeline" / "repo.git"
    return place, place / "worktrees" / "10_preprod"


@pytest.mark.fault("git", "stale locks of every name")
def test_stale_locks_of_every_name_go(patient: World) -> None:
    """Whatever lock a killed git left, in store or worktree, stops no deployment."""
    sha = patient.vm.push("Past all of them")
    common, own = directories(patient)
    left = [common / name for name in (*STALE_IN_STORE, f"refs/deployed/{sha}.lock")]
    left += [own / name for name in STALE_IN_WORKTREE]
    for lock in left:
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    patient.deploy(sha)
    patient.settle(sha, "passed")
    assert patient.vm.serving() == patient.vm.validated() == sha
    assert not [lock for lock in left if lock.exists()]


def commit_by_hand(world: World) -> subprocess.Popen[bytes]:
    """Begin a commit in preprod's worktree; its editor is open until ``closed`` is."""
    (tree(world) / "10_preprod" / "page.html").write_text("by hand: Mangetamain")
    home = world.vm.home
    wait = f"touch {home}/open; while [ ! -e {home}/closed ]; do sleep 0.1; done; :"
    command = ("git", "commit", "--all", "--quiet", "--edit", "--message", "By hand")
    commit = subprocess.Popen(
        command,
        cwd=tree(world),
        env={**os.environ, **GIT, "GIT_EDITOR": f"sh -c '{wait}'"},
        stdin=subprocess.DEVNULL,
    )
    world.wait((home / "open").exists)
    return commit


@pytest.mark.fault("git", "a live lock whose file git closed")
def test_a_live_lock_is_waited_for(patient: World) -> None:
    """A commit whose editor is open keeps its lock; the deployment comes after it."""
    sha = patient.vm.push("After the editor")
    commit = commit_by_hand(patient)
    lock = directories(patient)[1] / "index.lock"
    assert lock.exists()
    deploying = start(patient, "deploy", "preprod", "--sha", sha)
    begun = "SELECT 1 FROM step WHERE name = 'prepare' AND NOT is_done"
    patient.wait(lambda: len(patient.vm.journal(begun)) > 1)
    Event().wait(1.5)
    assert lock.exists() and patient.vm.serving() == patient.good
    (patient.vm.home / "closed").touch()
    assert commit.wait(30) == 0
    _, words = deploying.communicate(timeout=90)
    assert deploying.returncode == 0, words
    assert patient.vm.serving() == sha
    refs = patient.vm.git(store(patient), "log", "--format=%s", "--all")
    assert "By hand" in refs.splitlines(), "the commit is kept"


@pytest.mark.fault("git", "a live lock that is never freed")
def test_a_lock_that_is_kept_is_named(patient: World) -> None:
    """Where a person's git never ends the deployment is refused, and says whose."""
    sha = patient.vm.push("In vain")
    commit = commit_by_hand(patient)
    patient.deploy(sha, code=3)
    assert "git commit --all" in patient.told()
    assert "Nothing was touched" in patient.told()
    (patient.vm.home / "closed").touch()
    assert commit.wait(30) == 0
    assert patient.vm.serving() == patient.vm.validated() == patient.good
