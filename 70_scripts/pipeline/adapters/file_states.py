"""What stands at a path: on disk, and in the tree of a commit."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.effects.processes import Completed

Git = Callable[..., Completed]
CHUNK = 200  # paths on one command line
BLOCK = 1 << 20
SUBMODULE, LINK = "160000", "120000"


class State(NamedTuple):
    """The kind of a file, and git's id of its content."""

    kind: str = ""
    id: str = ""


ABSENT, FOLDER = State(), State("folder")


def state_on_disk(file: Path) -> State:
    """Return what stands at a path; what cannot be read is like nothing else."""
    place = os.fsencode(file)
    try:
        mode = os.lstat(place).st_mode
        if stat.S_ISLNK(mode):
            link = os.readlink(place)
            return State("link", _id(len(link), iter([link])))
        if stat.S_ISREG(mode):
            return State("file", _id_of_file(place))
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except OSError:
        return State("file", "unreadable")
    return FOLDER if stat.S_ISDIR(mode) else State("special")


def states_at(git: Git, version: str, paths: Sequence[str]) -> dict[str, State]:
    """Return what a commit has at some paths; what it has not is left out."""
    states = {}
    for chunk in chunks(paths):
        command = ("--literal-pathspecs", "ls-tree", "-r", "-z", version, "--", *chunk)
        for entry in listed(git, *command, allowed=(0, 128)):
            about, _, name = entry.partition(b"\t")
            mode, _, id_ = about.decode().split()
            kind = "link" if mode == LINK else "file"
            state = FOLDER if mode == SUBMODULE else State(kind, id_)
            states[os.fsdecode(name)] = state
    return states


def listed(git: Git, *command: str, **options: Any) -> list[bytes]:
    """Return the parts of an answer that are separated by NUL."""
    return [part for part in git(*command, **options).stdout.split(b"\0") if part]


def chunks(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """Divide paths into as many as fit on a command line."""
    for start in range(0, len(paths), CHUNK):
        yield paths[start : start + CHUNK]


def _id_of_file(place: bytes) -> str:
    with open(place, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        return _id(size, iter(lambda: file.read(BLOCK), b""))


def _id(size: int, content: Iterator[bytes]) -> str:
    """Return git's name of a content: https://git-scm.com/book/en/v2/Git-Internals."""
    sum_ = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for block in content:
        sum_.update(block)
    return sum_.hexdigest()
