"""Git's own lock files: live, or left behind by a git that was killed.

Git closes a lock's file and keeps the lock, so that an open file proves nothing. Every
command of the pipeline that writes to a git directory therefore holds a kernel lock of
that directory, shared; it is inherited by git itself. A lock file is abandoned where
nobody has the kernel lock and no git of a person is at work there.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.effects.clock import SystemClock
from pipeline.effects.openers import arguments, openers
from pipeline.effects.files import remove_tree
from pipeline.errors import TimedOut
from pipeline.adapters.lock import held

WRITERS = "pipeline.writers"
PATIENCE = 30.0
POLL = 0.2
YOUNGEST = 1.0  # seconds; a program with a git of its own holds locks for less
# packed-refs.new blocks like a lock: git makes it with O_EXCL.
PATTERNS = (
    "*.lock",
    "packed-refs.new",
    "refs/**/*.lock",
    "objects/info/**/*.lock",
    "objects/pack/*.lock",
)
# They never write to a repository, and one in a pager may last for days.
READERS = frozenset(
    "blame cat-file diff grep help log ls-files ls-tree merge-base rev-list rev-parse "
    "shortlog show status upload-pack var whatchanged fsmonitor--daemon".split()
)
CLOCK = SystemClock()


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Write to a git directory: abandoned locks are removed, others are waited for.

    What still holds a lock after a while is git's to name.
    """
    _await(directory, (), PATIENCE / 3)
    with held(
        directory / WRITERS, CLOCK, patience=PATIENCE, is_inherited=True, is_shared=True
    ):
        yield


def await_unlocked(directory: Path, tree: Path) -> None:
    """Wait until nobody is changing a worktree, removing abandoned locks.

    Raises:
        TimedOut: somebody's git kept a lock all the time.
    """
    left = _await(directory, (tree,), PATIENCE)
    if left:
        named = ", ".join(lock.name for lock in left)
        seen = "; ".join(_at_work(directory, (tree,))) or "another program"
        raise TimedOut(
            f"waiting for {named} of {tree}",
            f"held for {PATIENCE:g} s by {seen}",
            "end that command (an open editor of `git commit`?), then try again",
        )


def _await(directory: Path, trees: tuple[Path, ...], patience: float) -> list[Path]:
    end = time.monotonic() + patience
    while left := _clear(directory, trees):
        if time.monotonic() > end:
            break
        time.sleep(POLL)
    return left


def _clear(directory: Path, trees: tuple[Path, ...]) -> list[Path]:
    """Remove the abandoned locks of a git directory; return those that are left."""
    locks = _locks(directory)
    if not locks:
        return []
    descriptor = os.open(directory / WRITERS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _at_work(directory, trees):
            for lock in locks:
                _remove_unless_live(lock)
    except BlockingIOError:
        pass
    finally:
        os.close(descriptor)
    return _locks(directory)


def _locks(directory: Path) -> list[Path]:
    return [lock for pattern in PATTERNS for lock in directory.glob(pattern)]


def _remove_unless_live(lock: Path) -> None:
    with suppress(OSError):
        age = time.time() - lock.lstat().st_mtime
        if 0 <= age < YOUNGEST or openers(lock):
            return
        if lock.is_dir() and not lock.is_symlink():
            remove_tree(lock)
        else:
            lock.unlink()


def _at_work(directory: Path, trees: tuple[Path, ...]) -> list[str]:
    """Name the git commands of people that may write to a git directory."""
    places = (directory, *trees, *_worktrees(directory))
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        words = arguments(pid)
        subcommand = _subcommand(words)
        if subcommand in READERS or not _is_there(entry, words, places):
            continue
        found.append(f"`{' '.join(words)[:120]}` (pid {pid})")
    return found


def _worktrees(directory: Path) -> Iterator[Path]:
    for file in directory.glob("worktrees/*/gitdir"):
        with suppress(OSError, ValueError):
            yield Path(file.read_text(encoding="utf-8").strip()).parent


def _is_there(process: Path, words: list[str], places: tuple[Path, ...]) -> bool:
    if any(str(place) in word for place in places for word in words):
        return True
    try:
        folder = Path(os.readlink(process / "cwd"))
    except OSError:
        return False  # Another user's, who may not write here.
    return any(folder.is_relative_to(place.resolve()) for place in places)


def _subcommand(words: list[str]) -> str:
    """Return git's subcommand, ``help`` for what is no git."""
    name = Path(words[0]).name if words else ""
    if name.startswith("git-"):
        return name.removeprefix("git-")
    rest = iter(words[1:] if name == "git" else ())
    for word in rest:
        if word in ("-C", "-c", "--git-dir", "--work-tree", "--namespace"):
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return "help"
