"""Edits by hand through the real scripts: kept and named, or left alone, never lost."""

import os
from pathlib import Path

import pytest

from tests.faults.interrupted import KILLER
from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import World


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("git", case)


def tree(world: World) -> Path:
    """Return preprod's worktree."""
    return world.vm.root / "10_preprod"


def refs(world: World) -> list[str]:
    """Return what is kept aside."""
    command = ("for-each-ref", "--format=%(refname)", "refs/kept")
    return world.vm.git(*command, at=tree(world)).splitlines()


def shown(world: World, ref: str, path: str) -> str:
    """Return a file as it was kept."""
    return world.vm.git("show", f"{ref}:{path}", at=tree(world))


@fault("git's own normalisation")
def test_what_git_normalises_is_no_hand_edit(patient: World) -> None:
    """Line ends against .gitattributes, modes and ignored files: nothing is kept."""
    (patient.vm.clone / "crlf.txt").write_bytes(b"one\r\ntwo\r\n")
    (patient.vm.clone / "run.sh").write_text("exit")
    patient.push("Line ends")
    (patient.vm.clone / ".gitattributes").write_text("* text=auto\n")
    (patient.vm.clone / ".gitignore").write_text("*.log\n")
    patient.vm.git("add", ".gitattributes", ".gitignore")
    patient.vm.git("commit", "--quiet", "--message", "Attributes alone")
    patient.push("With attributes")
    os.utime(tree(patient) / "crlf.txt", (1, 1))
    (tree(patient) / "run.sh").chmod(0o755)
    (tree(patient) / "app.log").write_text("ignored")
    sha = patient.push("Over it")
    assert patient.vm.serving() == sha
    assert refs(patient) == []
    assert "kept as" not in patient.told()
    assert (tree(patient) / "app.log").read_text() == "ignored"


@fault("ignored file where the commit has its own")
def test_a_hidden_file_in_the_way_is_kept(patient: World) -> None:
    """What .gitignore hides and the new version brings is kept aside and named."""
    (patient.vm.clone / ".gitignore").write_text("local.env\nnotes/\n*.bak\n")
    patient.push("Ignores")
    for name in ("local.env", "notes/a.txt", "mine.bak"):
        (tree(patient) / name).parent.mkdir(exist_ok=True)
        (tree(patient) / name).write_text(f"mine: {name}")
    (patient.vm.clone / ".gitignore").write_text("")
    (patient.vm.clone / "local.env").write_text("of the commit")
    (patient.vm.clone / "notes").write_text("a file of the commit")
    sha = patient.push("Brings them")
    assert patient.vm.serving() == sha
    (ref,) = refs(patient)
    assert ref in patient.told()
    for name in ("local.env", "notes/a.txt"):
        assert shown(patient, ref, name) == f"mine: {name}"
    assert (tree(patient) / "notes").read_text() == "a file of the commit"
    assert (tree(patient) / "mine.bak").read_text() == "mine: mine.bak"


@pytest.mark.parametrize(
    "flag",
    [
        pytest.param(f"--{flag}", marks=fault(f"edit behind {flag}"))
        for flag in ("skip-worktree", "assume-unchanged")
    ],
)
def test_an_edit_behind_a_flag_is_kept(patient: World, flag: str) -> None:
    """Git was told to overlook it: it is kept all the same, and the commit is whole."""
    page = tree(patient) / "10_preprod" / "page.html"
    patient.vm.git("update-index", flag, "10_preprod/page.html", at=tree(patient))
    page.write_text("edited by hand: Mangetamain")
    sha = patient.push("Over it")
    assert patient.vm.serving() == sha
    (ref,) = refs(patient)
    assert shown(patient, ref, "10_preprod/page.html") == "edited by hand: Mangetamain"
    original = (patient.vm.clone / "10_preprod" / "page.html").read_text()
    assert page.read_text() == original
    assert ref in patient.told()


@fault("hand edit between a death and its recovery")
def test_an_edit_after_a_death_has_its_own_ref(patient: World) -> None:
    """What was kept before the deployment died does not hide what came since."""
    page = tree(patient) / "10_preprod" / "page.html"
    page.write_text("first edit: Mangetamain")
    sha = patient.vm.push("Dies")
    script = (str(SCRIPTS / "deploy.py"), "preprod", "--sha", sha)
    patient.vm.python_file(KILLER, "after", "keep done", *script)
    assert patient.vm.serving() == patient.good, "it went too far"
    page.write_text("second edit: Mangetamain")
    patient.vm.script("resume")
    assert patient.vm.serving() == sha
    assert [shown(patient, ref, "10_preprod/page.html") for ref in refs(patient)] == [
        "first edit: Mangetamain",
        "second edit: Mangetamain",
    ]
    assert all(ref in patient.told() for ref in refs(patient))


@fault("names with newline and bytes")
def test_any_name_is_kept(patient: World) -> None:
    """A file's name may be anything that the kernel takes."""
    name = os.fsdecode(b"new\nline \xff 'q'")
    (tree(patient) / name).write_text("mine")
    (patient.vm.clone / name).write_text("of the commit")
    sha = patient.push("Weird names")
    assert patient.vm.serving() == sha
    assert shown(patient, refs(patient)[0], name) == "mine"
    assert (tree(patient) / name).read_text() == "of the commit"


@fault("damaged index, unborn branch")
def test_a_worktree_in_any_state_is_mended(patient: World) -> None:
    """A spoilt index, a branch without a commit: nothing is lost, the commit serves."""
    patient.vm.git("checkout", "--quiet", "--orphan", "mine", at=tree(patient))
    (tree(patient) / "made.txt").write_text("mine")
    sha = patient.push("Over a branch without a commit")
    assert patient.vm.serving() == sha
    assert shown(patient, refs(patient)[0], "made.txt") == "mine"
    index = patient.vm.git("rev-parse", "--git-path", "index", at=tree(patient))
    (tree(patient) / index).write_bytes(b"garbage")
    (tree(patient) / "more.txt").write_text("mine")
    sha = patient.push("Over a spoilt index")
    assert patient.vm.serving() == sha
    assert shown(patient, refs(patient)[-1], "more.txt") == "mine"
