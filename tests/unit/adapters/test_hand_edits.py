"""What is a hand edit and what is git's own doing; nothing by hand is ever lost."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline.core.sha import Sha
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree

from tests.unit.repository import Clone, git

OLD = {
    ".gitattributes": b"* text=auto\n*.bat eol=crlf\nraw.bin -text\n",
    ".gitignore": b"*.log\nbuild/\nlocal\n",
    "code.py": b"1",
    "crlf.txt": b"one\r\ntwo\r\n",
    "run.bat": b"one\ntwo\n",
    "raw.bin": b"a\r\nb\n",
    "gone.py": b"1",
    "logs/.keep": b"",
}
NEW = {
    ".gitignore": b"",
    "code.py": b"2",
    "added.log": b"of the commit",
    "vendor/part.py": b"of the commit",
    "local/part": b"of the commit",
    "build": b"a file now",
}
WEIRD = os.fsdecode(b"new\nline \xff \"q\" 'a' -n,x.py")


def write(tree: Path, files: dict[str, bytes]) -> None:
    """Write files as they are."""
    for name, content in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)


def committed(tree: Path, message: str) -> Sha:
    """Commit everything, ignored files too, with the bytes that stand there."""
    git(tree, "-c", "core.autocrlf=false", "add", "--all", "--force")
    git(tree, "commit", "--quiet", "--message", message)
    git(tree, "push", "--quiet", "origin", "HEAD:main")
    return Sha(git(tree, "rev-parse", "HEAD"))


@pytest.fixture
def shas(clone: Clone) -> tuple[Sha, Sha]:
    """Push a version, and one that brings files where people may have theirs."""
    attributes = OLD[".gitattributes"]
    write(clone.path, {name: OLD[name] for name in OLD if name != ".gitattributes"})
    committed(clone.path, "Without attributes: line ends stay as they are")
    write(clone.path, {".gitattributes": attributes})
    git(clone.path, "add", ".gitattributes")
    git(clone.path, "commit", "--quiet", "--message", "Old")
    old = Sha(git(clone.path, "rev-parse", "HEAD"))
    git(clone.path, "rm", "--quiet", "gone.py")
    write(clone.path, NEW)
    return old, committed(clone.path, "New")


@pytest.fixture
def tree(tmp_path: Path, clone: Clone, shas: tuple[Sha, Sha]) -> Worktree:
    """Check the old version out."""
    store = Store(tmp_path / "hand-store.git", "main")
    store.create(str(clone.origin))
    store.fetch()
    store.add_worktree(tmp_path / "tree", shas[0])
    return Worktree(tmp_path / "tree")


def blob(tree: Worktree, ref: str, path: str) -> bytes:
    """Return a file of a commit, byte for byte."""
    command = ("git", "-C", str(tree.path), "show", os.fsencode(f"{ref}:{path}"))
    return subprocess.run(command, capture_output=True, check=True).stdout


def touched(tree: Worktree) -> None:
    """Make git look at every file again."""
    for name in OLD:
        os.utime(tree.path / name, (1, 1))


def test_what_git_makes_of_files_is_no_edit(
    tree: Worktree, shas: tuple[Sha, Sha]
) -> None:
    """Line ends against .gitattributes, modes and ignored files are nobody's edits."""
    touched(tree)
    (tree.path / "code.py").chmod(0o755)
    (tree.path / "run.bat").write_bytes(b"one\ntwo\n")
    (tree.path / "some.log").write_text("ignored")
    assert git(tree.path, "status", "--porcelain"), "git itself sees no change"
    assert tree.hand_edits(shas[1]) == ()
    tree.reset(shas[1])
    assert (tree.path / "some.log").read_text() == "ignored", "it is hidden no more"
    assert not os.access(tree.path / "code.py", os.X_OK)


def hidden_in_the_way(tree: Path) -> dict[str, bytes]:
    """Make files that .gitignore hides where the new version has its own."""
    return {"added.log": b"mine\r\n", "local": b"mine", "build/x": b"mine"}


def untracked_in_the_way(tree: Path) -> dict[str, bytes]:
    """Make files, and a file where a folder comes."""
    return {"vendor": b"mine", WEIRD: b"mine\r\n"}


def weird(tree: Path) -> dict[str, bytes]:
    """Make names that are no text, and a program."""
    return {WEIRD: b"1", ":(glob)*": b"2", "-n": b"3", "a b": b"4"}


def assumed_unchanged(tree: Path) -> dict[str, bytes]:
    """Edit a file that git was told not to look at."""
    git(tree, "update-index", "--assume-unchanged", "code.py")
    return {"code.py": b"mine"}


def skipped(tree: Path) -> dict[str, bytes]:
    """Edit a file that git was told to leave alone."""
    git(tree, "update-index", "--skip-worktree", "code.py", "crlf.txt")
    return {"code.py": b"mine", "crlf.txt": b"mine\r\n"}


