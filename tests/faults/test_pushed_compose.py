"""A pushed compose file that reaches for the host is refused before any of it runs."""

from collections.abc import Iterator

import pytest

from tests.faults.rows import COMPOSE, cases
from tests.sandbox.template import Template
from tests.sandbox.vm import REPOSITORY
from tests.sandbox.world import World, tools

FILE = "30_docker/docker-compose-preprod.yml"
HEAD = """name: mangetamain-preprod
services:
  app:
    image: mangetamain-app:preprod
"""
SHIPPED = (REPOSITORY / FILE).read_text()


@pytest.fixture(scope="module")
def composed(
    template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Give a world whose next versions would be containers; none ever is."""
    with template.opened(tmp_path_factory.mktemp("composed")) as world:
        world.vm.preprod = {"strategy": "restart"}
        world.vm.configure(ci={"deadline": 600})
        yield world


@pytest.fixture(autouse=True)
def shown(request: pytest.FixtureRequest, composed: World) -> Iterator[None]:
    """Show in the fault table how it ended."""
    yield
    request.node.user_properties.append(("end", composed.seen()))


def refusal(world: World, sha: str) -> str:
    """Deploy a version that must be refused; return what was said to people."""
    arguments = ("preprod", "--sha", sha)
    done = world.vm.script("deploy", *arguments, code=3, PATH=tools())
    assert world.vm.serving() == world.vm.validated() == world.good
    assert world.end(sha) == "failed"
    head = world.vm.git("rev-parse", "HEAD", at=world.vm.root / "10_preprod")
    assert head == world.good
    assert "Nothing was touched" in world.told()
    return done.stderr


@pytest.mark.parametrize("line", cases("the pushed tree", COMPOSE))
def test_what_reaches_for_the_host_is_refused(composed: World, line: str) -> None:
    """The refusal names service and line; what serves goes on, no engine is asked."""
    head = HEAD.replace("name", "x-name") if line.startswith("name") else HEAD
    (composed.vm.clone / FILE).write_text(f"{head}{line}\n")
    said = refusal(composed, composed.vm.push("Reaches for the host"))
    lines = line.split("\n")
    service = "service app: " if lines[-1].startswith(" ") else ""
    assert f"{FILE}:{len(lines) + 4}: {service}" in said, said


@pytest.mark.fault("the pushed tree", "a compose file that is a symbolic link")
def test_a_compose_file_is_no_link(composed: World) -> None:
    """A link in 30_docker is refused, wherever it leads."""
    file = composed.vm.clone / FILE
    file.unlink(missing_ok=True)
    file.symlink_to("/etc/passwd")
    said = refusal(composed, composed.vm.push("A link"))
    file.unlink()
    assert f"{FILE} is a symbolic link" in said


@pytest.mark.fault("the pushed tree", "a mount through a link of the tree")
def test_a_mount_follows_no_link(composed: World) -> None:
    """A bind inside of the tree that is a link to the host's root is refused."""
    (composed.vm.clone / "10_preprod" / "way").symlink_to("/")
    at = "    volumes:\n"
    mount = '      - "../10_preprod/10_preprod/way:/host:ro"\n'
    (composed.vm.clone / FILE).write_text(SHIPPED.replace(at, at + mount))
    said = refusal(composed, composed.vm.push("By a link"))
    (composed.vm.clone / "10_preprod" / "way").unlink()
    assert "service app: volumes: " in said


@pytest.mark.fault("the pushed tree", "what the configuration allows")
def test_what_is_allowed_passes(composed: World) -> None:
    """The shipped file, and a key that the team allows, get as far as the engine."""
    composed.vm.configure(compose={"allow": ["cap_add"]})
    text = SHIPPED.replace(
        "\n    cap_drop:", "\n    cap_add: [SYS_NICE]\n    cap_drop:"
    )
    (composed.vm.clone / FILE).write_text(text)
    sha = composed.vm.push("Allowed")
    nowhere = {"PATH": tools(), "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    arguments = ("preprod", "--sha", sha)
    said = composed.vm.script("deploy", *arguments, code=3, **nowhere).stderr
    composed.vm.configure()
    assert "checking" not in said and "not allowed" not in said
    assert "docker" in said
