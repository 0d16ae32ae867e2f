"""The guard is never the guarded: what judges a version is not part of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.vm import Vm
from tests.sandbox.world import World, begin, opened

BROKEN = "raise SystemExit(9)  # Broken on purpose.\n"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[World]:
    """Give a world whose VM runs its own pipeline, that of its first version."""
    with opened(Vm(tmp_path, has_own_pipeline=True)) as world:
        begin(world)
        yield world


def test_a_push_that_breaks_the_pipeline_is_rolled_back_by_the_old_one(
    guarded: World,
) -> None:
    """Deployed, judged and rolled back by the pipeline that was validated before."""
    vm = guarded.vm
    for script in ("deploy.py", "watch_ci.py", "settle.py", "resume.py"):
        (vm.clone / "70_scripts" / script).write_text(BROKEN)
    (vm.clone / "70_scripts" / "pipeline" / "wiring.py").write_text(BROKEN)
    sha = vm.push("Break the pipeline")
    vm.own("deploy", "preprod", "--sha", sha)
    assert vm.serving() == sha
    guarded.ci(sha, "failure")
    assert guarded.end(sha) == "rolled back"
    assert vm.serving() == vm.in_force() == guarded.good


def test_a_validated_pipeline_takes_over(guarded: World) -> None:
    """What was validated is in force, in an environment of its own; three are kept."""
    vm, shas = guarded.vm, [guarded.good]
    for number in range(3):
        (vm.clone / "70_scripts" / "mark.py").write_text(f"print({number})\n")
        shas.append(vm.push(f"Pipeline {number}"))
        vm.own("deploy", "preprod", "--sha", shas[-1])
        guarded.ci(shas[-1])
        vm.own("settle", "preprod", "--sha", shas[-1])
        assert vm.in_force() == shas[-1]
    releases = vm.root / ".pipeline" / "releases"
    assert {release.name for release in releases.iterdir()} == set(shas[1:])
    for sha in shas[1:]:
        assert (releases / sha / ".venv" / "bin" / "python").exists()
    assert (vm.root / "70_scripts" / "mark.py").read_text() == "print(2)\n"


def test_a_pipeline_that_does_not_start_is_not_adopted(guarded: World) -> None:
    """Where CI let a broken pipeline pass, the old one stays, and people are told."""
    vm = guarded.vm
    wiring = vm.clone / "70_scripts" / "pipeline" / "wiring.py"
    wiring.write_text(BROKEN)
    sha = vm.push("Break the pipeline unseen")
    vm.own("deploy", "preprod", "--sha", sha)
    guarded.ci(sha)
    for _ in range(2):
        vm.own("settle", "preprod", "--sha", sha)
    assert (vm.validated(), vm.serving(), vm.in_force()) == (sha, sha, guarded.good)
    told = [text for text in vm.notices() if "does not start" in text]
    assert len(told) == 1 and sha[:7] in told[0]
    vm.own("status")


def test_an_adoption_that_died_is_made_up_for(guarded: World) -> None:
    """A release that was left half made is made again, whole, by the next resume."""
    vm = guarded.vm
    sha = vm.push("Next")
    vm.own("deploy", "preprod", "--sha", sha)
    half = vm.root / ".pipeline" / "releases" / sha / "70_scripts"
    half.mkdir(parents=True)
    (half / "run").write_text("half a file")
    vm.script("settle", "preprod", "--sha", sha, "--verdict", "passed")
    assert vm.in_force() == sha
    assert vm.own("status") == ""


def test_a_lost_pipeline_is_set_up_again_from_what_is_validated(
    guarded: World,
) -> None:
    """Where the releases are gone, set-up takes the validated version, not the tip."""
    vm = guarded.vm
    vm.push("Not validated")
    shutil.rmtree(vm.root / ".pipeline" / "releases")
    vm.script("setup_vm", "--origin", str(vm.origin))
    assert vm.in_force() == guarded.good
    vm.own("status")


def test_hand_edits_of_a_worktree_do_not_reach_the_guard(guarded: World) -> None:
    """The scripts in a worktree may be anything: nobody calls them."""
    vm = guarded.vm
    (vm.root / "10_preprod" / "70_scripts" / "deploy.py").write_text(BROKEN)
    sha = vm.push("Over a broken tree")
    vm.own("deploy", "preprod", "--sha", sha)
    assert vm.serving() == sha


def test_a_second_setup_moves_nothing(guarded: World) -> None:
    """Set up again, the guard stays the version in force, and hand edits stay."""
    vm = guarded.vm
    vm.push("Not validated")
    page = vm.root / "10_preprod" / "10_preprod" / "page.html"
    page.write_text("edited by hand")
    vm.script("setup_vm", "--origin", str(vm.origin))
    assert (vm.in_force(), page.read_text()) == (guarded.good, "edited by hand")
