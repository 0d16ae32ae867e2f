"""What a watch costs: counted by the loopback GitHub, as GitHub counts."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from pipeline.core.patience import Patience
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Run, Verdict
from pipeline.effects.http import Http
from pipeline.adapters.github import GitHub, GitHubUnavailable
from pipeline.operations.ci_polling import Watch, await_verdict, look_or_believe
from rehearsal.github import GitHubServer, ScriptedRun
from rehearsal.github.runs import Job

from tests.unit.clock import FakeClock

SHA = Sha("a" * 40)
GATE = ("Quality", "Tests")


@dataclass(slots=True)
class Story(FakeClock):
    """A clock at whose times something happens at GitHub; in seconds."""

    events: dict[float, Callable[[], object]] = field(default_factory=dict)

    def sleep(self, seconds: float) -> None:
        """Let the seconds pass, and with them what happens then."""
        FakeClock.sleep(self, seconds)
        for time in sorted(time for time in self.events if time <= self.elapsed):
            self.events.pop(time)()


@dataclass(slots=True)
class Ci:
    """A run of CI that its test moves on."""

    server: GitHubServer
    run: int | None = None

    def is_now(self, status: str, conclusion: str | None = None) -> None:
        """Put the run into a state."""
        scripted = ScriptedRun(str(SHA), conclusion, status, run_id=self.run)
        self.run = self.server.script_runs(scripted)[0].id

    def job_is(self, number: int, conclusion: str | None) -> None:
        """Put a job of the gate into a state; None while it runs."""
        assert self.run is not None
        status = "completed" if conclusion else "in_progress"
        name = GATE[number]
        job = Job(number + 1, self.run, 1, name, name, (), 0.0, status, conclusion)
        self.server.ledger.put_job(job)


def watch(server: GitHubServer, clock: FakeClock, token: str) -> Judgement:
    """Watch as shipped: a look every 10 s, 5 minutes long."""
    http = Http(through_proxy=False)
    github = GitHub(http, server.api_url, "team/app", token, clock)
    shipped = Watch(github, "ci.yml", GATE, 10, Patience())
    return await_verdict(shipped, SHA, clock, lambda _: None)


def used(server: GitHubServer, token: str | None) -> int:
    """Return how many requests GitHub has charged a client for."""
    return server.limits.of(token).used


@pytest.mark.parametrize("conclusion", ["success", "failure", "cancelled"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_watch_with_a_token_leaves_most_of_the_hour_to_others(
    quiet_github: GitHubServer, conclusion: str, listed: bool
) -> None:
    """From the first look to the verdict, unchanged answers are free."""
    quiet_github.script_runs(ScriptedRun("b" * 40))  # So that CI is a known workflow.
    ci, clock = Ci(quiet_github), Story()
    if listed:
        ci.is_now("in_progress")
    clock.events = {
        15: lambda: ci.is_now("queued"),
        35: lambda: ci.is_now("in_progress"),
        36: lambda: ci.job_is(0, None),
        55: lambda: ci.job_is(1, None),
        90: lambda: ci.job_is(0, "success"),
        150: lambda: ci.job_is(1, "failure" if conclusion == "failure" else "success"),
        170: lambda: ci.is_now("completed", conclusion),
    }
    words = {"success": Verdict.PASSED, "failure": Verdict.FAILED}
    judgement = watch(quiet_github, clock, quiet_github.token)
    assert judgement.verdict is words.get(conclusion, Verdict.NONE)
    assert clock.elapsed <= 180
    assert used(quiet_github, quiet_github.token) <= 20


@pytest.mark.parametrize("second", [4, 20, 100, 270])
def test_a_failed_gate_job_is_noticed_at_the_next_look(
    quiet_github: GitHubServer, second: int
) -> None:
    """A gate job's failure decides before the run has ended, whenever it comes."""
    ci, clock = Ci(quiet_github), Story()
    ci.is_now("in_progress")
    clock.events = {second: lambda: ci.job_is(0, "failure")}
    judgement = watch(quiet_github, clock, quiet_github.token)
    assert judgement.verdict is Verdict.FAILED
    assert clock.elapsed - second <= 10


def test_a_run_in_progress_is_still_awaited(quiet_github: GitHubServer) -> None:
    """At the deadline a run that goes on is no lack of a verdict, a stuck one is."""
    ci = Ci(quiet_github)
    for status in ("in_progress", "queued", "waiting", "pending", "requested"):
        ci.is_now(status)
        clock = Story()
        judgement = watch(quiet_github, clock, quiet_github.token)
        assert judgement.is_running and clock.elapsed == 300
    ci.is_now("completed", None)
    judgement = watch(quiet_github, Story(), quiet_github.token)
    assert judgement.verdict is Verdict.NONE
    assert "its conclusion is awaited" in judgement.reason


