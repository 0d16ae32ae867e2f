"""What the rehearsal plays: a push that is good, a push that is not, and the floor."""

import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.scene import Scene
from rich.console import Console

LIVE_PATIENCE = 180.0
VERDICT_PATIENCE = 240.0
POLL = 0.05
END = (
    "SELECT o.outcome FROM outcome o JOIN deployment d ON d.id = o.deployment "
    "WHERE d.sha = ? AND d.kind = 'deploy'"
)
FAILING_TEST = '''"""A test that the rehearsal breaks on purpose."""


def test_fails_on_purpose():
    """Fail, so that CI turns red."""
    assert 1 + 1 == 3
'''


class RehearsalFailed(Exception):
    """Something did not happen as promised."""


@dataclass(slots=True)
class Stage:
    """Where acts are played, and what they measured, in seconds."""

    scene: Scene
    console: Console
    measured: dict[str, float] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Tell the audience what happens."""
        self.console.print(text, highlight=False, soft_wrap=True)

    def wait(
        self,
        what: str,
        patience: float,
        is_so: Callable[[], bool],
        is_hopeless: Callable[[], bool] = lambda: False,
    ) -> float:
        """Wait until something is so; return the seconds it took.

        Raises:
            RehearsalFailed: it was not so in ``patience`` seconds, or cannot be.
        """
        start = time.monotonic()
        with self.console.status(f"waiting: {what}"):
            while not is_so():
                if is_hopeless():
                    raise RehearsalFailed(f"it ended otherwise: {what}")
                if time.monotonic() - start > patience:
                    raise RehearsalFailed(f"waited {patience:.0f} s in vain: {what}")
                time.sleep(POLL)
        took = time.monotonic() - start
        self.say(f"   [{took:5.1f} s] {what}")
        return took

    def serving(self) -> str:
        """Return the SHA that preprod itself reports, empty if nothing answers."""
        try:
            address = f"{self.scene.url}/_stcore/health"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(json.load(answer)["sha"])
        except (OSError, ValueError, KeyError):
            return ""

    def validated(self) -> str:
        """Return what ``last-validated-sha.txt`` holds."""
        file = self.scene.state / "last-validated-sha.txt"
        return file.read_text(encoding="ascii").strip() if file.exists() else ""

    def end_of(self, sha: str) -> str | None:
        """Return how the journal says that the deployment of a SHA ended."""
        with closing(sqlite3.connect(self.scene.state / "journal.db")) as journal:
            row = journal.execute(END, (sha,)).fetchone()
        return row[0] if row else None


def good_push(stage: Stage) -> str:
    """Push a good commit; it must be live at once and validated by its CI."""
    stage.say("\n[bold]Act 1: a good push[/bold]")
    sha = _push(
        stage, "10_preprod/NEWS.md", "Rehearsed: a good change\n", "Good change"
    )
    _await_live(stage, sha, "first push → serving (installs dependencies)")
    stage.wait(
        f"CI passed: {sha[:7]} is validated",
        VERDICT_PATIENCE,
        lambda: stage.validated() == sha,
        is_hopeless=lambda: stage.end_of(sha) not in (None, "validated"),
    )
    return sha


def bad_push(stage: Stage, good: str) -> str:
    """Push a commit with a failing test; it must be live, then be rolled back."""
    stage.say("\n[bold]Act 2: a push with a failing test[/bold]")
    test = "10_preprod/tests/unit/test_on_purpose.py"
    sha = _push(stage, test, FAILING_TEST, "Break a test on purpose")
    _await_live(stage, sha, "second push → serving")
    stage.wait(
        f"CI failed: preprod serves {good[:7]} again",
        VERDICT_PATIENCE,
        lambda: stage.serving() == good,
        is_hopeless=lambda: stage.end_of(sha) not in (None, "rolled back"),
    )
    stage.wait("the rollback is told", 60, lambda: _is_told(stage, sha, "Rolled back"))
    if stage.validated() != good:
        raise RehearsalFailed(f"last-validated-sha.txt holds {stage.validated()!r}")
    return sha


def _push(stage: Stage, file: str, text: str, message: str) -> str:
    target: Path = stage.scene.clone / file
    target.write_text(text, encoding="utf-8")
    stage.scene.git("add", "--all")
    stage.scene.git("commit", "--quiet", "--message", message)
    stage.scene.git("push", "--quiet", "origin", "main")
    sha = stage.scene.git("rev-parse", "HEAD")
    stage.say(f"   pushed {sha[:7]}: {message}")
    return sha


def _await_live(stage: Stage, sha: str, what: str) -> None:
    stage.wait(
        f"curl {stage.scene.url}/_stcore/health shows {sha[:7]}",
        LIVE_PATIENCE,
        lambda: stage.serving() == sha,
    )
    received = next(p.received_at for p in stage.scene.github.pushes if p.after == sha)
    stage.measured[what] = time.time() - received


def _is_told(stage: Stage, sha: str, title: str) -> bool:
    texts = (message.content for message in stage.scene.discord.messages)
    return any(sha[:7] in text and title in text for text in texts)
