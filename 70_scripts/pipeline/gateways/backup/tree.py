"""A file or folder as it was: copied, compared, made again.

Links are kept as links and never followed. Sockets, pipes and devices hold nothing that
could be kept. In a copy every file is its owner's alone; modes, owners and times are
noted beside it.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.effects.files import copy_to_disk, sync_directory
from pipeline.gateways.backup.entry import Entry, EntryKind


def copy_tree(
    source: Path, target: Path, excluded: frozenset[Path] = frozenset()
) -> tuple[Entry, ...]:
    """Copy what stands at ``source``, to the disk; return what was copied.

    Raises:
        KeepsChanging: a file was written to during each of several copies.
        OSError: something could not be read or written.
    """
    return tuple(_copied(source, target, "", excluded))


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


def _copied(
    source: Path, target: Path, path: str, excluded: frozenset[Path]
) -> Iterator[Entry]:
    found = os.lstat(source)
    if stat.S_ISDIR(found.st_mode):
        target.mkdir(mode=0o700)
        yield _entry(path, EntryKind.FOLDER, found)
        for name in sorted(os.listdir(source)):
            if source / name not in excluded:
                inner = f"{path}/{name}" if path else name
                yield from _copied(source / name, target / name, inner, excluded)
        sync_directory(target)
    elif stat.S_ISLNK(found.st_mode):
        link = os.readlink(source)
        os.symlink(link, target)
        yield _entry(path, EntryKind.LINK, found, target=link)
    elif stat.S_ISREG(found.st_mode):
        found, digest = copy_to_disk(source, target)
        size = found.st_size
        yield _entry(path, EntryKind.FILE, found, size=size, sha256=digest)


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
