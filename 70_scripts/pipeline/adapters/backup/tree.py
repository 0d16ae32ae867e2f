"""A file or folder as it was: copied and made again.

Links are kept as links and never followed. Sockets, pipes and devices hold nothing that
could be kept. In a copy every file is its owner's alone; modes, owners and times are
noted beside it.
"""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.effects.files import copy_to_disk, open_plain, sync_directory
from pipeline.adapters.backup.database import (
    SIDECARS,
    copy_database,
    is_database,
    sidecars,
)
from pipeline.adapters.backup.entry import Entry, EntryKind


@dataclass(frozen=True, slots=True)
class _Copied:
    """What was copied; ``state`` is None where SQLite gave one state of its own."""

    entry: Entry
    state: tuple[int, ...] | None


@dataclass(slots=True)
class TreeCopy:
    """A copy of what stands at ``source``, that can be brought up to date.

    Attributes:
        source: a file or folder; nothing there is an empty copy.
        target: where the copy is.
        excluded: paths that never go into it.
        changed: a path that was new or had changed at the last update.
    """

    source: Path
    target: Path
    excluded: frozenset[Path] = frozenset()
    changed: str = ""
    _copied: dict[str, _Copied] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return what is in the copy, each folder before what is in it."""
        return tuple(copied.entry for copied in self._copied.values())

    def update(self) -> None:
        """Copy what is new or has changed since; what vanished leaves the copy.

        Raises:
            KeepsChanging: a file was written to during each of several copies.
            OSError: something could not be read or written.
        """
        before, self._copied, self.changed = self._copied, {}, ""
        for path, found in _walk(self.source, "", self.excluded):
            known = before.get(path)
            if self._is_in_database(path):
                continue
            if known and known.state in (None, _state(self.source / path, found)):
                self._copied[path] = known
            else:
                self._take(path, found, known)
        for path in reversed([path for path in before if path not in self._copied]):
            self.changed = str(self.source / path)
            _remove(self.target / path)

    def finish(self) -> None:
        """Put the names of everything that was copied on the disk."""
        for entry in self.entries:
            if entry.kind is EntryKind.FOLDER:
                sync_directory(self.target / entry.path)

    def _is_in_database(self, path: str) -> bool:
        """Tell whether SQLite has copied this file with the database it belongs to."""
        mains = (path.removesuffix(end) for end in SIDECARS if path.endswith(end))
        found = (self._copied.get(main) for main in mains)
        return any(one is not None and one.state is None for one in found)

    def _take(self, path: str, found: os.stat_result, known: _Copied | None) -> None:
        place, target = self.source / path, self.target / path
        if known and known.entry.kind is not _kind(found):
            _remove(target)
        try:
            copied = _copy(place, target, path, found)
        except FileNotFoundError:
            if os.path.lexists(place):
                raise
            # It vanished, perhaps half copied: the next update sees what is left.
            self.changed = str(place)
            _remove(target)
            return
        if copied:
            self.changed = str(place)
            self._copied[path] = copied


def make_tree(
    copy: Path, entries: tuple[Entry, ...], target: Path, *, has_owners: bool
) -> None:
    """Make again, at ``target``, what a copy was taken of.

    Raises:
        OSError: it could not be made.
    """
    for entry in entries:
        place = target / entry.path
        if entry.kind is EntryKind.FOLDER:
            place.mkdir(mode=0o700)
        elif entry.kind is EntryKind.LINK:
            place.symlink_to(entry.target)
        else:
            copy_to_disk(copy / entry.path, place)
    for entry in reversed(entries):  # A folder's own mode may forbid what is in it.
        _dress(target / entry.path, entry, has_owners=has_owners)


def _walk(
    place: Path, path: str, excluded: frozenset[Path]
) -> Iterator[tuple[str, os.stat_result]]:
    try:
        found = os.lstat(place)
        is_folder = stat.S_ISDIR(found.st_mode)
        names = sorted(os.listdir(place)) if is_folder else []
    except FileNotFoundError:
        return
    yield path, found
    for name in names:
        if place / name not in excluded:
            inner = f"{path}/{name}" if path else name
            yield from _walk(place / name, inner, excluded)


def _copy(
    source: Path, target: Path, path: str, found: os.stat_result
) -> _Copied | None:
    kind, state = _kind(found), _state(source, found)
    if kind is EntryKind.FOLDER:
        target.mkdir(mode=0o700, exist_ok=True)
        return _Copied(_entry(path, kind, found), state)
    if kind is EntryKind.LINK:
        link = os.readlink(source)
        target.unlink(missing_ok=True)
        os.symlink(link, target)
        return _Copied(_entry(path, kind, found, target=link), state)
    if kind is None:
        return None
    if is_database(source) and copy_database(source, target):
        return _Copied(_copied_database(target, path, found), None)
    _check_alone(source, path)
    after, digest = copy_to_disk(source, target)
    entry = _entry(path, kind, after, size=after.st_size, sha256=digest)
    return _Copied(entry, _state(source, after))


def _copied_database(target: Path, path: str, found: os.stat_result) -> Entry:
    with open_plain(target) as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
    return _entry(path, EntryKind.FILE, found, size=size, sha256=digest)


def _check_alone(source: Path, path: str) -> None:
    """Refuse a database, declared by its file, of which a part stands outside."""
    beside = next((one for one in sidecars(source) if one.exists()), None)
    if not path and beside and is_database(source):
        words = f"SQLite cannot read it, and {beside.name} beside it is not declared"
        raise OSError(errno.EBUSY, words, str(source))


def _kind(found: os.stat_result) -> EntryKind | None:
    if stat.S_ISDIR(found.st_mode):
        return EntryKind.FOLDER
    if stat.S_ISLNK(found.st_mode):
        return EntryKind.LINK
    return EntryKind.FILE if stat.S_ISREG(found.st_mode) else None


def _state(place: Path, found: os.stat_result) -> tuple[int, ...]:
    """Return what tells that something was written to; a folder is what is in it."""
    mode_and_owner = (found.st_mode, found.st_uid, found.st_gid, found.st_ino)
    if stat.S_ISDIR(found.st_mode):
        return mode_and_owner
    # A database that was closed may be opened while others are copied.
    is_open = any(os.path.lexists(one) for one in sidecars(place))
    times = (found.st_mtime_ns, found.st_ctime_ns)
    return (*mode_and_owner, found.st_size, *times, is_open)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _entry(
    path: str,
    kind: EntryKind,
    found: os.stat_result,
    *,
    size: int = 0,
    sha256: str = "",
    target: str = "",
) -> Entry:
    mode, owner = stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid)
    return Entry(path, kind, mode, *owner, found.st_mtime_ns, size, sha256, target)


def _dress(place: Path, entry: Entry, *, has_owners: bool) -> None:
    found = os.lstat(place)
    if has_owners and (found.st_uid, found.st_gid) != (entry.uid, entry.gid):
        os.chown(place, entry.uid, entry.gid, follow_symlinks=False)
    if entry.kind is not EntryKind.LINK:
        os.chmod(place, entry.mode)
        os.utime(place, ns=(entry.mtime, entry.mtime))
    if entry.kind is EntryKind.FOLDER:
        sync_directory(place)
