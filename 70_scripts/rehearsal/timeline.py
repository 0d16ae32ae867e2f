"""What happened, from the records of both sides: pushes, runs, journal, notices."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.configuring import OWNER, REPOSITORY
from rehearsal.scene import Scene
from rehearsal.stage import Stage
from rich.markup import escape

if TYPE_CHECKING:  # `rehearse --help` needs no server.
    from rehearsal.discord.messages import Message

STEPS = (
    "SELECT d.environment, d.kind, d.sha, s.name, s.at FROM step s JOIN deployment d "
    "ON d.id = s.deployment WHERE s.is_done"
)
ENDS = (
    "SELECT d.environment, d.kind, d.sha, o.outcome, o.at, o.reason FROM outcome o "
    "JOIN deployment d ON d.id = o.deployment"
)
LAPS = (
    "SELECT d.at, MAX(s.at) FILTER (WHERE s.name = 'reset'), "
    "MAX(s.at) FILTER (WHERE s.name = 'verify') FROM deployment d "
    "JOIN step s ON s.deployment = d.id AND s.is_done WHERE d.sha = ?"
)
LOG_LINES = 20
ESCAPED = re.compile(r"\\([^a-zA-Z0-9\s])")


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that happened, in seconds since the epoch."""

    at: float
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Laps:
    """The seconds from a push to its verified serving, in three parts."""

    workflow: float
    pipeline: float
    app: float

    @property
    def total(self) -> float:
        """Return their sum."""
        return self.workflow + self.pipeline + self.app


def laps(scene: Scene, sha: str) -> Laps:
    """Return how long the push of a SHA took to serve, verified."""
    received = next(p.received_at for p in scene.github.pushes if p.after == sha)
    with closing(sqlite3.connect(scene.state / "journal.db")) as journal:
        started, activated, verified = journal.execute(LAPS, (sha,)).fetchone()
    return Laps(started - received, activated - started, verified - activated)


def show_timeline(stage: Stage) -> None:
    """Print everything that happened, in order, with the time since the first push."""
    events = sorted(_events(stage.scene))
    stage.say("\n[bold]Timeline[/bold] (seconds since the first push)")
    for event in events:
        seconds = event.at - events[0].at
        stage.say(f"{seconds:8.2f}  {event.who:9} {escape(event.what)}")


def follow(stage: Stage, pause: float = 0.3) -> None:
    """Tell what happens from now on, as it happens, until somebody interrupts."""
    seen = {*_events(stage.scene), *_notices(stage.scene)}
    while True:
        now = {*_events(stage.scene), *_notices(stage.scene)}
        for event in sorted(now - seen):
            moment = time.strftime("%H:%M:%S", time.localtime(event.at))
            stage.say(f"{moment}  {event.who:9} {escape(event.what)}")
        seen |= now
        time.sleep(pause)


def show_notices(stage: Stage) -> None:
    """Print what Discord shows."""
    stage.say("\n[bold]Notices, as Discord shows them[/bold]")
    for message in stage.scene.discord.messages:
        lines = _shown(message).splitlines()
        stage.say("\n".join(f"   │ {escape(line)}" for line in lines))
        stage.say("")


def keep_job_logs(scene: Scene) -> None:
    """Write what every job printed to the watchers' folder."""
    scene.logs.mkdir(exist_ok=True)
    for run in scene.github.runs():
        for job in scene.github.jobs(run):
            name = f"run-{run.workflow_name}-{run.sha[:7]}-{job.key}.log"
            log = scene.github.ledger.log(job.id)
            (scene.logs / name.replace(" ", "-")).write_text(log, encoding="utf-8")


def show_failed_jobs(stage: Stage) -> None:
    """Print the end of what every failed job printed."""
    for run in stage.scene.github.runs():
        for job in stage.scene.github.jobs(run):
            if job.conclusion == "failure":
                stage.say(f"\n[bold]{run.workflow_name}: {job.name} failed[/bold]")
                lines = stage.scene.github.ledger.log(job.id).splitlines()
                stage.say(escape("\n".join(lines[-LOG_LINES:])))


def _events(scene: Scene) -> Iterator[Event]:
    for push in scene.github.pushes:
        yield Event(push.received_at, "git", f"push of {push.after[:7]} received")
    for run in scene.github.runs():
        name = f"{run.workflow_name} {run.sha[:7]}"
        yield Event(run.started_at, "GitHub", f"{name}: run started")
        if run.is_completed:
            url = f"{scene.github.url}/{OWNER}/{REPOSITORY}/actions/runs/{run.id}"
            yield Event(run.updated_at, "GitHub", f"{name}: {run.conclusion}  {url}")
    with closing(sqlite3.connect(scene.state / "journal.db")) as journal:
        for where, kind, sha, step, at in journal.execute(STEPS):
            yield Event(at, where, f"{kind} of {sha[:7]}: {step} done")
        for where, kind, sha, outcome, at, reason in journal.execute(ENDS):
            why = " ".join(reason.split())
            yield Event(at, where, f"{kind} of {sha[:7]}: {outcome} ({why})")


def _notices(scene: Scene) -> Iterator[Event]:
    for message in scene.discord.messages:
        title = _shown(message).partition("\n")[0]
        yield Event(message.edited_at or message.at, "Discord", title)


def _shown(message: "Message") -> str:
    return ESCAPED.sub(r"\1", message.content)
