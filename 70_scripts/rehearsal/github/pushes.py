"""Notice pushes to the bare repository.

Owns the `post-receive` hook and the spool between it and the service. The hook only
writes one small file, so that a push never waits for a workflow, and the service may
be down while somebody pushes.
"""

import logging
import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.02
SPOOL = "received-pushes"

_HOOK = """#!/bin/sh
# Note which refs this push moved, and when; whoever watches the spool does the rest.
received=$(date +%s.%N)
spool="$(git rev-parse --absolute-git-dir)/{spool}"
note="$spool/.$$"
while read -r old new ref; do
  printf '%s %s %s %s\\n' "$received" "$old" "$new" "$ref"
done >"$note"
mv "$note" "$spool/$received-$$"
"""


@dataclass(frozen=True, slots=True)
class Push:
    """One ref moved by one push; `received_at` is the hook's clock (epoch seconds)."""

    received_at: float
    before: str
    after: str
    ref: str


def install_hook(origin: Path) -> Path:
    """Make a bare repository note its pushes, and return the spool."""
    spool = origin / SPOOL
    spool.mkdir(exist_ok=True)
    hook = origin / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_HOOK.format(spool=SPOOL), encoding="ascii")
    hook.chmod(0o755)
    return spool


class PushWatcher:
    """Hands every noted push to a receiver, in order, from a thread of its own."""

    def __init__(self, origin: Path, receive: Callable[[Push], None]) -> None:
        """Install the hook; pushes wait in the spool until `start`."""
        self._spool = install_hook(origin)
        self._receive = receive
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look at the spool."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="pushes")
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            for name in self._names():
                self._take(self._spool / name)

    def _names(self) -> list[str]:
        """Return the notes that are whole, the oldest first."""
        try:
            return sorted(n for n in os.listdir(self._spool) if not n.startswith("."))
        except FileNotFoundError:
            return []  # A drill took the repository away for a while.

    def _take(self, note: Path) -> None:
        lines = note.read_text(encoding="utf-8").splitlines()
        note.unlink()
        for line in lines:
            received, before, after, ref = line.split(" ", 3)
            push = Push(float(received), before, after, ref)
            try:
                self._receive(push)
            except subprocess.CalledProcessError as error:
                # The next push may have removed what this one brought.
                _LOG.warning("push of %s to %s is lost: %s", after, ref, error)
