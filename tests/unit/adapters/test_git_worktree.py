"""The worktree: exactly the commit, and no hand edit lost on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline.core.sha import Sha
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree

from tests.unit.repository import Clone, git, make_clone

FILES = {".gitignore": "ignored/\n", "code.py": "1", "folder/deep.py": "1"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make one clone for all tests here: they differ in their trees alone."""
    return make_clone(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def commits(clone: Clone) -> tuple[Sha, Sha]:
    """Push two versions of a few files."""
    clone.commit({"ignored/tracked": "1"})
    versions = clone.commit(FILES), clone.commit({"code.py": "2", "new.py": "2"})
    clone.push()
    return versions


@pytest.fixture(scope="module")
def store(clone: Clone, commits: tuple[Sha, Sha]) -> Store:
    """Fetch both versions."""
    made = Store(clone.path.with_name("store.git"), "main")
    made.create(str(clone.origin))
    made.fetch()
    return made


@pytest.fixture
def tree(tmp_path: Path, store: Store, commits: tuple[Sha, Sha]) -> Worktree:
    """Check the first version out, as an environment does."""
    store.add_worktree(tmp_path / "tree", commits[0])
    return Worktree(tmp_path / "tree")


def _edit(tree: Path) -> None:
    (tree / "code.py").write_text("by hand")


def _edit_ignored(tree: Path) -> None:
    (tree / "ignored/tracked").write_text("by hand")


def _remove(tree: Path) -> None:
    (tree / "code.py").unlink()


def _stage(tree: Path) -> None:
    _edit(tree)
    git(tree, "add", "code.py")


def _add(tree: Path) -> None:
    (tree / "by hand.py").write_text("by hand")


def _add_folder(tree: Path) -> None:
    (tree / "hand/made").mkdir(parents=True)
    (tree / "hand/made/file").write_text("by hand")


def _stand_in_the_way(tree: Path) -> None:
    (tree / "new.py").write_text("by hand")


def _stand_in_the_way_as_folder(tree: Path) -> None:
    (tree / "new.py").mkdir()
    (tree / "new.py/file").write_text("by hand")


def _replace_by_link(tree: Path) -> None:
    (tree / "code.py").unlink()
    (tree / "code.py").symlink_to("/etc/hostname")


def _half_merge(tree: Path) -> None:
    (tree / "code.py").write_text("<<<<<<<")
    git(tree, "update-index", "--force-remove", "folder/deep.py")


HAND_EDITS = (
    _edit,
    _edit_ignored,
    _remove,
    _stage,
    _add,
    _add_folder,
    _stand_in_the_way,
    _stand_in_the_way_as_folder,
    _replace_by_link,
    _half_merge,
)


@pytest.mark.parametrize("edit", HAND_EDITS, ids=lambda edit: edit.__name__[1:])
def test_reset_makes_exactly_the_commit(
    tree: Worktree, commits: tuple[Sha, Sha], edit: Callable[[Path], None]
) -> None:
    """Whatever was done by hand, afterwards the tree is the commit and nothing else."""
    edit(tree.path)
    assert tree.hand_edits(commits[1])
    tree.reset(commits[1])
    assert (tree.head(), tree.hand_edits()) == (commits[1], ())
    assert (tree.path / "code.py").read_text() == "2"
    assert (tree.path / "new.py").read_text() == "2"


@pytest.mark.parametrize("edit", HAND_EDITS, ids=lambda edit: edit.__name__[1:])
def test_hand_edits_are_kept_aside(
    tree: Worktree, commits: tuple[Sha, Sha], edit: Callable[[Path], None]
) -> None:
    """What was done by hand can be got back whole after the reset."""
    edit(tree.path)
    ref = tree.keep_aside("preprod/1")
    tree.reset(commits[1])
    seen = git(tree.path, "rev-parse", f"{ref}^{{tree}}")
    tree.reset(commits[0])
    edit(tree.path)
    git(tree.path, "add", "--all")
    assert git(tree.path, "write-tree") == seen


def test_keeping_aside_changes_nothing(
    tree: Worktree, commits: tuple[Sha, Sha]
) -> None:
    """Keeping edits is no step of its own: tree, index and HEAD stay as they are."""
    _stage(tree.path)
    _add(tree.path)
    before = git(tree.path, "status", "--porcelain")
    assert tree.keep_aside("preprod/2") == "refs/kept/preprod/2"
    assert git(tree.path, "status", "--porcelain") == before
    assert tree.head() == commits[0]


def test_local_commits_are_kept(tree: Worktree, commits: tuple[Sha, Sha]) -> None:
    """A commit that was made on the machine stays reachable after the reset."""
    _edit(tree.path)
    git(tree.path, "commit", "--quiet", "--all", "--message=by hand")
    made = tree.head()
    ref = tree.keep_aside("preprod/3")
    tree.reset(commits[1])
    assert git(tree.path, "rev-parse", f"{ref}^") == made


def test_needs_no_identity(tree: Worktree) -> None:
    """A machine whose git knows no name can still keep edits."""
    _edit(tree.path)
    ref = tree.keep_aside("preprod/4")
    assert git(tree.path, "log", "-1", "--format=%an", ref) == "pipeline"


def test_ignored_files_stay(tree: Worktree, commits: tuple[Sha, Sha]) -> None:
    """What the app itself declares ignored is neither dirt nor removed."""
    (tree.path / "ignored/cache").write_text("x")
    assert not tree.hand_edits()
    tree.reset(commits[1])
    assert (tree.path / "ignored/cache").exists()


def test_hooks_do_not_run(tree: Worktree, commits: tuple[Sha, Sha]) -> None:
    """A planted hook is code that never passed CI: it does not run."""
    hooks = Path(git(tree.path, "rev-parse", "--git-path", "hooks"))
    hook = (tree.path / hooks) / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    trace = tree.path.with_name("hooked")
    hook.write_text(f"#!/bin/sh\ntouch {trace}\n")
    hook.chmod(0o755)
    tree.reset(commits[1])
    hook.unlink()
    assert not trace.exists()


def test_reset_may_go_backwards(tree: Worktree, commits: tuple[Sha, Sha]) -> None:
    """A rollback takes away the files that the newer version added."""
    tree.reset(commits[1])
    tree.reset(commits[0])
    assert tree.head() == commits[0]
    assert sorted(path.name for path in tree.path.iterdir()) == [
        ".git",
        ".gitignore",
        "code.py",
        "folder",
        "ignored",
    ]


def test_head_file_tells_the_commit(tree: Worktree, commits: tuple[Sha, Sha]) -> None:
    """Who starts the app reads the version from a file, without git."""
    tree.reset(commits[1])
    assert tree.head_file().read_text().strip() == commits[1]
