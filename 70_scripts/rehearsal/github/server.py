"""The loopback GitHub: one repository, its API, and a runner.

Owns the wiring of the parts and the service's life.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from rehearsal.faults import Faults
from rehearsal.github.catalog import Catalog
from rehearsal.github.deployments import Deployments
from rehearsal.github.engine import Engine
from rehearsal.github.events import Events
from rehearsal.github.ledger import Ledger
from rehearsal.github.origin import Origin
from rehearsal.github.performance import Performer
from rehearsal.github.pulls import Pulls
from rehearsal.github.pushes import Push, PushWatcher
from rehearsal.github.rest.app import api_application
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.limits import Limits
from rehearsal.github.runs import Job, Run
from rehearsal.github.scripting import ScriptedRun, script
from rehearsal.github.site import TOKEN, Site
from rehearsal.github.starting import Starter
from rehearsal.github.tokens import Tokens
from rehearsal.serving import LoopbackService


class GitHubServer(LoopbackService):
    """A GitHub for one repository, on 127.0.0.1.

    Attributes:
        faults: What goes wrong with the next answers.
        limits: The rate limits, which may be used up on purpose.
        ledger: Every run and job.
        variables: The repository's variables; changes count from the next run on.
        reviewed: The environments with reviewers, likewise.
        token: A personal token that the API accepts.
    """

    token = TOKEN

    def __init__(
        self,
        origin: Path,
        owner: str,
        repo: str,
        act: Path | None,
        home: Path,
        *,
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        seconds_per_minute: float = 60.0,
    ) -> None:
        """Set the service up; nothing listens and nothing runs before `start`.

        See `Site` for the arguments; the bare repository gets a `post-receive` hook.
        """
        super().__init__()
        self.variables, kept = dict(variables or {}), dict(secrets or {})
        more = (kept, self.variables, environment or {}, seconds_per_minute)
        site = Site(self.url, owner, repo, act, home, *more)
        self.faults, self.limits, self.ledger = Faults(), Limits(), Ledger()
        tokens, git = Tokens(), Origin(origin)
        deployments, catalog = Deployments(self.ledger), Catalog(git)
        self.reviewed = deployments.reviewed
        performer = Performer(site, git, self.ledger, tokens)
        self._engine = Engine(site, self.ledger, tokens, performer, deployments)
        starter = Starter(site, git, catalog, self.ledger, self._engine)
        self._events = Events(site, git, catalog, starter)
        pulls = Pulls(git, self.ledger, self._events.pull, self._events.push)
        self._engine.on_completed = self._events.completed
        self._events.on_push = pulls.pushed
        behind = Backstage(
            site, git, self.ledger, catalog, starter, self._engine, pulls, deployments
        )
        self.app = api_application(behind, tokens, self.limits, self.faults)
        receive = self._events.push if act else self._events.pushes.append
        self._watcher = PushWatcher(origin, receive)

    @property
    def api_url(self) -> str:
        """Return the address of the API, which is also the site's."""
        return self.url

    @property
    def pushes(self) -> tuple[Push, ...]:
        """Return every push so far, with the time it was received."""
        return tuple(self._events.pushes)

    def start(self) -> None:
        """Listen, and take pushes."""
        super().start()
        self._watcher.start()

    def stop(self) -> None:
        """Stop listening, and end every run with all of its processes."""
        self._watcher.stop()
        self._engine.stop()
        super().stop()

    def script_runs(self, *scripted: ScriptedRun) -> tuple[Run, ...]:
        """Add or alter runs without performing anything."""
        return tuple(script(self.ledger, one) for one in scripted)

    def announce_end(self, run: Run) -> None:
        """Start what the end of a run starts, as for one that was performed."""
        self._events.completed(run)

    def approve(self, run: Run) -> None:
        """Let a run begin that waits for the reviewers of its environment."""
        self._engine.approve(run.id)

    def runs(self, sha: str | None = None, workflow: str | None = None) -> list[Run]:
        """Return the runs, the newest first, of one commit or one workflow file."""
        return [
            run
            for run in self.ledger.runs()
            if sha in (None, run.sha) and workflow in (None, os.path.basename(run.path))
        ]

    def jobs(self, run: Run) -> tuple[Job, ...]:
        """Return the jobs of an attempt of a run."""
        return self.ledger.jobs(run.id, run.attempt)

    def wait_for_run(
        self,
        sha: str,
        workflow: str,
        seconds: float,
        is_so: Callable[[Run], bool] = lambda run: run.is_completed,
    ) -> Run:
        """Wait until a commit's newest run of a workflow is so, and return it.

        Raises:
            TimeoutError: It is not so in time.
        """

        def found(ledger: Ledger) -> bool:
            runs = self.runs(sha, workflow)
            return bool(runs) and is_so(runs[0])

        if not self.ledger.wait_until(found, seconds):
            raise TimeoutError(f"no such run of {workflow} for {sha} in {seconds} s")
        return self.runs(sha, workflow)[0]
