"""What somebody changed by hand in a worktree.

An edit is a file whose content is that of no version which the pipeline checked out.
What git itself makes of a file (line ends, modes), and what a reset left that was
killed half-way, is none. Files that ``.gitignore`` hides count where a version brings
others in their place; flags such as skip-worktree hide nothing.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.effects.processes import CommandFailed
from pipeline.effects.scratch import scratch
from pipeline.adapters.file_states import (
    ABSENT,
    SUBMODULE,
    Git,
    State,
    chunks,
    listed,
    state_on_disk,
    states_at,
)

STATUS = ("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
# What `git ls-files -v` shows of a file whose edits it does not look for.
FLAGS = {"--no-assume-unchanged": str.islower, "--no-skip-worktree": "Ss".__contains__}


class HandEdits:
    """The hand edits of one worktree."""

    def __init__(self, tree: Path, index: Path, git: Git) -> None:
        """Look at ``tree``, whose index is a file, with its own ``git``."""
        self._tree = tree
        self._index = index
        self._git = git

    def find(self, head: str, onto: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the paths of hand edits, sorted.

        Args:
            head: the commit that is checked out, empty where there is none.
            onto: the commit that comes, empty for none: what is in its way counts.
            known: other commits whose files are nobody's edits.
        """
        with self.unflagged() as index:
            seen = listed(self._git, *STATUS, "--ignore-submodules=all", env=index)
        paths = {os.fsdecode(entry[3:]) for entry in seen}
        # One that ends so is a repository of somebody's own: it is left alone.
        paths = {path for path in paths if not path.endswith("/")}
        paths |= {self._in_the_way(path) for path in self._brought(head, onto)} - {""}
        files = {file for path in paths for file in self._files(path)}
        versions = [one for one in dict.fromkeys((head, onto, *known)) if one]
        return self._unknown(sorted(files), versions)

    def blocking(self, head: str, onto: str) -> tuple[str, ...]:
        """Return the paths of folders that stand where a version has a file."""
        gone = listed(self._git, "ls-files", "--deleted", "-z", allowed=(0, 128))
        paths = {*self._brought(head, onto), *map(os.fsdecode, gone)}
        return tuple(sorted(path for path in paths if self._is_folder(path)))

    def unflag(self, env: dict[str, str] | None = None) -> None:
        """Take away the flags that make git overlook edits, and leave them in place."""
        entries = listed(self._git, "ls-files", "-v", "-z", env=env)
        for option, is_set in FLAGS.items():
            paths = [os.fsdecode(one[2:]) for one in entries if is_set(chr(one[0]))]
            for chunk in chunks(paths):
                self._git("update-index", option, "--", *chunk, env=env)

    @contextmanager
    def unflagged(self) -> Iterator[dict[str, str]]:
        """Give a copy of the index without flags; one that is damaged is made anew."""
        with scratch("index", self._index.parent) as folder:
            copy = folder / "index"
            index = {"GIT_INDEX_FILE": str(copy)}
            try:
                # With its time, by which git knows which files it must read again.
                shutil.copy2(self._index, copy)
                self.unflag(index)
            except (OSError, CommandFailed):
                copy.unlink(missing_ok=True)
                self._git("read-tree", "HEAD", env=index, allowed=(0, 128))
            yield index

    def _unknown(self, paths: Sequence[str], versions: list[str]) -> tuple[str, ...]:
        """Return the paths at which stands what no version has there."""
        known = [states_at(self._git, version, paths) for version in versions]
        return tuple(
            path
            for path in paths
            if not self._is_known(path, {one.get(path, ABSENT) for one in known})
        )

    def _is_known(self, path: str, there: set[State]) -> bool:
        state = state_on_disk(self._tree / path)
        if state.kind in ("folder", "special") or state in there:
            return True  # Nothing that could be kept, or nobody's edit.
        if state.kind != "file" or "file" not in {one.kind for one in there}:
            return False
        try:
            return State("file", self._git("hash-object", "--", path).text) in there
        except CommandFailed:
            return False

    def _brought(self, head: str, onto: str) -> list[str]:
        """Return the files that a version has and the one before has not."""
        if not onto:
            return []
        # A comparison of commits reads the index, too, which may be damaged.
        index = {"GIT_INDEX_FILE": f"{self._index}.none"}
        if not head:
            command = ("ls-tree", "-r", "-z", "--name-only", onto)
            names = listed(self._git, *command, env=index)
            return [os.fsdecode(name) for name in names]
        # What a pushed .gitmodules says of submodules can make git give up.
        options = ("-r", "-z", "--no-renames", "--ignore-submodules=all")
        wanted = ("--diff-filter=AT", head, onto)
        fields = listed(self._git, "diff-tree", *options, *wanted, env=index)
        pairs = zip(fields[::2], fields[1::2], strict=True)
        return [
            os.fsdecode(path)
            for about, path in pairs
            if about.split()[1] != SUBMODULE.encode()
        ]

    def _in_the_way(self, path: str) -> str:
        """Return what stands at a path, or at one above it; empty if nothing does."""
        for part in (*reversed(Path(path).parents[:-1]), Path(path)):
            if not os.path.lexists(self._tree / part):
                return ""
            if not self._is_folder(str(part)):
                return str(part)
        return path

    def _is_folder(self, path: str) -> bool:
        place = self._tree / path
        return place.is_dir() and not place.is_symlink()

    def _files(self, path: str) -> Iterator[str]:
        """Return a file, or what is below a folder, but for repositories there."""
        if not self._is_folder(path):
            yield path
        elif not (self._tree / path / ".git").exists():
            for name in os.listdir(self._tree / path):
                yield from self._files(os.path.join(path, name))
