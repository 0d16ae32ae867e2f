"""Hand edits as a commit: what stands in the tree, byte for byte, what is staged."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.effects.scratch import scratch
from pipeline.adapters.file_states import ABSENT, LINK, Git, state_on_disk

KEEPER = {
    "GIT_AUTHOR_NAME": "pipeline",
    "GIT_AUTHOR_EMAIL": "pipeline@localhost",
    "GIT_COMMITTER_NAME": "pipeline",
    "GIT_COMMITTER_EMAIL": "pipeline@localhost",
}
Index = dict[str, str]


def commit_files(
    git: Git, tree: Path, head: str, paths: Sequence[str], staged: Index, message: str
) -> str:
    """Commit some files as they stand in a worktree; return the commit.

    Args:
        git: runs git in the worktree.
        tree: the worktree.
        head: the commit that is checked out, empty where there is none.
        paths: the files; what is not there any more is left out of the commit.
        staged: names the index; what differs in it becomes the second parent.
        message: the commit's.
    """
    with scratch("index", tree.parent) as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        git("read-tree", head or "--empty", env=index)
        for path in paths:
            _add(git, tree, path, folder, index)
        kept = git("write-tree", env=index).text
    parents = [head] if head else []
    # An index in the middle of a merge is none that can be committed.
    other = git("write-tree", env=staged, allowed=(0, 128)).text
    if other not in (
        "",
        kept,
        git("rev-parse", f"{head}^{{tree}}").text if head else "",
    ):
        parents.append(_commit(git, other, parents, "What was staged"))
    return _commit(git, kept, parents, message)


def _commit(git: Git, tree: str, parents: Sequence[str], message: str) -> str:
    named = (part for parent in parents for part in ("-p", parent))
    return git("commit-tree", tree, *named, "-m", message, env=KEEPER).text


def _add(git: Git, tree: Path, path: str, folder: Path, index: Index) -> None:
    file, state = tree / path, state_on_disk(tree / path)
    if state == ABSENT:
        git("update-index", "--force-remove", "--", path, env=index)
        return
    is_program = state.kind == "file" and os.access(file, os.X_OK)
    mode = LINK if state.kind == "link" else "100755" if is_program else "100644"
    if state.kind == "link":
        content = os.readlink(os.fsencode(file))
        file = folder / "link"
        file.write_bytes(content)
    elif state.id == "unreadable":
        with suppress(OSError):
            file.chmod(0o600)
    # Not through the index: it would change line ends.
    blob = git("hash-object", "-w", "--no-filters", "--", str(file)).text
    entry = ("--add", "--replace", "--cacheinfo", f"{mode},{blob},{path}")
    git("update-index", *entry, env=index)
