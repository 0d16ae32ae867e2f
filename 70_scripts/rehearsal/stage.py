"""Where acts are played: what the audience hears, and what acts look at.

Everything that an act claims is read from what serves, the state file, the journal
or Discord, never from what the pipeline printed.
"""

import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import httpx
from rehearsal.configuring import OWNER, REPOSITORY
from rehearsal.progress import progress
from rehearsal.scene import Scene
from rich.console import Console

POLL = 0.05
ENDS = (
    "SELECT o.outcome FROM deployment d LEFT JOIN outcome o ON o.deployment = d.id "
    "WHERE d.environment = ? AND d.sha = ? AND d.kind = ? ORDER BY d.id DESC"
)


class RehearsalFailed(Exception):
    """Something did not happen as promised."""


@dataclass(slots=True)
class Stage:
    """Where acts are played."""

    scene: Scene
    console: Console

    def say(self, text: str) -> None:
        """Tell the audience what happens."""
        self.console.print(text, highlight=False, soft_wrap=True)

    def wait(
        self,
        what: str,
        patience: float,
        is_so: Callable[[], bool],
        is_hopeless: Callable[[], bool] = lambda: False,
    ) -> None:
        """Wait until something is so, and say how many seconds it took.

        Raises:
            RehearsalFailed: it was not so in ``patience`` seconds, or cannot be.
        """
        start = time.monotonic()
        with progress(self.console, what, self.scene.running_jobs) as show:
            while not is_so():
                if is_hopeless():
                    raise RehearsalFailed(f"it ended otherwise: {what}")
                if time.monotonic() - start > patience:
                    raise RehearsalFailed(f"waited {patience:.0f} s in vain: {what}")
                show(time.monotonic() - start)
                time.sleep(POLL)
        self.say(f"   [{time.monotonic() - start:5.1f} s] {what}")

    def check(self, what: str, is_so: bool) -> None:
        """Say that something is so.

        Raises:
            RehearsalFailed: it is not.
        """
        if not is_so:
            raise RehearsalFailed(f"it is not so: {what}")
        self.say(f"   ✓ {what}")

    def workflow(self, verb: str) -> str:
        """Return the file of the workflow that calls a verb of the pipeline."""
        return self.scene.layout.workflows[verb]

    def in_app(self, file: str) -> str:
        """Return where a file of the app is in the repository."""
        return f"{self.scene.layout.app}/{file}"

    def serving(self, environment: str = "") -> str:
        """Return the SHA that an app itself reports, empty if nothing answers."""
        name = environment or self.scene.judged
        try:
            address = f"{self.scene.url_of(name)}/_stcore/health"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(json.load(answer)["sha"])
        except (OSError, ValueError, KeyError):
            return ""

    def validated(self) -> str:
        """Return what ``last-validated-sha.txt`` holds."""
        file = self.scene.state / "last-validated-sha.txt"
        return file.read_text(encoding="ascii").strip() if file.exists() else ""

    def end_of(
        self, sha: str, kind: str = "deploy", environment: str = ""
    ) -> str | None:
        """Return how the journal says that the newest such deployment ended."""
        environment = environment or self.scene.judged
        with closing(sqlite3.connect(self.scene.state / "journal.db")) as journal:
            row = journal.execute(ENDS, (environment, sha, kind)).fetchone()
        return row[0] if row else None

    def ci_of(self, sha: str) -> str | None:
        """Return how a commit's CI ended, None before that."""
        return self.conclusion(sha, self.scene.layout.ci)

    def conclusion(self, sha: str, workflow: str) -> str | None:
        """Return how a commit's newest run of a workflow ended, None before that."""
        runs = self.scene.github.runs(sha, workflow)
        return runs[0].conclusion if runs else None

    def ask_github(self, method: str, path: str, body: object = None) -> None:
        """Send a request about the repository, as `gh` would.

        Raises:
            RehearsalFailed: GitHub refused it.
        """
        github = self.scene.github
        answer = httpx.request(
            method,
            f"{github.api_url}/repos/{OWNER}/{REPOSITORY}{path}",
            json=body,
            headers={"Authorization": f"Bearer {github.token}"},
            trust_env=False,
        )
        if answer.is_error:
            what = f"GitHub answered {answer.status_code} to {method} {path}"
            raise RehearsalFailed(f"{what}: {answer.text}")

    def told(self, *words: str) -> int:
        """Return how many messages on Discord hold all of these words."""
        texts = (message.content for message in self.scene.discord.messages)
        return sum(all(word in text for word in words) for text in texts)
