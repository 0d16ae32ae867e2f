"""Which processes have a file open, as far as this user may see."""

import os
from contextlib import suppress
from pathlib import Path


def openers(path: Path) -> list[tuple[int, str]]:
    """Return pid and command of every other process that has the file open."""
    found: dict[int, str] = {}
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        pid = int(descriptor.parts[2])
        if pid == os.getpid() or pid in found:
            continue
        with suppress(OSError):
            if os.readlink(descriptor) == str(path):
                found[pid] = " ".join(arguments(pid))
    return sorted(found.items())


def arguments(pid: int) -> list[str]:
    """Return the command line of a process, nothing where it is gone."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return [word.decode("utf-8", "replace") for word in words[:-1]]
    return []