def sparse(tree: Path) -> dict[str, bytes]:
    """Leave most files out of the tree, and edit one."""
    git(tree, "sparse-checkout", "set", "--no-cone", "code.py")
    return {"code.py": b"mine"}


def damaged(tree: Path) -> dict[str, bytes]:
    """Spoil the index, and edit a file."""
    index = Path(git(tree, "rev-parse", "--git-path", "index"))
    (tree / index).write_bytes(b"garbage")
    return {"code.py": b"mine"}


def merging(tree: Path) -> dict[str, bytes]:
    """Stop in the middle of a merge."""
    command = ("git", "-C", str(tree), "update-index", "--index-info")
    subprocess.run(command, input=conflict(tree), text=True, check=True)
    return {"code.py": b"<<<<<<<"}


def conflict(tree: Path) -> str:
    """Return index lines that say that code.py is in conflict."""
    id_ = git(tree, "rev-parse", "HEAD:code.py")
    lines = [f"0 {'0' * 40}\tcode.py"]
    return "\n".join([*lines, *(f"100644 {id_} {n}\tcode.py" for n in (1, 2, 3)), ""])


def orphan(tree: Path) -> dict[str, bytes]:
    """Begin a branch that has no commit."""
    git(tree, "checkout", "--quiet", "--orphan", "fresh")
    return {"code.py": b"mine"}


EDITS = (
    hidden_in_the_way,
    untracked_in_the_way,
    weird,
    assumed_unchanged,
    skipped,
    sparse,
    damaged,
    merging,
    orphan,
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_it_is_kept_and_the_version_is_whole(
    tree: Worktree, shas: tuple[Sha, Sha], edit: Callable[[Path], dict[str, bytes]]
) -> None:
    """What was made by hand is in the ref, byte for byte; the version is served."""
    made = edit(tree.path)
    for name in made:
        if (tree.path / name).is_dir():
            (tree.path / name).rmdir()
    write(tree.path, made)
    found = tree.hand_edits(shas[1])
    assert set(found) >= set(made)
    ref = tree.keep_aside("preprod/1", found)
    tree.reset(shas[1])
    assert {name: blob(tree, ref, name) for name in made} == made
    assert tree.head() == shas[1] and tree.hand_edits() == ()
    for name, content in NEW.items():
        assert (tree.path / name).read_bytes() == content
    assert not (tree.path / "gone.py").exists()


def test_a_repository_in_the_way_is_moved(
    tree: Worktree, shas: tuple[Sha, Sha], clone: Clone
) -> None:
    """Where a version has a file, a repository of somebody's own makes room, whole."""
    for name in ("build", "other"):
        git(tree.path, "clone", "--quiet", str(clone.origin), name)
        (tree.path / name / "mine").write_text("mine")
    assert tree.hand_edits(shas[1]) == ()
    tree.reset(shas[1])
    assert (tree.path / "build").read_bytes() == NEW["build"]
    assert (tree.path / "build.kept-1" / "mine").read_text() == "mine"
    assert (tree.path / "other" / "mine").read_text() == "mine"


def test_what_is_only_staged_is_kept(tree: Worktree, shas: tuple[Sha, Sha]) -> None:
    """What stands in the index and nowhere else is the ref's second parent."""
    (tree.path / "code.py").write_text("staged")
    git(tree.path, "add", "code.py")
    (tree.path / "code.py").write_text("edited")
    ref = tree.keep_aside("preprod/1")
    tree.reset(shas[1])
    assert blob(tree, ref, "code.py") == b"edited"
    assert blob(tree, f"{ref}^2", "code.py") == b"staged"


def test_a_reset_that_died_leaves_no_edits(
    tree: Worktree, shas: tuple[Sha, Sha]
) -> None:
    """Files of the version that comes, or of one that is named, are nobody's edits."""
    (tree.path / "code.py").write_bytes(NEW["code.py"])
    (tree.path / "vendor").mkdir()
    (tree.path / "vendor/part.py").write_bytes(NEW["vendor/part.py"])
    (tree.path / "gone.py").unlink()
    assert tree.hand_edits(shas[1]) == ()
    assert tree.hand_edits(None, shas[1:]) == ()
    assert tree.hand_edits() == ("code.py", "gone.py", "vendor/part.py")
    (tree.path / "code.py").write_text("by hand")
    assert tree.hand_edits(shas[1]) == ("code.py",)


def test_a_second_ref_is_made(tree: Worktree) -> None:
    """What is made after the first keeping has a ref of its own."""
    (tree.path / "code.py").write_text("first")
    first = tree.keep_aside("preprod/1")
    assert tree.hand_edits(None, tree.kept("preprod/1")) == ()
    (tree.path / "code.py").write_text("second")
    assert tree.hand_edits(None, tree.kept("preprod/1")) == ("code.py",)
    second = tree.keep_aside("preprod/1")
    assert tree.kept("preprod/1") == (first, second)
    assert [blob(tree, ref, "code.py") for ref in (first, second)] == [
        b"first",
        b"second",
    ]
    assert tree.kept("preprod/11") == ()
