"""A folder for a moment, on a disk that has room."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENOUGH_BYTES = 32 << 20
ENOUGH_FILES = 1000


@contextmanager
def scratch(purpose: str, beside: Path) -> Iterator[Path]:
    """Give an empty folder that is removed afterwards, as far as it can be.

    Args:
        purpose: a part of its name.
        beside: a folder on the disk that is used where the temporary one is full.

    Raises:
        OSError: there is no room for one.
    """
    prefix = f"pipeline-{purpose}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=_roomy(beside)))
    try:
        yield folder
    finally:
        # What stays is nobody's failure.
        shutil.rmtree(folder, ignore_errors=True)


def _roomy(beside: Path) -> Path:
    with suppress(OSError):
        usual = Path(tempfile.gettempdir())
        disk = os.statvfs(usual)
        has_files = disk.f_files == 0 or disk.f_favail > ENOUGH_FILES
        if disk.f_bavail * disk.f_frsize > ENOUGH_BYTES and has_files:
            return usual
    return beside
