"""What can stand where a file is expected: refused or mended, never waited for."""

import os
import stat
from collections.abc import Callable
from pathlib import Path


def fifo(place: Path) -> None:
    """Put a FIFO there: opening it waits for its other end."""
    os.mkfifo(place)


def unix_socket(place: Path) -> None:
    """Put a socket there; nobody listens on it."""
    os.mknod(place, stat.S_IFSOCK | 0o600)


def folder(place: Path) -> None:
    """Put a folder there."""
    place.mkdir()


def dangling_link(place: Path) -> None:
    """Put a link there that leads nowhere, yet."""
    place.symlink_to(place.with_name(f"{place.name}-planted"))


PLACES: dict[str, Callable[[Path], None]] = {
    "a FIFO": fifo,
    "a socket": unix_socket,
    "a directory": folder,
    "a dangling link": dangling_link,
}


def put(kind: str, place: Path) -> None:
    """Put something of a kind in the place of what stands there, if anything does."""
    clear(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    PLACES[kind](place)


def clear(place: Path) -> None:
    """Take away what stands at a place."""
    if place.is_dir() and not place.is_symlink():
        place.rmdir()
    else:
        place.unlink(missing_ok=True)
