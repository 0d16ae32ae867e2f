"""Files that are whole or absent, copies that are on the disk, links not followed."""

import hashlib
import os
import stat
from contextlib import suppress
from io import BufferedWriter, FileIO
from pathlib import Path

CHUNK = 1 << 20
TRIES = 3


class KeepsChanging(OSError):
    """A file was written to each time that it was copied."""


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file so that a reader, or a power cut, sees the old or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Put a directory's own entries, new names and renames, on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_private_log(path: Path) -> int:
    """Open a log for appending, 0600, in a directory that others may write to.

    Whatever stands there and is not a plain file of ours is not followed; what we
    may remove is replaced.

    Raises:
        OSError: the place is held by somebody else.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    with suppress(OSError):
        descriptor = os.open(path, flags)
        found = os.fstat(descriptor)
        is_ours = found.st_uid == os.geteuid() and found.st_nlink == 1
        if stat.S_ISREG(found.st_mode) and is_ours:
            os.fchmod(descriptor, 0o600)
            return descriptor
        os.close(descriptor)
    path.unlink(missing_ok=True)
    return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)


def point_link(link: Path, target: Path) -> None:
    """Make ``link`` a symbolic link to ``target``, replacing it in one step."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    os.replace(temporary, link)


def remove_if_abandoned(lock: Path) -> None:
    """Remove a lock file that no process holds open: its maker was killed."""
    if lock.exists() and not _is_open(lock):
        lock.unlink(missing_ok=True)


def _is_open(path: Path) -> bool:
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(descriptor) == str(path):
                return True
    return False


def copy_to_disk(source: Path, target: Path) -> tuple[os.stat_result, str]:
    """Copy a plain file; return its state and its SHA-256.

    Raises:
        KeepsChanging: it was written to during each of several tries.
        OSError: it could not be read or written.
    """
    for _ in range(TRIES):
        with (
            open_plain(source) as reading,
            open(target, "wb", opener=_private) as writing,
        ):
            before = os.fstat(reading.fileno())
            digest = _pour(reading, writing)
            after = os.fstat(reading.fileno())
        if _state(before) == _state(after):
            return after, digest
    raise KeepsChanging(0, "it is written to all the time", str(source))


def open_plain(path: Path) -> FileIO:
    """Open a file for reading, unless it is a link; a pipe is not waited for."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    return open(os.open(path, flags), "rb", buffering=0)


def _pour(reading: FileIO, writing: BufferedWriter) -> str:
    digest = hashlib.sha256()
    while chunk := reading.read(CHUNK):
        digest.update(chunk)
        writing.write(chunk)
    writing.flush()
    os.fsync(writing.fileno())
    # What is read back is to come from the disk.
    os.posix_fadvise(writing.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return digest.hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
