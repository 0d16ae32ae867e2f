"""The health gate: open for the right version, steadily healthy, and nothing else."""

from dataclasses import dataclass, field

import pytest
from pipeline.config import Health
from pipeline.core.sha import Sha
from pipeline.effects.http import Http
from pipeline.adapters.health import Endpoint, Unhealthy

from tests.unit.clock import FakeClock
from tests.unit.site import Reply, Site, json_reply
from tests.unit.specimens import A, B

REPORT, SCRIPT, PAGE = "/health", "/script-health", "/"
SETTINGS = Health(
    path=REPORT,
    script_path=SCRIPT,
    page_path=PAGE,
    probe_timeout=0.2,
    interval=1,
    deadline=30,
    soak=0,
)
HANGS = Reply(body=b"x", drip=5)


def report(sha: object = A, environment: str = "preprod", status: str = "ok") -> Reply:
    """Return what the app says of itself."""
    return json_reply({"status": status, "sha": sha, "environment": environment})


@dataclass(slots=True)
class App:
    """A healthy app on the site, and the gate in front of it."""

    site: Site
    endpoint: Endpoint
    clock: FakeClock
    has_died: bool = False
    asked: list[bool] = field(default_factory=list)

    def wait(self, sha: Sha = A) -> float:
        """Wait for a version at the gate."""
        return self.endpoint.wait_until_healthy(sha, self.clock, self._has_died)

    def _has_died(self) -> bool:
        self.asked.append(True)
        return self.has_died


@pytest.fixture
def app(site: Site, http: Http, clock: FakeClock) -> App:
    """Serve an app that reports commit A and is well."""
    site.answers(REPORT, report())
    site.answers(SCRIPT, Reply(body=b"ok"))
    site.answers(PAGE, Reply(body="<title>The Content</title>".encode()))
    endpoint = Endpoint(http, site.url, "preprod", "The Content", SETTINGS, 3)
    return App(site, endpoint, clock)


FAULTS: dict[str, tuple[str, Reply, str]] = {
    "the old version": (REPORT, report(B), "bbbbbbb reports itself, not aaaaaaa"),
    "another environment": (REPORT, report(environment="prod"), "'prod' answers here"),
    "not ok": (REPORT, report(status="starting"), "'starting'"),
    "no version": (REPORT, json_reply({"status": "ok"}), "names no version"),
    "short version": (REPORT, report(A[:7]), "names no version"),
    "version of a wrong kind": (REPORT, report(7), "names no version"),
    "plain text": (REPORT, Reply(body=b"ok"), "not JSON"),
    "a list": (REPORT, json_reply([]), "names no version"),
    "error page of a proxy": (REPORT, Reply(503, body=b"<html>"), "HTTP 503 from /he"),
    "redirect": (REPORT, Reply(302, {"Location": "/login"}), "HTTP 302"),
    "hang": (REPORT, HANGS, ""),
    "closed": (REPORT, Reply(closes=True), ""),
    "wrong content": (PAGE, Reply(body=b"Welcome to nginx"), "does not contain"),
    "page redirect": (PAGE, Reply(301, {"Location": "/"}), "HTTP 301"),
    "page missing": (PAGE, Reply(404, body=b"The Content"), "HTTP 404"),
    "page hang": (PAGE, HANGS, ""),
    "script cannot start": (SCRIPT, Reply(503), "HTTP 503 from /script-health"),
    "script hang": (SCRIPT, HANGS, ""),
}


# Hanging costs real time at each look, and the script is not run at each look.
LASTING = [name for name in FAULTS if "hang" not in name and "script" not in name]


@pytest.mark.parametrize(("path", "reply", "problem"), FAULTS.values(), ids=FAULTS)
def test_fault_is_seen(app: App, path: str, reply: Reply, problem: str) -> None:
    """One look names what is wrong, whatever else is well."""
    app.site.answers(path, reply)
    probe = app.endpoint.probe(A)
    assert not probe.is_healthy
    assert problem in probe.problem


def test_nothing_wrong(app: App) -> None:
    """A healthy app of the expected version has no problem."""
    probe = app.endpoint.probe(A)
    assert (probe.sha, probe.is_healthy, probe.problem) == (A, True, "")


def test_any_version_may_be_asked_for(app: App) -> None:
    """Monitoring asks who serves, without expecting anybody."""
    app.site.answers(REPORT, report(B))
    probe = app.endpoint.probe()
    assert (probe.sha, probe.is_healthy) == (B, True)


