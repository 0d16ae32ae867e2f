"""The gate passes only the right version, steadily; what does not pass goes back."""

from typing import Any

import pytest

from tests.faults.rows import cases
from tests.sandbox.world import World

CLASS = "health"
UNHEALTHY: dict[str, dict[str, object]] = {
    "never healthy": {"late": 3600},
    "flapping": {"flaps": 4},
    "200 with wrong content": {"page": "<title>Another app</title>"},
    "200 from another version": {"sha": "0" * 40},
    "200 from the proxy's error page": {"proxy": 1, "page": "<h1>502</h1>"},
    "hangs": {"hangs": 600},
    "redirects": {"status": 302},
    "500": {"status": 500},
    "its script cannot run": {"script": 503},
}


def refuse(world: World, code: int = 5, **behaviour: object) -> str:
    """Deploy a version that is not healthy; return its SHA."""
    world.vm.configure(health={"deadline": 1, "probe_timeout": 0.5})
    sha = world.vm.push("Unhealthy", **behaviour)
    world.deploy(sha, code=code)
    return sha


@pytest.mark.parametrize("behaviour", cases(CLASS, UNHEALTHY))
def test_unhealthy_goes_back_at_once(running: World, behaviour: Any) -> None:
    """A version that does not serve well is replaced before any verdict; exit 5."""
    sha = refuse(running, **behaviour)
    assert running.vm.serving() == running.vm.validated() == running.good
    assert running.end(sha) == "rolled back"
    assert "↩️ PREPROD - Rolled back" in running.told()


@pytest.mark.fault(CLASS, "200 from the old version")
def test_the_old_version_is_not_the_new_one(running: World) -> None:
    """Where the old version goes on answering nothing is called deployed."""
    sha = refuse(running, sha=running.good)
    assert running.vm.serving() == running.vm.validated() == running.good
    assert running.end(sha) == "rolled back"
    assert "Live, awaiting CI" not in running.told()


@pytest.mark.fault(CLASS, "healthy late")
def test_healthy_late_is_healthy(running: World) -> None:
    """A version that needs its time is waited for within the gate's deadline."""
    sha = running.push("Slow to start", late=1.5)
    assert running.vm.serving() == sha
    running.ci(sha)
    assert running.end(sha) == "validated"
    assert running.vm.validated() == sha


@pytest.mark.fault("containers", "container exits after start")
def test_an_app_that_exits_goes_back_at_once(running: World) -> None:
    """An app that ends by itself is not waited for; its last words are shown."""
    sha = running.vm.push("Exits", exits=True)
    assert "the app cannot start" in running.deploy(sha, code=5)
    assert running.vm.serving() == running.vm.validated() == running.good
    assert running.end(sha) == "rolled back"


@pytest.mark.fault("containers", "image does not build")
def test_what_does_not_build_touches_nothing(running: World) -> None:
    """Dependencies that cannot be installed leave the old version untouched; exit 3."""
    project = running.vm.clone / "10_preprod" / "pyproject.toml"
    project.write_text(project.read_text() + "\nthis is not TOML")
    sha = running.vm.push("Unbuildable")
    pid = (running.vm.state / "preprod-app.json").read_text()
    running.deploy(sha, code=3)
    assert running.end(sha) == "failed"
    tree = running.vm.root / "10_preprod"
    assert running.vm.git("rev-parse", "HEAD", at=tree) == running.good
    assert running.vm.serving() == running.vm.validated() == running.good
    assert (running.vm.state / "preprod-app.json").read_text() == pid, "restarted"
    assert "Nothing was touched" in running.told()


@pytest.mark.fault("containers", "dependencies changed")
def test_changed_dependencies_are_installed_first(running: World) -> None:
    """A change of what defines the dependencies brings an environment of its own."""
    project = running.vm.clone / "10_preprod" / "pyproject.toml"
    project.write_text(project.read_text() + "\n# Changed.\n")
    venvs = running.vm.root / ".pipeline" / "venvs"
    before = len(list(venvs.iterdir()))
    sha = running.push("Other dependencies")
    assert len(list(venvs.iterdir())) == before + 1
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.fault(CLASS, "dies in the soak")
def test_what_does_not_last_is_not_healthy(running: World) -> None:
    """A version that answers well and ends two seconds later is rolled back at once."""
    running.vm.preprod = {"soak": 4}
    running.vm.configure()
    sha = running.vm.push("Does not last", dies=2)
    running.deploy(sha, code=5)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
