"""``restart``: build before anything is touched, re-create only what changed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.errors import Refused
from pipeline.adapters.compose import ComposeProject, compose_command
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.strategies.dependencies import Dependencies
from pipeline.strategies.restart import Restart

from tests.unit.commands import Commands
from tests.unit.repository import Clone

CURRENT = "app:current"
ANSWERS = {
    "version --short": (0, "2.40.3"),
    " ps ": (0, "one"),
    " logs ": (0, "said"),
    "image ls": (0, ""),
}


def inspected(id: str, started: str, status: str = "running", restarts: int = 0) -> str:
    """Return what the engine says of a container."""
    state = {"StartedAt": started, "Status": status}
    return json.dumps([{"Id": id, "RestartCount": restarts, "State": state}])


@pytest.fixture
def sha(clone: Clone) -> Sha:
    """Push a commit with a compose file and a lock file."""
    made = clone.commit({"30_docker/app.yml": "services:", "uv.lock": "1"})
    clone.push()
    return made


@pytest.fixture
def dependencies(tmp_path: Path, clone: Clone, sha: Sha) -> Dependencies:
    """Return dependencies that the lock file and the base define."""
    store = Store(tmp_path / "store.git", "main")
    store.create(str(clone.origin))
    store.fetch()
    return Dependencies(store, ("uv.lock",), "python:3")


@pytest.fixture
def engine(commands: Commands) -> Iterator[Commands]:
    """Stand in for an engine that runs one container."""
    compose_command.cache_clear()
    commands.add("docker", {**ANSWERS, "^inspect": (0, inspected("one", "t1"))})
    yield commands
    compose_command.cache_clear()


@pytest.fixture
def strategy(
    tmp_path: Path, dependencies: Dependencies, engine: Commands, sha: Sha
) -> Restart:
    """Return the strategy for preprod."""
    dependencies.store.add_worktree(tmp_path / "worktree", sha)
    worktree = Worktree(tmp_path / "worktree")
    file = tmp_path / "root" / "app.yml"
    project = ComposeProject(file, variables={"PREPROD_IMAGE": CURRENT})
    return Restart("preprod", worktree, (), project, dependencies, "app", 30)


def verbs(engine: Commands) -> list[str]:
    """Return the engine's calls without the options that each of them has."""
    calls = [call[1:] for call in engine.calls() if "version" not in call]
    return [" ".join(call[5:] if "--file" in call else call) for call in calls]


def test_digest_changes_with_dependencies_alone(
    clone: Clone, dependencies: Dependencies, sha: Sha
) -> None:
    """Code does not change the name of the image; lock file, base and list do."""
    code = clone.commit({"code.py": "2"})
    locked = clone.commit({"uv.lock": "2"})
    clone.push()
    store = dependencies.store
    store.fetch()
    digest = dependencies.digest(sha)
    assert len(digest) == 16 and dependencies.digest(code) == digest
    assert dependencies.digest(locked) != digest
    assert Dependencies(store, ("uv.lock",), "python:4").digest(sha) != digest
    assert Dependencies(store, ("code.py",), "python:3").digest(code) != digest
    with pytest.raises(CommandFailed):
        Dependencies(store, ("missing",), "python:3").digest(sha)


def test_new_image_is_built_from_the_version(
    strategy: Restart,
    engine: Commands,
    dependencies: Dependencies,
    sha: Sha,
    tmp_path: Path,
) -> None:
    """The version's own compose file is parsed and built, under the version's name."""
    strategy.prepare(sha, tmp_path / "tree")
    assert verbs(engine)[0] == "config --quiet"
    assert verbs(engine)[-1] == "build --quiet"
    assert str(tmp_path / "tree/30_docker/app.yml") in engine.calls()[-1]
    environment = engine.environments()[-1]
    image = f"app:{dependencies.digest(sha)}"
    assert environment["PREPROD_IMAGE"] == image
    assert environment["PREPROD_TREE"] == str(tmp_path / "tree")


def test_known_image_is_not_built(
    strategy: Restart, engine: Commands, sha: Sha, tmp_path: Path
) -> None:
    """A commit that changes source alone costs no build."""
    engine.add("docker", {**ANSWERS, "image ls": (0, "1a2b")})
    strategy.prepare(sha, tmp_path)
    assert "build --quiet" not in verbs(engine)


