"""The store: what git itself answers, in real repositories."""

from pathlib import Path

import pytest
import stamina
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.adapters import git_store as gateway
from pipeline.adapters.git_store import Commit, Store
from pipeline.adapters.worktree import Worktree

from tests.unit.commands import Commands
from tests.unit.repository import Clone, git
from tests.unit.specimens import HOSTILE, A


@pytest.fixture
def store(tmp_path: Path, clone: Clone) -> Store:
    """Return the store of the clone's origin, before anything was fetched."""
    made = Store(tmp_path / "store.git", "main")
    made.create(str(clone.origin))
    return made


def pushed(clone: Clone, store: Store, *subjects: str) -> list[Sha]:
    """Push one commit for each subject, and fetch them."""
    shas = [clone.commit({"file": subject}, subject) for subject in subjects]
    clone.push()
    store.fetch()
    return shas


def test_fetch_brings_the_branch(clone: Clone, store: Store) -> None:
    """After a fetch the pushed commits are there, the newest being the tip."""
    old, new = pushed(clone, store, "one", "two")
    assert store.tip() == new
    assert store.has(old) and not store.has(A)
    assert store.origin() == str(clone.origin)


def test_create_again_only_moves_the_origin(clone: Clone, store: Store) -> None:
    """Setting up twice keeps every commit and follows a moved origin."""
    (sha,) = pushed(clone, store, "one")
    store.create("https://example.invalid/owner/name.git")
    assert store.has(sha)
    assert store.origin() == "https://example.invalid/owner/name.git"


def test_only_the_branch_is_deployable(clone: Clone, store: Store) -> None:
    """A commit of another branch, or one that nobody pushed, is not deployed."""
    (main,) = pushed(clone, store, "one")
    git(clone.path, "checkout", "--quiet", "-b", "other")
    other = clone.commit({"file": "other"})
    git(clone.path, "push", "--quiet", "origin", "other")
    git(store.path, "fetch", "--quiet", "origin", "other")
    assert store.has(other)
    assert [store.is_deployable(sha) for sha in (main, other, A)] == [
        True,
        False,
        False,
    ]


def test_tree_is_no_commit(clone: Clone, store: Store) -> None:
    """The id of something that is not a commit is not deployed."""
    (sha,) = pushed(clone, store, "one")
    tree = Sha(git(clone.path, "rev-parse", f"{sha}^{{tree}}"))
    assert not store.has(tree) and not store.is_deployable(tree)


def test_force_push_takes_a_commit_away(clone: Clone, store: Store) -> None:
    """A commit that was pushed away is not deployable, though still in the store."""
    kept, gone = pushed(clone, store, "one", "two")
    git(clone.path, "reset", "--quiet", "--hard", kept)
    new = clone.commit({"file": "rewritten"})
    clone.push("--force")
    store.fetch()
    assert store.has(gone)
    deployable = [store.is_deployable(sha) for sha in (kept, gone, new)]
    assert deployable == [True, False, True]
    assert store.ancestry((kept, gone, new)) == {(kept, gone), (kept, new)}


def test_pinned_commit_outlives_its_branch(clone: Clone, store: Store) -> None:
    """A deployed commit can be returned to, also after git has tidied up."""
    kept, gone, pinned = pushed(clone, store, "one", "two", "three")
    git(clone.path, "reset", "--quiet", "--hard", kept)
    other = clone.commit({"file": "other"})
    store.pin(pinned)
    clone.push("--force")
    store.fetch()
    git(store.path, "gc", "--quiet", "--prune=now")
    assert [store.has(sha) for sha in (kept, gone, pinned, other)] == [True] * 4
    git(store.path, "update-ref", "-d", f"refs/deployed/{pinned}")
    git(store.path, "gc", "--quiet", "--prune=now")
    assert not store.has(pinned)


def test_ancestry_has_every_pair(clone: Clone, store: Store) -> None:
    """Older and newer are told apart; an unknown commit has no relations."""
    one, two, three = pushed(clone, store, "one", "two", "three")
    pairs = {(one, two), (one, three), (two, three)}
    assert store.ancestry((three, A, one, two)) == pairs


@pytest.mark.usefixtures("patient")
def test_fetch_is_tried_three_times(store: Store, commands: Commands) -> None:
    """A network that fails is asked again, and then told."""
    store.create("ssh://git@localhost/owner/name.git")
    commands.add("ssh", {"": (255, "no route")})
    with pytest.raises(CommandFailed):
        store.fetch()
    assert len(commands.calls()) == 3


def test_fetch_that_hangs_is_ended(
    store: Store, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A remote that never answers is given up at the deadline."""
    (commands.folder / "ssh").write_text("#!/bin/sh\nexec sleep 60\n")
    (commands.folder / "ssh").chmod(0o755)
    store.create("ssh://git@localhost/owner/name.git")
    monkeypatch.setattr(gateway, "FETCH_TIMEOUT", 0.3)
    with stamina.set_testing(True, attempts=1), pytest.raises(CommandFailed) as caught:
        store.fetch()
    assert caught.value.code is None


def test_no_prompt_for_a_password(store: Store, commands: Commands) -> None:
    """Nobody sits at the runner's terminal: git must not ask."""
    commands.add("git", {"": (0, "")})
    store.fetch()
    assert commands.environments()[0]["GIT_TERMINAL_PROMPT"] == "0"


@pytest.mark.parametrize(
    "subject", [text for text in HOSTILE if text.isprintable() and 0 < len(text) < 5000]
)
def test_hostile_subject_comes_back(clone: Clone, store: Store, subject: str) -> None:
    """A commit message is data: it comes back letter by letter."""
    (sha,) = pushed(clone, store, subject)
    assert store.commit(sha) == Commit("Ada", subject)


def test_export_writes_a_commits_files(
    clone: Clone, store: Store, tmp_path: Path
) -> None:
    """Files and folders come out as they are at that commit, and no others."""
    old = clone.commit({"a/deep/one": "old", "two": "old", "three": "old"})
    clone.commit({"a/deep/one": "new"})
    clone.push()
    store.fetch()
    into = tmp_path / "exported"
    into.mkdir()
    store.export(old, ("a", "two"), into)
    found = {str(path.relative_to(into)) for path in into.rglob("*") if path.is_file()}
    assert found == {"a/deep/one", "two"}
    assert (into / "a/deep/one").read_text() == "old"
    with pytest.raises(CommandFailed):
        store.export(old, ("missing",), into)


def test_blob_ids_change_with_content_alone(clone: Clone, store: Store) -> None:
    """The same content has the same id in every commit; a missing file is an error."""
    old = clone.commit({"lock": "1", "folder/code": "1"})
    code = clone.commit({"folder/code": "2"})
    both = clone.commit({"lock": "2"})
    clone.push()
    store.fetch()
    paths = ("lock", "folder")
    first, second, third = (store.blob_ids(sha, paths) for sha in (old, code, both))
    assert first[0] == second[0] != third[0]
    assert first[1] != second[1] == third[1]
    with pytest.raises(CommandFailed):
        store.blob_ids(old, ("missing",))


def test_worktree_is_detached(clone: Clone, store: Store, tmp_path: Path) -> None:
    """An environment's tree stands at its commit, on no branch."""
    old, _ = pushed(clone, store, "one", "two")
    store.add_worktree(tmp_path / "tree", old)
    assert Worktree(tmp_path / "tree").head() == old
    assert git(tmp_path / "tree", "branch", "--show-current") == ""
