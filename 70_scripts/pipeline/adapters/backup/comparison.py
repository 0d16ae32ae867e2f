"""Whether a tree still is what was noted of it."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.effects.files import open_plain
from pipeline.errors import ExpectedError
from pipeline.adapters.backup.entry import Entry, EntryKind

KINDS = {
    stat.S_IFREG: EntryKind.FILE,
    stat.S_IFDIR: EntryKind.FOLDER,
    stat.S_IFLNK: EntryKind.LINK,
}


class Differs(ExpectedError):
    """What was found is not what was noted."""


def compare(root: Path, entries: tuple[Entry, ...], *, has_modes: bool) -> None:
    """Read everything at ``root`` and compare it with what was noted.

    Raises:
        Differs: something is damaged, missing, or there without having been noted.
        OSError: something could not be read.
    """
    for entry in entries:
        if problem := _difference(root / entry.path, entry, has_modes=has_modes):
            raise Differs(f"{root / entry.path} {problem}")
    noted = {entry.path for entry in entries}
    for path in _paths(root, ""):
        if path not in noted:
            raise Differs(f"{root / path} was not noted")


def _difference(place: Path, entry: Entry, *, has_modes: bool) -> str:
    try:
        found = os.lstat(place)
    except FileNotFoundError:
        return "is missing"
    if KINDS.get(stat.S_IFMT(found.st_mode)) is not entry.kind:
        return f"is no {entry.kind}"
    if entry.kind is EntryKind.LINK:
        return "" if os.readlink(place) == entry.target else "leads elsewhere"
    if has_modes and stat.S_IMODE(found.st_mode) != entry.mode:
        return "has another mode"
    if entry.kind is EntryKind.FOLDER:
        return ""
    with open_plain(place) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    is_same = (found.st_size, digest) == (entry.size, entry.sha256)
    return "" if is_same else "has other content"


def _paths(root: Path, path: str) -> Iterator[str]:
    yield path
    if stat.S_ISDIR(os.lstat(root / path).st_mode):
        for name in os.listdir(root / path):
            yield from _paths(root, f"{path}/{name}" if path else name)
