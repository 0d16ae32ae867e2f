"""Files that are whole or absent, and logs that follow no planted link."""

import os
import stat
from contextlib import suppress
from pathlib import Path


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
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
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
