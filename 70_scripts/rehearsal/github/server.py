"""The loopback GitHub: one repository, its API, and a runner.

Owns the wiring of the parts and the service's life.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Self, Unpack

from rehearsal.faults import Faults
from rehearsal.github.ledger import Ledger
from rehearsal.github.origin import Origin
from rehearsal.github.pushes import Push, PushWatcher
from rehearsal.github.rest.app import api_application
from rehearsal.github.rest.limits import Limits
from rehearsal.github.runs import Job, Run
from rehearsal.github.scripting import ScriptedRun, script
from rehearsal.github.settings import Options, Settings
from rehearsal.github.tokens import Tokens
from rehearsal.github.wiring import assembled
from rehearsal.serving import LoopbackServer


class GitHubServer:
    """A GitHub for one repository, on 127.0.0.1.

    Attributes:
        faults: What goes wrong with the next answers.
        limits: The rate limits, which may be used up on purpose.
        ledger: Every run and job.
        secrets: The repository's secrets; changes count from the next run on.
        variables: The repository's variables, likewise.
        reviewed: The environments with reviewers, likewise.
        token: A personal token that the API accepts.
    """

    def __init__(
        self,
        origin: Path,
        owner: str,
        repo: str,
        act: Path | None,
        home: Path,
        **options: Unpack[Options],
    ) -> None:
        """Set the service up; nothing listens and nothing runs before `start`.

        Args:
            origin: The bare repository; it gets a `post-receive` hook.
            owner: Whose repository it is.
            repo: Its name.
            act: The program that runs workflows; None lets pushes start nothing.
            home: The HOME of every job. The runner's own files go below it.
            options: Anything else of `Settings`, such as the secrets.
        """
        self._server, self._takes_pushes = LoopbackServer(), act is not None
        settings = Settings(self._server.url, owner, repo, act, home, **options)
        self.secrets, self.variables = settings.secrets, settings.variables
        self.reviewed = settings.reviewed
        self.token, self.faults, self.limits = settings.token, Faults(), Limits()
        tokens = Tokens([settings.token])
        self._parts = assembled(settings, Origin(origin), tokens)
        self.ledger = self._parts.ledger
        self._app = api_application(self._parts, tokens, self.limits, self.faults)
        self._watcher = PushWatcher(origin, self._receive)

    @property
    def api_url(self) -> str:
        """Return the address of the API."""
        return self._server.url

    @property
    def server_url(self) -> str:
        """Return the address of the site."""
        return self._server.url

    @property
    def pushes(self) -> tuple[Push, ...]:
        """Return every push so far, with the time it was received."""
        return tuple(self._parts.events.pushes)

    def start(self) -> None:
        """Listen, and take pushes."""
        self._server.start(self._app)
        self._watcher.start()

    def stop(self) -> None:
        """Stop listening, and end every run with all of its processes."""
        self._watcher.stop()
        self._parts.engine.stop()
        self._server.stop()

    def refuse_connections(self) -> None:
        """Stop listening for a while; runs go on."""
        self._server.stop()

    def accept_connections(self) -> None:
        """Listen again, at the same address."""
        self._server.start(self._app)

    def script_runs(self, *scripted: ScriptedRun) -> tuple[Run, ...]:
        """Add or alter runs without performing anything."""
        return tuple(script(self.ledger, one) for one in scripted)

    def announce_end(self, run: Run) -> None:
        """Start what the end of a run starts, as for one that was performed."""
        self._parts.events.completed(run)

    def approve(self, run: Run) -> None:
        """Let a run begin that waits for the reviewers of its environment."""
        self._parts.engine.approve(run.id)

    def runs(self, sha: str | None = None, workflow: str | None = None) -> list[Run]:
        """Return the runs, the newest first, of one commit or one workflow file."""
        return [
            run
            for run in self.ledger.runs()
            if sha in (None, run.sha) and workflow in (None, Path(run.path).name)
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

    def __enter__(self) -> Self:
        """Start, and return the server."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, however the block ended."""
        self.stop()

    def _receive(self, push: Push) -> None:
        if self._takes_pushes:
            self._parts.events.push(push)
        else:
            self._parts.events.pushes.append(push)
