"""Git in the way: the right SHA or a refusal; what a person made is kept aside."""

import os
import shutil
from pathlib import Path

import pytest

from tests.faults.interrupted import KILLER
from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import World

# Stands in for git where it fetches; everything else goes to the real one.
STUB = """#!/bin/sh
case " $* " in *" fetch "*) {0};; esac
exec {1} "$@"
"""


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("git", case)


def tree(world: World) -> Path:
    """Return preprod's worktree."""
    return world.vm.root / "10_preprod"


def store(world: World) -> str:
    """Return the option that names the store."""
    return f"--git-dir={world.vm.root}/.pipeline/repo.git"


def is_untouched(world: World) -> bool:
    """Tell whether the good version serves, and is what is checked out."""
    head = world.vm.git("rev-parse", "HEAD", at=tree(world))
    return head == world.vm.serving() == world.vm.validated() == world.good


def path_with_git(world: World, at_fetch: str) -> str:
    """Return a PATH whose git does something else when it is to fetch."""
    folder = world.vm.home / "bin"
    folder.mkdir()
    git = folder / "git"
    git.write_text(STUB.format(at_fetch, shutil.which("git")))
    git.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@fault("fetch fails")
def test_a_fetch_that_fails_touches_nothing(patient: World) -> None:
    """Where origin is gone the deployment is refused, and the notice says why."""
    sha = patient.vm.push("Out of reach")
    patient.vm.origin.rename(patient.vm.home / "elsewhere")
    patient.deploy(sha, code=3)
    assert patient.end(sha) == "failed"
    assert is_untouched(patient)
    assert "Nothing was touched" in patient.told()


@fault("fetch fails once")
def test_a_fetch_that_fails_once_is_repeated(patient: World) -> None:
    """A moment's trouble with origin is waited out."""
    sha = patient.vm.push("Second try")
    mark = patient.vm.home / "failed-once"
    path = path_with_git(patient, f"[ -e {mark} ] || {{ touch {mark}; exit 128; }}")
    patient.vm.script("deploy", "preprod", "--sha", sha, PATH=path)
    assert mark.exists()
    assert patient.vm.serving() == sha


@fault("fetch hangs")
def test_a_fetch_that_hangs_is_ended(patient: World) -> None:
    """A fetch that never ends is killed with its children, and nothing is touched."""
    sha = patient.vm.push("Never comes")
    path = path_with_git(patient, f"exec sh -c 'sleep 600; :' {patient.vm.home}")
    script = (str(SCRIPTS / "deploy.py"), "preprod", "--sha", sha)
    done = patient.vm.python_file(KILLER, "hurry", "0.5", *script, PATH=path)
    assert done.returncode == 3, done.stderr
    assert "did not end in time" in done.stderr
    assert "stamina" not in done.stderr, "a tool's own words, which help nobody"
    assert is_untouched(patient)
    assert patient.end(sha) == "failed"
    assert patient.vm.pids("sleep") == []


@fault("stale index.lock")
def test_a_stale_index_lock_is_removed(patient: World) -> None:
    """The lock that a killed git left in the worktree stops no deployment."""
    lock = patient.vm.git("rev-parse", "--git-path", "index.lock", at=tree(patient))
    (tree(patient) / lock).touch()
    sha = patient.push("Past the lock")
    assert patient.vm.serving() == sha


@fault("stale lock of a ref")
def test_a_stale_ref_lock_is_removed(patient: World) -> None:
    """The lock that a killed fetch left in the store stops no deployment."""
    place = patient.vm.root / ".pipeline/repo.git/refs/remotes/origin"
    place.mkdir(parents=True, exist_ok=True)
    (place / "main.lock").touch()
    sha = patient.push("Past the lock")
    assert patient.vm.serving() == sha


@fault("SHA not on main")
def test_only_commits_of_main_are_deployed(patient: World) -> None:
    """A commit of another branch, or of nowhere, is refused and nothing is touched."""
    patient.vm.git("checkout", "--quiet", "-b", "feature")
    patient.vm.git("commit", "--quiet", "--allow-empty", "--message", "Elsewhere")
    patient.vm.git("push", "--quiet", "origin", "feature")
    for sha in (patient.vm.git("rev-parse", "HEAD"), "f" * 40):
        patient.deploy(sha, code=3)
        assert is_untouched(patient)


def force_push(world: World) -> None:
    """Take everything off main and begin anew, forgetting what was there."""
    world.vm.git("checkout", "--quiet", "--orphan", "other")
    world.vm.git("commit", "--quiet", "--message", "Begun anew")
    world.vm.git("push", "--quiet", "--force", "origin", "HEAD:main")


@fault("force-push removed it, object gone")
def test_what_a_force_push_removed_is_refused(patient: World) -> None:
    """A SHA that is on no branch any more, and nowhere at all, is refused."""
    sha = patient.vm.push("Taken back")
    force_push(patient)
    for repository in (patient.vm.clone, patient.vm.origin):
        expire = ("reflog", "expire", "--expire=now", "--all")
        patient.vm.git(*expire, at=repository)
        patient.vm.git("gc", "--quiet", "--prune=now", at=repository)
    patient.deploy(sha, code=3)
    assert is_untouched(patient)
    assert patient.end(sha) == "failed"


