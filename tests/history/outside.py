"""What lies outside the pipeline and outlives its deaths: the app, GitHub, Discord.

All three are asked through the real adapters; only the wire is played here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.http import Answer, Unreachable

from tests.history.death import Fate

APP, API, WEBHOOK = "http://app", "http://api", "http://discord/webhook"
WORKFLOW = "ci.yml"
UNFINISHED = "in_progress"


@dataclass(frozen=True, slots=True)
class Served:
    """A version that was started: what its files said at that moment."""

    sha: Sha
    behaviour: str

    @property
    def is_healthy(self) -> bool:
        """Tell whether it answers well."""
        return self.behaviour == "healthy"

    @property
    def is_answering(self) -> bool:
        """Tell whether it answers at all."""
        return self.behaviour != "exits"


@dataclass(slots=True)
class App:
    """What the environment's address leads to, started from a real worktree."""

    worktree: Path
    head_file: Path
    serving: Served | None = None
    was_healthy: list[Sha] = field(default_factory=list)
    starts: int = 0

    def stop(self) -> None:
        """End what serves."""
        self.serving = None

    def start(self) -> None:
        """Serve a copy of what the worktree holds now."""
        self.starts += 1
        sha = Sha(self.head_file.read_text().strip())
        text = (self.worktree / "behaviour.txt").read_text()
        self.serving = Served(sha, text)
        if self.serving.is_healthy:
            self.was_healthy.append(sha)

    def answer(self, path: str) -> Answer:
        """Answer like the real app, or not at all."""
        served = self.serving
        if served is None or served.behaviour == "exits":
            raise Unreachable("connection refused or host unknown")
        if path == "/script" and not served.is_healthy:
            return Answer(503, {}, b"unhealthy")
        report = {"status": "ok", "sha": served.sha, "environment": "preprod"}
        return Answer(200, {}, json.dumps(report).encode())


@dataclass(slots=True)
class Ci:
    """The runs that GitHub lists: per commit the attempt and how it concluded."""

    runs: dict[Sha, tuple[int, str]] = field(default_factory=dict)
    concluded: set[tuple[Sha, str]] = field(default_factory=set)

    def conclude(self, sha: Sha, conclusion: str) -> None:
        """Let a commit's run, or a new attempt of it, end."""
        attempt, before = self.runs.get(sha, (0, ""))
        is_same = before == UNFINISHED
        self.runs[sha] = (attempt if is_same else attempt + 1, conclusion)
        self.concluded.add((sha, conclusion))

    def answer(self, url: str) -> Answer:
        """Answer what the real API would."""
        if "/jobs" in url:
            job = {"name": "Preprod tests", "conclusion": "failure", "html_url": "job"}
            return Answer(200, {}, json.dumps({"jobs": [job]}).encode())
        asked = url.partition("head_sha=")[2][:40]
        wanted = [sha for sha in self.runs if not asked or sha == asked]
        listed = [self._run(sha, *self.runs[sha]) for sha in wanted]
        return Answer(200, {}, json.dumps({"workflow_runs": listed}).encode())

    def _run(self, sha: Sha, attempt: int, conclusion: str) -> Mapping[str, object]:
        is_over = conclusion != UNFINISHED
        return {
            "id": int(sha[:7], 16),
            "run_attempt": attempt,
            "head_sha": sha,
            "event": "push",
            "path": f".github/workflows/{WORKFLOW}",
            "status": "completed" if is_over else "queued",
            "conclusion": conclusion if is_over else None,
            "html_url": f"run/{sha[:7]}",
        }


@dataclass(slots=True)
class Channel:
    """What Discord shows, and every request that it took, in order."""

    shown: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, method: str, url: str, text: str) -> Answer:
        """Take a message or an edit."""
        id_ = url.rpartition("/")[2] if method == "PATCH" else str(len(self.taken) + 1)
        if method == "PATCH" and id_ not in self.shown:
            return Answer(404, {}, b'{"code": 10008}')
        self.shown[id_] = text
        self.taken.append((id_, text))
        return Answer(200, {}, json.dumps({"id": id_}).encode())


@dataclass(slots=True)
class Outside:
    """All of it, and what of it is down."""

    app: App
    ci: Ci = field(default_factory=Ci)
    channel: Channel = field(default_factory=Channel)
    down: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Wire:
    """Stands where HTTP does, for one process."""

    outside: Outside
    fate: Fate

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object | None = None,
        timeout: float = 10.0,
    ) -> Answer:
        """Carry one request to whom it is for."""
        if url.startswith(APP):
            return self.outside.app.answer(url.removeprefix(APP))
        name = "github" if url.startswith(API) else "discord"
        if name in self.outside.down:
            raise Unreachable("no connection")
        if name == "github":
            return self.outside.ci.answer(url)
        with self.fate.around("discord"):
            text = str(body["content"]) if isinstance(body, dict) else ""
            return self.outside.channel.answer(method, url, text)
