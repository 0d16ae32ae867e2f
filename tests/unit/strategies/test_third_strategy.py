"""A strategy is one module: a third one deploys, rolls back and is resumed like any."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pipeline import wiring
from pipeline.config import load_config
from pipeline.core.deployment import Kind, Order, Outcome, Step
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.errors import FailedAndRolledBack
from pipeline.adapters.git_store import Store
from pipeline.strategies import MODULES
from pipeline.operations.deploy import deploy
from pipeline.operations.environment import Environment
from pipeline.operations.crash_recovery import recover
from pipeline.operations.settlement import settle

from tests.unit.clock import FakeClock
from tests.unit.configuration import write_config
from tests.unit.repository import Clone

GREEN = Judgement(Verdict.PASSED, "CI passed")
RED = Judgement(Verdict.FAILED, "CI failed")
STEPS = (Step.KEEP, Step.START, Step.VERIFY, Step.SWITCH, Step.CONFIRM, Step.RETIRE)


class PowerCut(BaseException):
    """What ends a process in the middle of a step."""


@dataclass
class Watchers:
    """Remember whose verdicts are awaited; nobody here waits."""

    launched: set[Sha] = field(default_factory=set)

    def launch(self, sha: Sha) -> str:
        self.launched.add(sha)
        return "its log"

    def is_watching(self, sha: Sha) -> bool:
        return sha in self.launched


@dataclass
class Team:
    """A team with a static site, its environment, and its repository."""

    env: Environment
    clone: Clone
    root: Path

    def push(self, page: str = "Mangetamain") -> Sha:
        """Push a version of the site."""
        sha = self.clone.commit({"site/index.html": page})
        self.clone.push()
        return sha

    def deploy(self, sha: Sha) -> None:
        """Deploy a version to preprod."""
        deploy(self.env, Order("preprod", sha, Kind.DEPLOY))

    def settle(self, sha: Sha, judgement: Judgement) -> Outcome | None:
        """Settle what CI said of a version."""
        return settle(self.env, sha, judgement)

    def serving(self) -> Sha | None:
        """Return what the address serves."""
        return self.env.endpoint.probe().sha

    def standing(self) -> set[str]:
        """Return the versions that stand, served or not."""
        return {one.name for one in self.root.iterdir()} - {"live"}

    def steps_of_newest(self) -> list[Step]:
        """Return the steps that the newest deployment did, in order."""
        newest = self.env.journal.deployments.newest("preprod")
        assert newest is not None
        return [
            step
            for step, is_done, _ in self.env.journal.deployments.steps(newest)
            if is_done
        ]


@pytest.fixture
def team(
    tmp_path: Path, clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Team]:
    """Set a machine up whose preprod has the third strategy."""
    monkeypatch.setitem(MODULES, "static-site", "tests.unit.strategies.static_site")
    store = Store(tmp_path / "root/.pipeline/repo.git", "main")
    store.path.parent.mkdir(parents=True)
    store.create(str(clone.origin))
    (tmp_path / "state").mkdir()
    with serving(tmp_path / "root/sites/preprod") as port:
        changes = {
            "environments.preprod.strategy": "static-site",
            "environments.preprod.port": port,
            "health.path": "/health",
            "health.script_path": None,
            "health.deadline": 0.5,
        }
        file = write_config(tmp_path, changes)
        env = wiring.build(load_config(file), file).environment("preprod")
        watchers: Any = Watchers()
        role = replace(env.judged, watchers=watchers)
        # Its time passes by waiting alone: a busy machine is no unhealthy version.
        env = replace(env, role=role, clock=FakeClock())
        yield Team(env, clone, tmp_path / "root/sites/preprod")


@contextmanager
def serving(root: Path) -> Iterator[int]:
    """Serve what the link names, whatever it names by then; yield the port."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(root / "live/site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.address_family = socket.AF_INET
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_it_starts_beside_and_switches(team: Team) -> None:
    """The new version stands beside the old one, which goes when it is validated."""
    first, second = team.push(), team.push("Mangetamain, better")
    team.deploy(first)
    assert team.settle(first, GREEN) is Outcome.VALIDATED
    team.deploy(second)
    assert team.serving() == second and team.standing() == {first, second}
    done = team.steps_of_newest()
    assert [step for step in done if step in STEPS] == list(STEPS[:-1])
    assert team.settle(second, GREEN) is Outcome.VALIDATED
    assert team.serving() == second and team.standing() == {second}


def test_a_return_is_one_switch(team: Team) -> None:
    """Red CI returns to what still stands: nothing is prepared, nothing started."""
    first, second = team.push(), team.push("Mangetamain, worse")
    team.deploy(first)
    team.settle(first, GREEN)
    team.deploy(second)
    assert team.settle(second, RED) is Outcome.ROLLED_BACK
    assert team.serving() == first and team.standing() == {first}
    assert team.env.pointer.sha() == first
    returned = set(team.steps_of_newest())
    assert {Step.SWITCH, Step.CONFIRM} < returned
    assert not {Step.PREPARE, Step.START} & returned


def test_a_version_that_no_longer_serves_is_started_again(team: Team) -> None:
    """What stands and does not answer as itself is not trusted: the slow way it is."""
    first, second = team.push(), team.push("Mangetamain, worse")
    team.deploy(first)
    team.settle(first, GREEN)
    team.deploy(second)
    (team.root / first / "site/index.html").write_text("torn")
    assert team.settle(second, RED) is Outcome.ROLLED_BACK
    assert team.serving() == first
    assert {Step.PREPARE, Step.START} < set(team.steps_of_newest())


def test_what_is_unhealthy_goes_back_at_once(team: Team) -> None:
    """The address is asked after the switch: a wrong page is no success."""
    first, second = team.push(), team.push("nothing of the kind")
    team.deploy(first)
    team.settle(first, GREEN)
    with pytest.raises(FailedAndRolledBack):
        team.deploy(second)
    assert team.serving() == first
    assert team.env.journal.commits.is_bad("preprod", second)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.word)
def test_it_is_resumed_from_every_step(
    team: Team, monkeypatch: pytest.MonkeyPatch, step: Step, moment: str
) -> None:
    """Whatever step the power is cut in, the deployment comes to the same end."""
    first, second = team.push(), team.push("Mangetamain, better")
    team.deploy(first)
    team.settle(first, GREEN)
    with monkeypatch.context() as cut, pytest.raises(PowerCut):
        cut.setattr(type(team.env.journal), "step", cutting(team, step, moment))
        team.deploy(second)
        team.settle(second, GREEN)
    with team.env.lock():
        recover(team.env)
    assert team.serving() == second
    assert team.settle(second, GREEN) is Outcome.VALIDATED
    assert team.standing() == {second}


def cutting(team: Team, cut: Step, moment: str) -> Callable[..., Any]:
    """Return a ``Journal.step`` during which the power is cut."""
    original = type(team.env.journal).step

    @contextmanager
    def step(journal: Any, deployment: Any, step: Step, *a: Any, **k: Any) -> Any:
        with original(journal, deployment, step, *a, **k):
            if (step, moment) == (cut, "before"):
                raise PowerCut
            yield
            if (step, moment) == (cut, "after"):
                raise PowerCut

    return step