@fault("force-push removed the good one, object pruned")
def test_a_deployed_commit_outlives_a_force_push(patient: World) -> None:
    """What main lost to a force-push, and git then pruned, can still be returned to."""
    force_push(patient)
    sha = patient.push("After the force-push")
    patient.vm.git("worktree", "remove", "../20_prod", at=tree(patient))
    kept = patient.vm.git("for-each-ref", "--format=%(refname)", "refs/kept")
    for ref in kept.splitlines():
        patient.vm.git("update-ref", "-d", ref, at=tree(patient))
    expire = ("reflog", "expire", "--expire=now", "--all")
    patient.vm.git(*expire, at=tree(patient))
    patient.vm.git("gc", "--quiet", "--prune=now", at=tree(patient))
    patient.settle(sha, "failed", code=5)
    assert is_untouched(patient)


def kept(world: World) -> str:
    """Return the ref that the notice of a deployment names."""
    notice = next(text for text in world.vm.notices() if "kept as" in text)
    return notice.partition("kept as ")[2].split()[0]


@fault("dirty tree")
def test_hand_edits_are_kept_and_named(patient: World) -> None:
    """Edits and new files made in the worktree are kept aside and named, not erased."""
    page = tree(patient) / "10_preprod" / "page.html"
    page.write_text("edited by hand: Mangetamain")
    (page.parent / "new.txt").write_text("made by hand")
    sha = patient.push("Over it")
    ref = kept(patient)
    at = store(patient)
    edited = patient.vm.git(at, "show", f"{ref}:10_preprod/page.html")
    assert edited == "edited by hand: Mangetamain"
    assert patient.vm.git(at, "show", f"{ref}:10_preprod/new.txt") == "made by hand"
    assert not (page.parent / "new.txt").exists()
    assert patient.vm.serving() == sha


@fault("untracked files in the way")
def test_an_untracked_file_in_the_way_is_kept(patient: World) -> None:
    """A file made by hand where the new commit brings one gives way, and is kept."""
    (tree(patient) / "10_preprod" / "brought.txt").write_text("made by hand")
    (patient.vm.clone / "10_preprod" / "brought.txt").write_text("of the commit")
    sha = patient.push("Bring a file")
    assert patient.vm.serving() == sha
    show = ("show", f"{kept(patient)}:10_preprod/brought.txt")
    assert patient.vm.git(store(patient), *show) == "made by hand"
    brought = (tree(patient) / "10_preprod" / "brought.txt").read_text()
    assert brought == "of the commit"


@fault("local commits in the worktree")
def test_a_commit_made_by_hand_is_kept(patient: World) -> None:
    """A commit made in the worktree, with nothing left to commit, is kept aside."""
    message = ("--allow-empty", "--message", "By hand")
    patient.vm.git("commit", "--quiet", *message, at=tree(patient))
    made = patient.vm.git("rev-parse", "HEAD", at=tree(patient))
    sha = patient.push("Over it")
    contained = ("for-each-ref", "--contains", made, "refs/kept")
    assert patient.vm.git(*contained, at=tree(patient))
    assert patient.vm.serving() == sha


@pytest.mark.parametrize("verdict", ["passed", "failed"])
@fault("shallow clone")
def test_a_shallow_store_does(patient: World, verdict: str) -> None:
    """A store without the older history still knows what to return to."""
    sha = patient.vm.push("Shallow")
    url = f"file://{patient.vm.origin}"
    patient.vm.git(store(patient), "config", "remote.origin.url", url)
    refspec = "+refs/heads/main:refs/remotes/origin/main"
    patient.vm.git(store(patient), "fetch", "--quiet", "--depth=1", "origin", refspec)
    assert Path(store(patient).partition("=")[2], "shallow").exists()
    patient.deploy(sha)
    patient.settle(sha, verdict, code=0 if verdict == "passed" else 5)
    right = sha if verdict == "passed" else patient.good
    assert patient.vm.serving() == patient.vm.validated() == right


@fault("submodule")
def test_a_submodule_comes_and_goes(patient: World) -> None:
    """A commit with a submodule is deployed and rolled back, also where it is full."""
    allowed = ("-c", "protocol.file.allow=always")
    add = ("submodule", "--quiet", "add", str(patient.vm.origin), "10_preprod/part")
    patient.vm.git(*allowed, *add)
    sha = patient.push("With a submodule")
    assert patient.vm.serving() == sha
    fill = ("submodule", "--quiet", "update", "--init")
    patient.vm.git(*allowed, *fill, at=tree(patient))
    patient.settle(sha, "failed", code=5)
    assert is_untouched(patient)
    patient.vm.git("rm", "--quiet", "--force", "10_preprod/part")
    again = patient.push("Without it")
    assert patient.vm.serving() == again


def test_a_force_push_is_no_hand_edit(patient: World) -> None:
    """A clean worktree at a commit that left main is not called changed by hand."""
    patient.push("Taken back")
    patient.vm.git("reset", "--quiet", "--hard", "HEAD~1")
    patient.vm.git("push", "--quiet", "--force", "origin", "HEAD:main")
    patient.push("Instead")
    assert not [text for text in patient.vm.notices() if "kept as" in text]