@pytest.mark.parametrize("broken", ["config", "build"])
def test_what_cannot_be_built_touches_nothing(
    strategy: Restart, engine: Commands, sha: Sha, tmp_path: Path, broken: str
) -> None:
    """A compose file or an image that is broken fails before the engine is changed."""
    engine.add("docker", {f" {broken} ": (1, "broken"), **ANSWERS})
    with pytest.raises(CommandFailed, match="broken"):
        strategy.prepare(sha, tmp_path)
    assert not {"up", "restart", "tag"} & {verb.split()[0] for verb in verbs(engine)}


def test_only_images_that_nothing_returns_to_are_removed(
    strategy: Restart, engine: Commands, dependencies: Dependencies, sha: Sha
) -> None:
    """Of the tags that dependencies name, all but the kept; never another one."""
    kept, old = dependencies.digest(sha), "0123456789abcdef"
    tags = "\n".join((kept, old, "mangetamain-preprod", "latest"))
    engine.add("docker", {"image ls": (0, tags), "image rm": (1, "it is in use")})
    strategy.prune({sha, Sha("f" * 40)})
    removed = [verb for verb in verbs(engine) if verb.startswith("image rm")]
    assert removed == [f"image rm app:{old}"]


def test_an_image_that_does_not_fit_is_not_built(
    strategy: Restart, engine: Commands, sha: Sha, tmp_path: Path
) -> None:
    """Before a build it is asked whether the last one's size is free, said in words."""
    sizes = {"info": (0, str(tmp_path)), "image inspect": (0, f"{10**18}")}
    engine.add("docker", {**sizes, **ANSWERS})
    with pytest.raises(Refused, match="it needs about 1200000000.0 GB, "):
        strategy.prepare(sha, tmp_path)
    assert "build --quiet" not in verbs(engine)


def test_unchanged_container_is_restarted(
    strategy: Restart, engine: Commands, dependencies: Dependencies, sha: Sha
) -> None:
    """Where ``up`` had nothing to do, the container takes the new source by restart."""
    strategy.restart()
    said = verbs(engine)
    assert f"tag app:{dependencies.digest(sha)} {CURRENT}" in said
    ups = [verb for verb in said if verb.startswith("up ")]
    restarts = [verb for verb in said if verb.startswith("restart ")]
    assert len(ups) == len(restarts) == 1
    assert said.index(ups[0]) < said.index(restarts[0])
    assert said.index(ups[0]) > said.index(
        f"tag app:{dependencies.digest(sha)} {CURRENT}"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", inspected("one", "t1")),
        (inspected("one", "t1"), inspected("two", "t2")),
        (inspected("one", "t1"), inspected("one", "t2")),
    ],
    ids=["no container yet", "re-created", "started anew"],
)
def test_started_container_is_not_restarted(
    strategy: Restart, engine: Commands, sha: Sha, before: str, after: str
) -> None:
    """What ``up`` has just started serves the new source already."""
    docker = engine.folder / "docker"
    up = engine.add("docker-after", {**ANSWERS, "^inspect": (0, after)})
    engine.add(
        "docker",
        {
            "version --short": (0, "2.40.3"),
            " ps ": (0, "one" if before else ""),
            "^inspect": (0, before),
        },
    )
    swap = f"if ' up ' in ' '.join(sys.argv): os.replace({str(up)!r}, {str(docker)!r})"
    docker.write_text(docker.read_text() + swap)
    strategy.restart()
    assert not any(verb.startswith("restart ") for verb in verbs(engine))


@pytest.mark.parametrize(
    ("answer", "has_died"),
    [
        (inspected("one", "t1", restarts=2), False),
        (inspected("one", "t1", restarts=2, status="exited"), True),
        (inspected("one", "t1", restarts=2, status="restarting"), True),
        (inspected("one", "t1", restarts=3), True),
    ],
)
def test_death_is_seen(
    strategy: Restart, engine: Commands, sha: Sha, answer: str, has_died: bool
) -> None:
    """A container that exited, or was restarted since its activation, has died."""
    before = inspected("one", "t1", restarts=2)
    engine.add("docker", {**ANSWERS, "^inspect": (0, before)})
    strategy.restart()
    engine.add("docker", {**ANSWERS, "^inspect": (0, answer)})
    assert strategy.has_died() is has_died


def test_logs_never_fail(strategy: Restart, engine: Commands) -> None:
    """Before a rollback the logs are collected, or it is said why there are none."""
    assert strategy.logs() == "said"
    engine.add("docker", {"": (1, "engine down")})
    assert strategy.logs().startswith("no logs: ")