@pytest.mark.parametrize(("second", "is_awaited"), [(275, True), (200, False)])
def test_a_moment_of_silence_at_the_deadline(
    quiet_github: GitHubServer, second: int, is_awaited: bool
) -> None:
    """A run that was seen just before is awaited; longer silence is no verdict."""
    Ci(quiet_github).is_now("in_progress")
    clock = Story(events={second: quiet_github.refuse_connections})
    judgement = watch(quiet_github, clock, quiet_github.token)
    assert judgement.is_unheard is is_awaited
    assert judgement.verdict is (Verdict.PENDING if is_awaited else Verdict.NONE)


def test_what_its_predecessors_left_is_what_a_watcher_has(
    quiet_github: GitHubServer,
) -> None:
    """A watcher that is started again late looks once, and waits no second deadline."""
    quiet_github.script_runs(ScriptedRun("b" * 40))
    http, clock = Http(through_proxy=False), Story()
    token = quiet_github.token
    github = GitHub(http, quiet_github.api_url, "team/app", token, clock)
    shipped = Watch(github, "ci.yml", GATE, 10, Patience())
    for waited, slept in ((0, 300), (250, 50), (300, 0), (1e9, 0)):
        clock.elapsed = 0
        judgement = await_verdict(shipped, SHA, clock, lambda _: None, waited)
        assert judgement.verdict is Verdict.NONE
        assert clock.elapsed == slept


def test_watches_without_a_token_share_sixty_requests(
    quiet_github: GitHubServer,
) -> None:
    """However many watches there are in an hour, GitHub never has to refuse."""
    Ci(quiet_github).is_now("in_progress")
    looks = []
    for _ in range(10):
        clock = Story()
        judgement = watch(quiet_github, clock, "")
        assert judgement.is_running or len(looks) > 6
        looks.append(len(clock.slept))
    assert used(quiet_github, None) <= 60
    assert looks[0] > 8, "the first watch of an hour need not be slow"


def test_a_used_up_allowance_is_waited_for(quiet_github: GitHubServer) -> None:
    """Where nothing is left, the watch asks no more and says why."""
    quiet_github.limits.exhaust(None, 3000)
    clock = Story()
    judgement = watch(quiet_github, clock, "")
    assert judgement.verdict is Verdict.NONE
    assert "GitHub unreachable" in judgement.reason
    assert used(quiet_github, None) <= 61


def an_event(conclusion: str, attempt: int = 1) -> Run:
    """Return the finished run that an event tells of."""
    path = ".github/workflows/ci.yml"
    return Run(1, attempt, SHA, "push", path, "completed", conclusion, "https://run")


def a_watch(server: GitHubServer) -> Watch:
    """Return a watch that only looks once."""
    http = Http(through_proxy=False)
    github = GitHub(http, server.api_url, "team/app", "", FakeClock())
    return Watch(github, "ci.yml", GATE, 10, Patience())


def test_an_event_is_believed_where_github_is_silent(
    quiet_github: GitHubServer,
) -> None:
    """The end that an event tells of settles, also when the API cannot be reached."""
    watch = a_watch(quiet_github)
    quiet_github.refuse_connections()
    for conclusion, verdict in (
        ("success", Verdict.PASSED),
        ("failure", Verdict.FAILED),
        ("cancelled", Verdict.NONE),
    ):
        told = an_event(conclusion)
        assert look_or_believe(watch, SHA, told).verdict is verdict
    with pytest.raises(GitHubUnavailable):
        look_or_believe(watch, SHA, None)
    with pytest.raises(GitHubUnavailable):
        look_or_believe(watch, Sha("b" * 40), an_event("success"))


def test_a_list_that_lags_is_not_believed_over_the_event(
    quiet_github: GitHubServer,
) -> None:
    """A run still listed as running has ended if its event says so, a re-run not."""
    Ci(quiet_github).is_now("in_progress")
    watch = a_watch(quiet_github)
    assert look_or_believe(watch, SHA, an_event("success")).verdict is Verdict.PASSED
    assert look_or_believe(watch, SHA, None).verdict is Verdict.PENDING
    rerun = ScriptedRun(str(SHA), None, "in_progress", attempt=2, run_id=1)
    quiet_github.script_runs(rerun)
    told = an_event("success", attempt=1)
    assert look_or_believe(watch, SHA, told).verdict is Verdict.PENDING
