"""Telling GitHub of deployments: what is missing there, in order, each thing once.

What GitHub should know follows from the journal; what it was told is recorded there
too. Telling never raises: words are not deeds.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.deployment import Deployment
from pipeline.core.reports import Channel, Report, reports
from pipeline.effects.clock import Clock
from pipeline.errors import EXPECTED
from pipeline.journal.database import open_database, require_writable
from pipeline.adapters.github_api import GitHubUnavailable
from pipeline.adapters.github_deployments import (
    GitHubRefuses,
    GitHubDeployments,
    NotTaken,
    Place,
)
from pipeline.adapters.lock import held
from pipeline.journal.reports import Reported

MOST = 20
BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class Reports:
    """Tell GitHub what it does not know; ``github`` is None where there is no token."""

    journal: Path
    lock: Path
    github: GitHubDeployments | None
    places: Mapping[str, Place]
    clock: Clock
    patience: float = 10.0

    def flush(self) -> str:
        """Tell what is missing, within ``patience`` seconds; return what went wrong."""
        if self.github is None:
            return ""
        try:
            with (
                held(self.lock, self.clock, patience=self.patience),
                closing(open_database(self.journal)) as database,
            ):
                require_writable(database)  # What cannot be recorded is not told.
                reported = Reported(database, self.clock)
                _Flush(reported, self.github, self.clock, self.patience).run(
                    self.places
                )
        except EXPECTED as error:
            return f"deployments wait in the journal to be reported: {error}"
        return ""


class _Flush:
    def __init__(
        self,
        reported: Reported,
        github: GitHubDeployments,
        clock: Clock,
        patience: float,
    ) -> None:
        self._reported = reported
        self._github = github
        self._clock = clock
        self._end = clock.monotonic() + patience

    def run(self, places: Mapping[str, Place]) -> None:
        wait = self._reported.pause_left()
        if wait > 0:
            raise GitHubUnavailable(f"it asked for a pause of {wait:.0f} s more")
        for deployment in self._reported.candidates(MOST):
            if place := places.get(deployment.order.environment):
                self._tell_all(deployment, place)

    def _tell_all(self, deployment: Deployment, place: Place) -> None:
        facts = self._reported.facts(deployment)
        wanted = reports(facts, has_commit_status=place.has_commit_status)
        for report in self._reported.missing(deployment, wanted):
            if not self._tell(deployment, report, place):
                return

    def _tell(self, deployment: Deployment, report: Report, place: Place) -> bool:
        """Tell one thing; return whether what follows it makes sense."""
        while True:
            if self._clock.monotonic() > self._end:
                raise GitHubUnavailable("out of time, the rest follows")
            try:
                remote = self._send(deployment, report, place)
            except GitHubRefuses as error:
                self._reported.record(
                    deployment, report, is_over=True, error=str(error)
                )
                return report.channel is Channel.COMMIT
            except GitHubUnavailable as error:
                self._wait_or_raise(deployment, report, error)
            else:
                self._reported.record(deployment, report, is_over=True, remote=remote)
                return True

    def _wait_or_raise(
        self, deployment: Deployment, report: Report, error: GitHubUnavailable
    ) -> None:
        # What the token may not do stays so however long one waits.
        is_ours = isinstance(error, NotTaken) and error.is_ours
        pause = 0.0 if is_ours else self._github.pause()
        is_short = 0 < pause <= self._end - self._clock.monotonic()
        lasting = 0.0 if is_short else pause
        self._reported.record(
            deployment, report, is_over=False, error=str(error), pause=lasting
        )
        if not is_short:
            raise error
        self._clock.sleep(pause)

    def _send(self, deployment: Deployment, report: Report, place: Place) -> int | None:
        if report.channel is Channel.DEPLOYMENT:
            return self._create(deployment, report, place)
        log_url = self._log_url(deployment)
        if report.channel is Channel.COMMIT:
            self._github.set_commit_status(
                deployment.sha, report.state, report.description, place.name, log_url
            )
        elif (remote := self._reported.remote(deployment)) is not None:
            self._github.set_state(
                remote, report.state, report.description, place, log_url
            )
        return None

    def _create(self, deployment: Deployment, report: Report, place: Place) -> int:
        payload = {"journal": deployment.id, "at": deployment.started_at}
        if self._reported.was_begun(deployment):
            # The answer was lost, or its receiver killed: it may be there already.
            found = self._github.find(deployment.sha, place, payload)
            if found is not None:
                return found
        self._reported.record(deployment, report, is_over=False, error=BEGUN)
        return self._github.create(deployment.sha, place, report.description, payload)

    def _log_url(self, deployment: Deployment) -> str:
        """Return the run that made a deployment, or the one that its cause was of."""
        url = deployment.order.run_url
        if not url and deployment.order.cause is not None:
            url = self._reported.run_url(deployment.order.cause)
        return url if url.startswith(("https://", "http://")) else ""
