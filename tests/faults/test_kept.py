"""Where the lack of a verdict is kept: it serves, open, until a verdict comes."""

import pytest

from tests.sandbox.world import World

CLASS = "no verdict, kept"
TITLE = "Live without a verdict"


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault(CLASS, case)


@pytest.fixture
def keeping(running: World) -> World:
    """Give a world that keeps what no verdict comes for."""
    running.vm.configure(ci={"deadline": 1, "on_no_verdict": "keep"})
    return running


def kept(world: World, conclusion: str | None = "cancelled") -> str:
    """Deploy what no verdict comes for; return its SHA."""
    sha = world.vm.push("Nobody judges it")
    if conclusion:
        world.ci(sha, conclusion)
    world.deploy(sha)
    world.wait(lambda: TITLE in world.told())
    return sha


@pytest.mark.parametrize(
    "conclusion",
    [
        pytest.param("cancelled", marks=fault("cancelled")),
        pytest.param(None, marks=fault("no run ever listed")),
    ],
)
def test_it_stays_live_and_open(keeping: World, conclusion: str | None) -> None:
    """It is no failure: nothing is undone, and it is told once what it is."""
    sha = kept(keeping, conclusion)
    for _ in range(2):
        keeping.vm.script("resume")
    assert keeping.vm.ends()[-1] == ("deploy", sha, None)
    assert keeping.vm.serving() == sha and keeping.vm.validated() == keeping.good
    assert "❌" not in keeping.told()
    assert len([text for text in keeping.vm.notices() if TITLE in text]) == 1
    assert keeping.status()["unjudged"] == [sha]


@pytest.mark.parametrize("helper", ["settle", "resume"])
@fault("a late success")
def test_a_late_success_validates_aloud(keeping: World, helper: str) -> None:
    """When it passes after all, it is validated, and that is a message of its own."""
    keeping.vm.keep_webhook("PIPELINE_GITHUB_TOKEN=" + keeping.github.token)
    sha = kept(keeping)
    before = len(keeping.discord.messages)
    keeping.ci(sha, run_id=keeping.github.runs(sha)[0].id, attempt=2)
    options = ("preprod", "--sha", sha) if helper == "settle" else ()
    keeping.vm.script(helper, *options)
    assert keeping.end(sha) == "validated"
    assert keeping.vm.serving() == keeping.vm.validated() == sha
    assert len(keeping.discord.messages) == before + 1
    assert "Validated" in keeping.discord.messages[-1].content


@fault("a late failure")
def test_a_late_failure_rolls_back(keeping: World) -> None:
    """When it fails after all, it goes like any other."""
    sha = kept(keeping)
    run = keeping.github.runs(sha)[0].id
    keeping.ci(sha, "failure", run_id=run, attempt=2)
    keeping.vm.script("settle", "preprod", "--sha", sha, code=5)
    assert keeping.end(sha) == "rolled back"
    assert keeping.vm.serving() == keeping.vm.validated() == keeping.good


@fault("replaced by a newer one")
def test_what_replaces_it_ends_it(keeping: World) -> None:
    """A newer version that passes leaves nothing open behind it."""
    sha = kept(keeping)
    newer = keeping.vm.push("Newer")
    keeping.ci(newer)
    keeping.deploy(newer)
    assert keeping.end(newer) == "validated"
    assert keeping.end(sha) == "superseded"
    assert keeping.vm.serving() == keeping.vm.validated() == newer
