"""Room on the disk: how much is free, and a refusal where something would not fit."""

import os
from pathlib import Path

from pipeline.errors import Refused

# What the last one took, and a little more: the next one is rarely much larger.
MARGIN = 1.2


def require_room(doing: str, place: Path, last: int) -> None:
    """Refuse what would not fit, before anything is written.

    Args:
        doing: what would be written.
        place: a folder on the file system in question; one that is not there is on
            a machine of its own, and its room is unknown.
        last: the bytes that the last one took, 0 where there was none.

    Raises:
        Refused: less is free than it needs.
    """
    needed, free = int(last * MARGIN), free_bytes(place)
    if free is not None and free < needed:
        raise Refused(
            doing,
            f"it needs about {size(needed)}, {size(free)} are free at {place}",
            "make room there (`docker system df`, `du -xh` say what takes it), "
            "or lower prune.keep_releases",
        )


def free_bytes(place: Path) -> int | None:
    """Return the bytes that a file system has left, None where it cannot be asked."""
    try:
        found = os.statvfs(place)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def tree_bytes(folder: Path) -> int:
    """Return the bytes that the files below a folder take on the disk."""
    blocks = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(place, name))
            except OSError:
                continue
            blocks[found.st_dev, found.st_ino] = found.st_blocks
    return sum(blocks.values()) * 512


def size(number: int) -> str:
    """Return a number of bytes as people say it."""
    if number < 10**9:
        return f"{number / 10**6:.0f} MB"
    return f"{number / 10**9:.1f} GB"
