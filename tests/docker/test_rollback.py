"""Deploy, red CI, rollback: the real app's image on the real engine."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.docker.worlds import container_of, container_world
from tests.sandbox.world import World

pytestmark = pytest.mark.docker
TAKEN = "port taken that the new version wants"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a VM whose preprod is a container with one validated version."""
    with container_world(tmp_path_factory) as world:
        yield world


@pytest.fixture(autouse=True)
def shown(request: pytest.FixtureRequest, running: World) -> Iterator[None]:
    """Show in the fault table how it ended."""
    yield
    request.node.user_properties.append(("end", running.seen()))


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("containers", case)


def test_red_ci_returns_to_the_validated_version(running: World) -> None:
    """A pushed SHA serves, its CI fails, and the container serves the old one again."""
    before = container_of(running)
    sha = running.push("Source only")
    assert running.vm.serving() == sha
    assert container_of(running) == before, "a change of source alone only restarts"
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: f"Serving {running.good[:7]} again" in running.told())


def test_a_script_that_cannot_run_goes_back_at_once(running: World) -> None:
    """A syntax error keeps the health endpoint green, and is rolled back anyway."""
    main = running.vm.clone / "10_preprod/src/mangetamain_analytics/main.py"
    intact = main.read_text()
    main.write_text("def broken(:\n")
    running.vm.configure(health={"deadline": 15})
    sha = running.vm.push("Broken script")
    running.deploy(sha, code=5)
    main.write_text(intact)
    assert running.vm.serving() == running.good
    assert running.end(sha) == "rolled back"


@pytest.mark.parametrize(
    "file, line",
    [
        pytest.param(
            "30_docker/docker-compose-preprod.yml",
            "\nservices: [",
            marks=fault("compose file does not parse"),
        ),
        pytest.param(
            "10_preprod/uv.lock",
            "\nthis is no lock",
            marks=fault("image does not build"),
        ),
    ],
)
def test_what_cannot_be_built_touches_nothing(
    running: World, file: str, line: str
) -> None:
    """A broken compose file or lock is refused before the reset; nothing restarts."""
    before = container_of(running)
    path: Path = running.vm.clone / file
    intact = path.read_text()
    path.write_text(intact + line)
    sha = running.vm.push("Cannot be built")
    running.deploy(sha, code=3)
    path.write_text(intact)
    assert running.vm.serving() == running.good
    assert container_of(running) == before
    assert running.end(sha) == "failed"


@fault("compose file changed")
def test_a_changed_definition_creates_the_container_anew(running: World) -> None:
    """A change of the compose file takes effect with the deployment that brings it."""
    before = container_of(running)
    path = running.vm.clone / "30_docker" / "docker-compose-preprod.yml"
    path.write_text(
        path.read_text().replace("stop_grace_period: 5s", "stop_grace_period: 6s")
    )
    sha = running.push("Changed definition")
    assert running.vm.serving() == sha
    assert container_of(running) != before
    running.ci(sha)
    assert running.end(sha) == "validated"


@fault("engine down")
def test_without_an_engine_nothing_is_touched(running: World) -> None:
    """Where no engine answers the deployment is refused; what serves goes on."""
    before = container_of(running)
    sha, served = running.vm.push("No engine"), running.vm.serving()
    nowhere = "unix:///nowhere/docker.sock"
    arguments = ("preprod", "--sha", sha)
    done = running.vm.script("deploy", *arguments, code=3, DOCKER_HOST=nowhere)
    assert "nothing was touched" in done.stderr
    assert (running.vm.serving(), container_of(running)) == (served, before)
    assert running.end(sha) == "failed"


@fault("no container yet")
def test_a_container_that_is_gone_is_made_anew(running: World) -> None:
    """Where somebody removed the container the next deployment makes one."""
    remove = ("docker", "rm", "--force", container_of(running).strip())
    subprocess.run(remove, check=True, capture_output=True)
    assert running.vm.serving() == ""
    sha = running.push("Once more")
    assert running.vm.serving() == sha
    running.ci(sha)
    assert running.end(sha) == "validated"


