"""CI that takes longer than the watcher waits: awaited while it runs, not for ever."""

import pytest

from tests.sandbox.world import World

CLASS = "CI that takes long"
STILL = "Live, CI still running"
TOKEN = "PIPELINE_GITHUB_TOKEN="


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault(CLASS, case)


@pytest.fixture
def held(running: World) -> World:
    """Give a world whose newest version waits for a CI that is in progress."""
    running.vm.configure(ci={"deadline": 1})
    return running


def hold(world: World, status: str = "in_progress") -> str:
    """Deploy what CI takes long for, until its watcher has gone; return its SHA."""
    sha = world.vm.push("Takes long")
    world.ci(sha, None, status=status)
    world.deploy(sha)
    world.wait(lambda: STILL in world.told())
    world.wait(lambda: not world.vm.pids("watch_ci"))
    assert still_open(world, sha)
    return sha


def still_open(world: World, sha: str) -> bool:
    """Tell whether a version serves, and its deployment has no end."""
    is_open = ("deploy", sha, None) in world.vm.ends()
    return is_open and world.vm.serving() == sha and world.vm.validated() == world.good


def concludes(world: World, sha: str, conclusion: str | None, **more: object) -> None:
    """Let the run of a commit go on."""
    world.ci(sha, conclusion, run_id=world.github.runs(sha)[0].id, **more)


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(word, marks=fault(f"{word} at the deadline"))
        for word in ("in_progress", "queued", "waiting", "pending", "requested")
    ],
)
def test_what_runs_stays_open(held: World, status: str) -> None:
    """The watcher ends; nothing is rolled back, and people are told so once."""
    sha = hold(held, status)
    for _ in range(2):
        held.vm.script("resume")
    assert still_open(held, sha)
    assert not [text for text in held.vm.notices() if "Rolled back" in text]
    assert len([text for text in held.vm.notices() if STILL in text]) == 1
    shown = held.status()
    assert shown["running"] == [sha] and shown["awaiting"] == [sha]


@pytest.mark.parametrize("helper", ["resume", "settle"])
@pytest.mark.parametrize("conclusion", ["success", "failure"])
@fault("then green, by the timer or its event")
@fault("then red, by the timer or its event")
def test_its_end_decides(held: World, conclusion: str, helper: str) -> None:
    """When the run ends, the timer or its event settles it like any other."""
    sha = hold(held)
    concludes(held, sha, conclusion)
    options = ("preprod", "--sha", sha) if helper == "settle" else ()
    is_red = conclusion == "failure"
    held.vm.script(helper, *options, code=5 if is_red and options else 0)
    assert held.end(sha) == ("rolled back" if is_red else "validated")
    right = held.good if is_red else sha
    assert held.vm.serving() == held.vm.validated() == right


@fault("still in progress after the patience")
def test_patience_has_an_end(held: World) -> None:
    """A run that never ends is no verdict in the end, named as what it is."""
    sha = hold(held)
    held.vm.configure(ci={"deadline": 1, "patience": 2})
    held.wait(lambda: age(held, sha) > 2)
    held.vm.script("resume")
    assert held.end(sha) == "rolled back"
    assert held.vm.serving() == held.vm.validated() == held.good
    assert r"no verdict after 2 s: CI is in\_progress" in held.told()


@fault("settled by hand while it runs")
def test_asking_early_changes_nothing(patient: World) -> None:
    """Whoever settles by hand before the deadline does not silence what comes at it."""
    sha = patient.vm.push("Takes long")
    patient.ci(sha, None, status="in_progress")
    patient.deploy(sha)
    patient.vm.script("settle", "preprod", "--sha", sha)
    patient.vm.kill("watch_ci")
    patient.vm.configure(ci={"deadline": 1})
    patient.vm.script("resume")
    patient.wait(lambda: STILL in patient.told())
    assert still_open(patient, sha)


@fault("GitHub silent after the deadline")
def test_silence_is_waited_through_until_the_patience_ends(held: World) -> None:
    """What was seen running has not failed because GitHub is away for a while."""
    sha = hold(held)
    held.github.refuse_connections()
    held.vm.script("resume")
    assert still_open(held, sha)
    held.vm.configure(ci={"deadline": 1, "patience": 1})
    held.vm.script("resume")
    assert held.end(sha) == "rolled back"
    assert "GitHub unreachable" in held.told()


@fault("its run is deleted")
def test_a_run_that_is_gone_is_absent(held: World) -> None:
    """A run that somebody deleted says nothing any more: no verdict."""
    sha = hold(held)
    concludes(held, sha, None, status="in_progress", listed_after=3600.0)
    held.vm.script("resume")
    assert held.end(sha) == "rolled back"
    assert held.vm.serving() == held.good


@fault("without a token, most of the hour used up")
def test_the_timer_leaves_requests_to_watchers(held: World) -> None:
    """Without a token the timer stops asking while there is little left."""
    hold(held)
    for _ in range(45):
        held.github.limits.charge(None)
    held.vm.script("resume")
    before = held.github.limits.of(None).used
    for _ in range(3):
        held.vm.script("resume")
    assert held.github.limits.of(None).used == before


@fault("its watcher killed again and again")
def test_watchers_that_die_do_not_begin_anew(running: World) -> None:
    """The deadline counts from the deployment: killed thrice, and it ends in time."""
    running.vm.configure(ci={"deadline": 5})
    sha = running.push("Its watcher dies")
    while age(running, sha) < 5:
        running.vm.kill("watch_ci")
        running.vm.script("resume")
    running.vm.kill("watch_ci")
    running.vm.script("resume")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "no verdict after 5 s" in running.told())


@fault("its watcher killed, the verdict there after the deadline")
def test_after_the_deadline_it_is_asked_for_once(running: World) -> None:
    """A verdict that is there counts, however late somebody looks."""
    running.vm.configure(ci={"deadline": 1})
    sha = running.vm.push("Judged while nobody looked")
    running.deploy(sha)
    running.vm.kill("watch_ci")
    running.wait(lambda: age(running, sha) > 1)
    if running.vm.ends()[-1][2] is None:
        running.ci(sha)
        running.vm.script("resume")
        assert running.end(sha) == "validated"


def age(world: World, sha: str) -> float:
    """Return the seconds since the newest deployment of a commit began."""
    query = (
        "SELECT CAST(strftime('%s', 'now') AS REAL) - at FROM deployment "
        "WHERE sha = ? ORDER BY id DESC LIMIT 1"
    )
    return float(str(world.vm.journal(query, sha)[0][0]))
