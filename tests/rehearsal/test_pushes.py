"""Pushes are noticed, in order, whatever happens to the repository meanwhile."""

import threading
from pathlib import Path

from rehearsal.github.pushes import POLL_SECONDS, SPOOL, Push, PushWatcher

from tests.unit.waiting import wait_until


def test_a_repository_that_was_away_is_watched_again(tmp_path: Path) -> None:
    """A drill moves the repository away and back; what is pushed next is noticed."""
    origin, away = tmp_path / "origin.git", tmp_path / "away.git"
    origin.mkdir()
    received: list[Push] = []
    watcher = PushWatcher(origin, received.append)
    watcher.start()
    try:
        origin.rename(away)
        threading.Event().wait(5 * POLL_SECONDS)
        away.rename(origin)
        (origin / SPOOL / "1").write_text("1.5 old new refs/heads/main\n")
        wait_until(lambda: received, "the push")
    finally:
        watcher.stop()
    assert received == [Push(1.5, "old", "new", "refs/heads/main")]
