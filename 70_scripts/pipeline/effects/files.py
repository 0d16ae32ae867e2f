"""Files that are whole or absent, copies that are on the disk, links not followed."""

import errno
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BufferedWriter, FileIO
from pathlib import Path

CHUNK = 1 << 20
TRIES = 3


# Far above every file that is read as a whole: an event with a message of 10 MB fits.
LARGEST_READ = 64_000_000


NOT_PLAIN = "not a plain file: move it away, then run the command again"


class NotPlain(OSError):
    """Something else stands where a file is expected: a FIFO, a folder, a link."""

    def __init__(self, path: Path) -> None:
        """Name the place."""
        super().__init__(errno.EINVAL, NOT_PLAIN, str(path))


class KeepsChanging(OSError):
    """A file was written to each time that it was copied."""


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file so that a reader, or a power cut, sees the old or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    # Left by a process of the same id that was killed, or planted.
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, mode)
    try:
        os.fchmod(descriptor, mode)  # Whatever the umask takes away.
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def read_plain(path: Path, *, follow: bool = False, tail: int | None = None) -> bytes:
    """Return what a plain file holds, without ever waiting for a FIFO's writer.

    Args:
        path: the file.
        follow: also read what a link points to.
        tail: only this many bytes, the last ones.

    Raises:
        NotPlain: something else than a plain file stands there.
        OSError: it cannot be read, or is huge.
    """
    with open(path, "rb", opener=opener(follow=follow)) as file:
        size = os.fstat(file.fileno()).st_size
        if tail is not None:
            file.seek(max(size - tail, 0))
        elif size > LARGEST_READ:
            raise OSError(errno.EFBIG, f"more than {LARGEST_READ} bytes", str(path))
        return file.read()


def require_plain(*places: Path) -> None:
    """Check that at each place is a plain file, a link to one, or nothing.

    For what other programs open: git and Compose wait for a FIFO's writer for ever.

    Raises:
        NotPlain: something else stands there.
    """
    for place in places:
        if os.path.lexists(place) and not place.is_file():
            raise NotPlain(place)


def make_way(path: Path) -> None:
    """Take away what stands in the place of a file of ours and is none.

    A folder, which may hold something, is moved aside.
    """
    if not os.path.lexists(path) or stat.S_ISREG(os.lstat(path).st_mode):
        return
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(f"{path.name}.aside-{time.time_ns()}"))
    else:
        path.unlink()


def opener(*, follow: bool = False, mode: int = 0o644) -> Callable[[str, int], int]:
    """Return an opener that refuses whatever is not a plain file, and never waits."""

    def opened(path: str, flags: int) -> int:
        safe = os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        try:
            descriptor = os.open(path, flags | safe, mode)
        except OSError as error:
            # A link (ELOOP), a socket or a FIFO without a reader (ENXIO).
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise NotPlain(Path(path)) from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotPlain(Path(path))
        return descriptor

    return opened


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, readable by everybody whatever the umask.

    A container's user reads what is served; one that is there keeps its mode.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):  # Another process was quicker.
        folder.mkdir()
        folder.chmod(0o755)


def let_others_read(root: Path, paths: Iterable[Path]) -> None:
    """Let everybody read files below ``root`` and search the folders that lead there.

    What cannot be changed, because it is gone or somebody else's, is left as it is.
    """
    files = tuple(paths)
    folders = {root, *(root / folder for file in files for folder in file.parents)}
    wanted = ((root / file, 0o044) for file in files)
    for place, more in (*((folder, 0o055) for folder in folders), *wanted):
        with suppress(OSError):
            mode = os.lstat(place).st_mode
            if not stat.S_ISLNK(mode) and mode & more != more:
                os.chmod(place, stat.S_IMODE(mode) | more)


def let_owner_write(root: Path) -> bool:
    """Let the owner write to every folder below ``root``; tell whether one changed."""
    changed = False
    for folder, _, _ in os.walk(root):
        with suppress(OSError):
            mode = stat.S_IMODE(os.lstat(folder).st_mode)
            if mode & 0o700 != 0o700:
                os.chmod(folder, mode | 0o700)
                changed = True
    return changed


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


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, also what its modes protect.

    What cannot be removed stays: clean-up is no reason for anything to fail.
    """
    for place, names, _ in os.walk(folder):  # Yields before it goes in.
        for inner in (Path(place), *(Path(place) / name for name in names)):
            if not inner.is_symlink():
                with suppress(OSError):
                    inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def open_log_or_nothing(path: Path) -> int:
    """Open a log of ours, or what takes everything where it cannot be opened."""
    try:
        return open_private_log(path)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


def bound_log(path: Path, most: int) -> None:
    """Move a log of more than ``most`` bytes to ``.1``, and let it begin anew.

    Copied and cut, not renamed: who writes to it goes on with the same file.
    """
    if path.is_file() and not path.is_symlink() and path.stat().st_size > most:
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)


def point_link(link: Path, target: Path) -> None:
    """Make ``link`` a symbolic link to ``target``, replacing it in one step."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    os.replace(temporary, link)


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