def test_shallow_look_runs_no_script(app: App) -> None:
    """A shallow look costs the app no page view of its script."""
    app.site.answers(SCRIPT, Reply(503))
    assert app.endpoint.probe(A, is_deep=False).is_healthy
    assert SCRIPT not in [request.target for request in app.site.requests]


def test_script_check_may_be_absent(app: App, http: Http) -> None:
    """An app without a script health check is judged by the rest."""
    settings = SETTINGS.model_copy(update={"script_path": None})
    endpoint = Endpoint(http, app.site.url, "preprod", "The Content", settings, 3)
    assert endpoint.probe(A).is_healthy


def test_gate_wants_steadiness(app: App) -> None:
    """The gate opens after three good looks in a row, the last of them deep."""
    assert app.wait() == 2.0
    targets = [request.target for request in app.site.requests]
    assert (targets.count(REPORT), targets[-1]) == (3, SCRIPT)
    assert targets.count(SCRIPT) == 1


@pytest.fixture
def soaking(app: App, http: Http) -> App:
    """Let the three good looks be spread over eight seconds."""
    app.endpoint = Endpoint(
        http, app.site.url, "preprod", "The Content", SETTINGS, 3, 8.0
    )
    return app


def test_soak_spreads_deep_looks(soaking: App) -> None:
    """The good looks of a soak are as far apart as it is long, and each is deep."""
    assert soaking.wait() == 8.0
    targets = [request.target for request in soaking.site.requests]
    assert targets.count(SCRIPT) == targets.count(REPORT) == 3


def test_trouble_in_the_soak_begins_it_again(soaking: App) -> None:
    """What fails once in the soak has to hold for the whole of it afterwards."""
    ok = Reply(body=b"ok")
    soaking.site.answers(SCRIPT, ok, Reply(503), ok)
    assert soaking.wait() == 4.0 + 1.0 + 8.0


def test_soak_is_not_cut_by_the_deadline(soaking: App) -> None:
    """A version that is healthy just in time is looked at for as long as any."""
    soaking.site.answers(REPORT, *[Reply(503)] * 29, report())
    assert soaking.wait() == 29.0 + 8.0


def test_healthy_late_is_healthy(app: App) -> None:
    """A slow start is waited for, and the time it took is told."""
    app.site.answers(REPORT, *[Reply(503)] * 4, report(B), report())
    assert app.wait() == 7.0


@pytest.mark.parametrize("path", [REPORT, PAGE, SCRIPT])
def test_one_bad_look_starts_anew(app: App, path: str) -> None:
    """Good looks count in a row only: one bad one takes all of them back."""
    good = {REPORT: report(), PAGE: Reply(body=b"The Content"), SCRIPT: Reply()}[path]
    before = 0 if path == SCRIPT else 2
    app.site.answers(path, *[good] * before, Reply(500), good)
    assert app.wait() == 5.0


@pytest.mark.parametrize(
    ("path", "reply", "problem"),
    [FAULTS[name] for name in LASTING],
    ids=LASTING,
)
def test_gate_stays_closed(app: App, path: str, reply: Reply, problem: str) -> None:
    """With any fault that stays the gate gives up at its deadline and says why."""
    app.site.answers(path, reply)
    with pytest.raises(Unhealthy) as caught:
        app.wait()
    assert problem in str(caught.value)
    assert SETTINGS.deadline <= app.clock.elapsed <= SETTINGS.deadline + 2


def test_flapping_is_not_healthy(app: App) -> None:
    """An app that is well every other time never passes."""
    app.site.answers(REPORT, *[report(), Reply(503)] * 50)
    with pytest.raises(Unhealthy, match="after 31 s"):
        app.wait()


def test_dead_app_is_not_waited_for(app: App) -> None:
    """When the app has ended by itself, the deadline is not sat out."""
    app.site.answers(REPORT, Reply(closes=True))
    app.has_died = True
    with pytest.raises(Unhealthy, match="ended by itself"):
        app.wait()
    assert app.clock.elapsed == 0


def test_healthy_app_is_not_asked_whether_it_died(app: App) -> None:
    """Whoever answers well is alive: the engine is not bothered."""
    app.has_died = True
    app.wait()
    assert app.asked == []
