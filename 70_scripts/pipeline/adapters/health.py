"""What is serving, asked of what is serving."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.config import Health
from pipeline.core.sha import Sha
from pipeline.effects.clock import Clock
from pipeline.effects.http import Answer, Http, Unreachable
from pipeline.errors import ExpectedError

NO_VERSION = "the health answer names no version"


class Unhealthy(ExpectedError):
    """The gate stayed closed; the text is the last problem seen.

    ``has_died`` where the app ended, and what it said last says more.
    """

    exit_code = 4

    def __init__(self, seen: str, *, has_died: bool = False) -> None:
        """Keep what was seen."""
        super().__init__(seen)
        self.has_died = has_died


class _Report(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    status: str
    sha: str
    environment: str


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One look at an environment; ``problem`` is empty when all was well."""

    sha: Sha | None
    problem: str

    @property
    def is_healthy(self) -> bool:
        """Tell whether nothing was wrong."""
        return not self.problem


class Endpoint:
    """One environment's address, as seen from the VM."""

    def __init__(
        self,
        http: Http,
        base: str,
        environment: str,
        content: str,
        health: Health,
        checks: int,
        soak: float = 0.0,
    ) -> None:
        """Probe ``base`` for the app of ``environment``, expecting ``content``.

        ``checks`` good probes in a row, spread over ``soak`` seconds, make it healthy.
        """
        self._http = http
        self._base = base
        self._environment = environment
        self._content = content
        self._health = health
        self._checks = checks
        self._soak = soak

    def probe(
        self, expected: Sha | None = None, *, is_deep: bool = True
    ) -> ProbeResult:
        """Look once: report, page, and, when deep, a run of the app's script.

        Args:
            expected: the SHA that must report itself; None accepts any.
            is_deep: also run the script, which costs the app a whole page view.
        """
        sha: Sha | None = None
        try:
            sha = self._reported_sha()
            if expected is not None and sha != expected:
                return ProbeResult(
                    sha, f"{sha.short} reports itself, not {expected.short}"
                )
            self._check_page()
            if is_deep and self._health.script_path:
                self._get(self._health.script_path)
        except (Unhealthy, Unreachable) as problem:
            return ProbeResult(sha, str(problem))
        return ProbeResult(sha, "")

    def wait_until_healthy(
        self, sha: Sha, clock: Clock, has_died: Callable[[], bool]
    ) -> float:
        """Wait for enough good probes of ``sha`` in a row; return the seconds it took.

        Raises:
            Unhealthy: the deadline passed, or ``has_died`` said that it is over.
        """
        start = clock.monotonic()
        good, problem = 0, "too few good probes in a row"
        while True:
            is_last = good == self._checks - 1
            probe = self.probe(sha, is_deep=is_last or self._soak > 0)
            good = good + 1 if probe.is_healthy else 0
            problem = probe.problem or problem
            elapsed = clock.monotonic() - start
            if good == self._checks:
                return elapsed
            if not probe.is_healthy and has_died():
                seen = f"the app ended by itself ({probe.problem})"
                raise Unhealthy(seen, has_died=True)
            if elapsed > self._health.deadline + (self._soak if good else 0.0):
                raise Unhealthy(f"{problem}, still after {elapsed:.0f} s")
            clock.sleep(self._pause if good else self._health.interval)

    @property
    def _pause(self) -> float:
        """Return the seconds from one good probe to the next."""
        between = max(self._checks - 1, 1)
        return max(self._health.interval, self._soak / between)

    def problem_of_page(self) -> str:
        """Return what is wrong with the page, empty if nothing."""
        return self._problem(self._check_page)

    def problem_of_script(self) -> str:
        """Return what is wrong with a run of the app's script, empty if nothing."""
        path = self._health.script_path
        return self._problem(lambda: self._get(path)) if path else ""

    def _problem(self, check: Callable[[], object]) -> str:
        try:
            check()
        except (Unhealthy, Unreachable) as problem:
            return str(problem)
        return ""

    def _reported_sha(self) -> Sha:
        answer = self._get(self._health.path)
        try:
            report = _Report.model_validate(answer.json())
            sha = Sha(report.sha)
        except (ValidationError, ValueError):
            raise Unhealthy(NO_VERSION) from None
        if report.environment != self._environment:
            raise Unhealthy(f"{report.environment[:40]!r} answers here")
        if report.status != "ok":
            raise Unhealthy(f"it says status {report.status[:40]!r}")
        return sha

    def _check_page(self) -> None:
        if self._content not in self._get(self._health.page_path).text:
            raise Unhealthy(f"the page does not contain {self._content!r}")

    def _get(self, path: str) -> Answer:
        answer = self._http.ask(
            "GET", self._base + path, timeout=self._health.probe_timeout
        )
        if answer.status != 200:
            raise Unhealthy(f"HTTP {answer.status} from {path}")
        return answer
