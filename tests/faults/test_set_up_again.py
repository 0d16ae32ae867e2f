"""Set up again: what is missing is mended, what is there stays, no file is believed."""

import fcntl
import shutil
import subprocess
from collections.abc import Callable

import pytest

from tests.sandbox.vm import Vm
from tests.sandbox.world import World

OWN = "TEAM_SETTING=kept\n# Ours, not the pipeline's.\n"


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("set up again", case)


def remove(vm: Vm) -> None:
    """Remove the worktree, as somebody would who means to get it back."""
    shutil.rmtree(vm.root / "10_preprod")


def move(vm: Vm) -> None:
    """Move the worktree away."""
    (vm.root / "10_preprod").rename(vm.root / "moved")


def prune(vm: Vm) -> None:
    """Remove what the repository knows of the worktree, and nothing else."""
    shutil.rmtree(vm.root / ".pipeline/repo.git/worktrees/10_preprod")


def unlink(vm: Vm) -> None:
    """Remove what the worktree knows of the repository, and nothing else."""
    (vm.root / "10_preprod/.git").unlink()


def lose_store(vm: Vm) -> None:
    """Remove the repository itself."""
    shutil.rmtree(vm.root / ".pipeline/repo.git")


DAMAGES: dict[str, Callable[[Vm], None]] = {
    "worktree removed": remove,
    "worktree moved": move,
    "worktree pruned": prune,
    "worktree without its link": unlink,
    "repository removed": lose_store,
}


@pytest.mark.parametrize(
    "damage",
    [pytest.param(DAMAGES[case], marks=fault(case), id=case) for case in DAMAGES],
)
def test_a_worktree_is_mended(running: World, damage: Callable[[Vm], None]) -> None:
    """It is what serves again, hand edits in it stay, and deployments go on."""
    vm = running.vm
    vm.push("Not deployed")
    page = vm.root / "10_preprod/10_preprod/page.html"
    page.write_text("edited by hand")
    damage(vm)
    vm.script("setup_vm", "--origin", str(vm.origin))
    keep_checkout(vm)
    at = vm.root / "10_preprod"
    assert vm.git("rev-parse", "HEAD", at=at) == running.good
    is_gone = damage in (remove, move)
    assert (page.read_text() == "edited by hand") is not is_gone
    changed = vm.git("status", "--porcelain", at=at)
    assert changed == ("" if is_gone else "M 10_preprod/page.html")
    sha = running.push("Next")
    running.ci(sha)
    assert running.end(sha) == "validated"
    assert vm.serving() == vm.validated() == sha


def keep_checkout(vm: Vm) -> None:
    """Go on with the checkout's scripts, as before the set-up."""
    (vm.root / ".pipeline/current").unlink()
    shutil.rmtree(vm.root / ".pipeline/releases")


@fault("something else in the worktree's place")
def test_what_is_somebodys_is_refused(running: World) -> None:
    """A repository or a file in its place is named and left alone."""
    vm = running.vm
    move(vm)
    place = vm.root / "10_preprod"
    subprocess.run(("git", "init", "--quiet", place), check=True)
    told = vm.script("setup_vm", code=2).stderr
    assert "something else is there" in told and (place / ".git").is_dir()
    shutil.rmtree(place)
    place.write_text("mine")
    vm.script("setup_vm", code=2)
    assert place.read_text() == "mine"


@fault("the lines of the team, the origin of before")
def test_what_the_team_wrote_stays(running: World) -> None:
    """Lines of the team's own stay; the origin is known, and a new one is said."""
    vm = running.vm
    file = vm.root / "30_docker/.env"
    vm.script("setup_vm")
    before = file.read_text()
    file.write_text(OWN + before)
    for _ in range(2):
        vm.script("setup_vm")
        assert file.read_text() == OWN + before
    other = vm.home / "other.git"
    shutil.copytree(vm.origin, other)
    told = vm.script("setup_vm", "--origin", str(other)).stderr
    assert str(vm.origin) in told and str(other) in told


@fault("while an operation is at work")
def test_an_operation_at_work_is_waited_for(running: World) -> None:
    """What holds an environment's lock is not disturbed."""
    vm = running.vm
    remove(vm)
    with (vm.state / "preprod.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        vm.script("setup_vm", code=4)
    assert not (vm.root / "10_preprod").exists()
    vm.script("setup_vm")
    assert vm.git("rev-parse", "HEAD", at=vm.root / "10_preprod") == running.good


@fault("releases gone")
def test_a_lost_pipeline_is_the_validated_one(running: World) -> None:
    """The journal says which pipeline was validated; the file beside it does not."""
    vm = running.vm
    tip = vm.push("Not validated")
    (vm.state / "last-validated-sha.txt").write_text(f"{tip}\n")
    vm.script("setup_vm")
    assert vm.in_force() == running.good
    shutil.rmtree(vm.root / ".pipeline/releases")
    vm.script("setup_vm")
    assert vm.in_force() == running.good
    current = vm.root / ".pipeline/current"
    shutil.rmtree(vm.root / ".pipeline/releases")
    current.unlink()
    current.symlink_to(f"releases/{tip}")
    vm.script("setup_vm")
    assert vm.in_force() == running.good


@fault("journal and releases gone, the file names what nobody validated")
def test_a_file_alone_puts_no_pipeline_in_force(running: World) -> None:
    """Without the journal, CI is asked; what it did not pass is not adopted."""
    vm = running.vm
    tip = vm.push("Not validated")
    for file in vm.state.glob("journal.db*"):
        file.unlink()
    written = vm.state / "last-validated-sha.txt"
    written.write_text(f"{tip}\n")
    told = vm.script("setup_vm", code=3).stderr
    assert vm.in_force() == "" and "--pipeline SHA" in told
    written.unlink()
    vm.script("setup_vm", code=3)
    assert vm.in_force() == ""
    written.write_text(f"{running.good}\n")
    vm.script("setup_vm")
    assert vm.in_force() == running.good


@fault("no record at all, a person names one")
def test_a_person_may_name_the_pipeline(running: World) -> None:
    """Where no record is left, somebody says which pipeline to trust."""
    vm = running.vm
    for file in vm.state.glob("journal.db*"):
        file.unlink()
    (vm.state / "last-validated-sha.txt").unlink()
    vm.script("setup_vm", "--pipeline", "f" * 40, code=3)
    vm.script("setup_vm", "--pipeline", running.good)
    assert vm.in_force() == running.good