@pytest.mark.parametrize(
    "key, line",
    [
        pytest.param(
            "    command:",
            '    entrypoint: ["/no/such/program"]\n    command:',
            marks=fault("restart fails"),
        ),
        pytest.param("    ports:\n", '    ports:\n      - "{}"\n', marks=fault(TAKEN)),
    ],
)
def test_a_container_that_cannot_start_goes_back(
    running: World, key: str, line: str
) -> None:
    """Where the engine cannot start the new version the old one is brought back."""
    good = running.vm.serving()
    path = running.vm.clone / "30_docker" / "docker-compose-preprod.yml"
    intact = path.read_text()
    with closing(socket.socket()) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        taken = f"127.0.0.1:{stranger.getsockname()[1]}:9999"
        path.write_text(intact.replace(key, line.format(taken)))
        sha = running.vm.push("Cannot start")
        running.deploy(sha, code=5)
    path.write_text(intact)
    assert running.vm.serving() == good
    assert running.end(sha) == "rolled back"


@fault("container exits after start")
def test_a_container_that_exits_goes_back(running: World) -> None:
    """A container that ends by itself, and again, is replaced by the old version."""
    good = running.vm.serving()
    path = running.vm.clone / "30_docker" / "docker-compose-preprod.yml"
    intact = path.read_text()
    wrong = '    command: ["--no-such-option"]\n    #'
    path.write_text(intact.replace("    command:", wrong))
    sha = running.vm.push("Exits")
    assert "ended by itself" in running.deploy(sha, code=5)
    path.write_text(intact)
    assert running.vm.serving() == good
    assert running.end(sha) == "rolled back"


@fault("the container reports another SHA after the gate")
def test_a_container_that_misreports_is_settled(running: World) -> None:
    """It is still the container that was deployed: no drift, and the verdict counts."""
    good = running.vm.validated()
    report = running.vm.clone / "10_preprod/src/mangetamain_analytics/health_report.py"
    intact = report.read_text()
    lie = '__import__("pathlib").Path("/tmp/lie")'
    told = f"{lie}.read_text() if {lie}.exists() else self._release.sha"
    report.write_text(intact.replace('"sha": self._release.sha', f'"sha": {told}'))
    sha = running.push("Liar")
    report.write_text(intact)
    say = f"printf %s {good} > /tmp/lie"
    command = ("docker", "exec", container_of(running), "sh", "-c", say)
    subprocess.run(command, check=True)
    assert running.vm.serving() == good
    assert not running.status()["has_drifted"]
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == good
    running.wait(lambda: "Misreports" in running.told())
    assert "Drifted" not in running.told()


@pytest.mark.parametrize("typed", ["restart", "up -d --build --force-recreate"])
def test_the_hand_made_way_still_works(running: World, typed: str) -> None:
    """Reset and Compose, as people type them, serve the older SHA, and status tells."""
    newer = running.push(f"Before {typed}")
    assert running.vm.serving() == newer
    tree = running.vm.root / "10_preprod"
    running.vm.git("reset", "--quiet", "--hard", running.good, at=tree)
    file = running.vm.root / "30_docker" / "docker-compose-preprod.yml"
    command = ("docker-compose", "-f", str(file), *typed.split())
    subprocess.run(command, check=True)
    running.wait(lambda: running.vm.serving() == running.good)
    assert running.status()["has_drifted"]


def test_the_log_is_followed_as_typed(running: World) -> None:
    """`logs -f` from any folder shows what the container says, and disturbs nothing."""
    before, sha = container_of(running), running.vm.serving()
    file = running.vm.root / "30_docker" / "docker-compose-preprod.yml"
    command = ("docker-compose", "-f", str(file), "logs", "-f", "--tail=50")
    home = running.vm.home
    with subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, text=True) as log:
        assert log.stdout is not None
        line = log.stdout.readline()
        log.terminate()
    assert "app-1" in line
    assert sha and (container_of(running), running.vm.serving()) == (before, sha)


def test_backup_with_data_and_image_comes_back(running: World) -> None:
    """A backup knows the very image that serves; its data survives loss and reset."""
    data = running.vm.root / "10_preprod/data"
    running.vm.configure(backup={"paths": ["10_preprod/data"]})
    data.mkdir()
    (data / "orders.csv").write_text("1;2;3")
    options = ("--environment", "preprod", "--json")
    made = json.loads(running.vm.script("backup", "create", *options).stdout)[0]
    inspect = ("docker", "inspect", "--format", "{{.Image}}", container_of(running))
    command = [word.strip() for word in inspect]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert made["image"] == done.stdout.strip() and made["sha"] == running.good
    shutil.rmtree(data)
    running.vm.script("backup", "restore", made["name"], *options[:2])
    sha = running.push("After the restore")
    assert running.vm.serving() == sha
    assert (data / "orders.csv").read_text() == "1;2;3"
    running.ci(sha)
    assert running.end(sha) == "validated"
    running.good = sha
