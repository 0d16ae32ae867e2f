"""The files that git opens first: where one is a FIFO, git would wait for ever."""

import os
from contextlib import suppress
from pathlib import Path

from pipeline.effects.files import NotPlain, read_plain, require_plain

OF_A_STORE = ("HEAD", "config", "packed-refs", "FETCH_HEAD", "info/exclude")
OF_A_WORKTREE = ("HEAD", "index", "commondir", "gitdir", "config.worktree")


def require_plain_store(path: Path) -> None:
    """Check a bare repository.

    Raises:
        NotPlain: something else stands in the place of one of its files.
    """
    require_plain(*(path / name for name in OF_A_STORE))


def require_plain_worktree(path: Path) -> None:
    """Check a worktree: its ``.git``, and what git keeps of it in the repository.

    Raises:
        NotPlain: something else stands in the place of one of its files.
    """
    folder = path / ".git"
    if folder.is_dir() and not (folder / "objects").is_dir():
        raise NotPlain(folder)
    if not folder.is_dir():
        require_plain(folder)
        with suppress(OSError):  # git itself says best what is missing.
            named = read_plain(folder).removeprefix(b"gitdir: ").strip()
            folder = path / os.fsdecode(named)
    require_plain(*(folder / name for name in OF_A_WORKTREE))
