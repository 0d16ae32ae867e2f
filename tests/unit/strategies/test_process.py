"""``process``: environments built once, the app's process replaced."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.config import EnvironmentSettings, load_config
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.adapters.supervisor import Supervisor
from pipeline.strategies import process as module
from pipeline.strategies.dependencies import Dependencies
from pipeline.strategies.process import Process

from tests.unit.commands import Commands
from tests.unit.configuration import SHIPPED
from tests.unit.repository import Clone
from tests.unit.waiting import wait_until

PYTHON = '#!/bin/sh\necho "$@"\nexec sleep 60\n'


def settings() -> EnvironmentSettings:
    """Return preprod's settings."""
    return load_config(SHIPPED).environment("preprod")


@pytest.fixture
def sha(clone: Clone) -> Sha:
    """Push a commit with a lock file."""
    made = clone.commit({"uv.lock": "1"})
    clone.push()
    return made


@pytest.fixture
def uv(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Stand in for uv, which would ask the package index."""
    command = commands.add("uv", {})
    monkeypatch.setattr(module, "uv", lambda: str(command))
    return commands


@pytest.fixture
def strategy(tmp_path: Path, clone: Clone, sha: Sha, uv: Commands) -> Iterator[Process]:
    """Return the strategy for preprod; nothing that it starts stays."""
    store = Store(tmp_path / "store.git", "main")
    store.create(str(clone.origin))
    store.fetch()
    store.add_worktree(tmp_path / "tree", sha)
    supervisor = Supervisor(tmp_path / "app.json", tmp_path / "app.log")
    yield Process(
        environment="preprod",
        settings=settings(),
        worktree=Worktree(tmp_path / "tree"),
        files=("uv.lock",),
        dependencies=Dependencies(store, ("uv.lock",), "python:3"),
        supervisor=supervisor,
        venvs=tmp_path / "venvs",
        build_deadline=30,
    )
    supervisor.stop()


def venv(uv: Commands) -> Path:
    """Return the environment that uv was last told to build."""
    return Path(uv.environments()[-1]["UV_PROJECT_ENVIRONMENT"])


def prepared(strategy: Process, uv: Commands, sha: Sha, tmp_path: Path) -> Path:
    """Prepare a version as if uv had built its environment; return that."""
    strategy_venv = Path(strategy.argv(sha)[0]).parents[1]
    (strategy_venv / "bin").mkdir(parents=True)
    strategy.prepare(sha, tmp_path / "exported")
    python = strategy_venv / "bin" / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return strategy_venv


def test_dependencies_are_installed_once(
    strategy: Process, uv: Commands, sha: Sha, tmp_path: Path
) -> None:
    """The locked dependencies are built into their own folder, and only once."""
    built = prepared(strategy, uv, sha, tmp_path)
    strategy.prepare(sha, tmp_path / "exported")
    (call,) = uv.calls()
    assert call[:2] == ["uv", "sync"]
    assert {"--frozen", "--no-dev"} <= set(call)
    assert call[-2:] == ["--project", str(tmp_path / "exported/10_preprod")]
    assert venv(uv) == built


def test_half_an_environment_is_built_again(
    strategy: Process, uv: Commands, sha: Sha, tmp_path: Path
) -> None:
    """An installation that failed half-way is not taken for a finished one."""
    uv.add("uv", {"": (1, "no network")})
    with pytest.raises(CommandFailed, match="no network"):
        prepared(strategy, uv, sha, tmp_path)
    uv.add("uv", {"": (0, "")})
    strategy.prepare(sha, tmp_path / "exported")
    assert len(uv.calls()) == 2


def test_command_is_a_list(strategy: Process, sha: Sha, tmp_path: Path) -> None:
    """The app is told its tree, its HEAD, its name and where to listen."""
    tree = tmp_path / "tree"
    argv = strategy.argv(sha)
    assert argv[1] == str(tree / "30_docker/serve.py")
    options = dict(zip(argv[2::2], argv[3::2], strict=True))
    assert options == {
        "--tree": str(tree),
        "--head": str(Worktree(tree).head_file()),
        "--environment": "preprod",
        "--address": "127.0.0.1",
        "--port": "8500",
        "--copy-to": str(tmp_path / "preprod-served"),
    }


def test_activation_replaces_the_process(
    strategy: Process, uv: Commands, sha: Sha, tmp_path: Path
) -> None:
    """The old process is gone when the new one serves, its words in the log."""
    prepared(strategy, uv, sha, tmp_path)
    assert strategy.has_died()
    records = []
    for _ in range(2):
        strategy.restart()
        wait_until(lambda: "--tree" in strategy.logs(), "the app to start")
        records.append((tmp_path / "app.json").read_text())
        assert not strategy.has_died()
    assert records[0] != records[1]
    first = int(records[0].strip("[").split(",")[0])
    stat = Path(f"/proc/{first}/stat")
    assert not stat.exists() or ") Z " in stat.read_text()


def test_missing_environment_is_an_error(
    strategy: Process, sha: Sha, tmp_path: Path
) -> None:
    """A version whose environment is gone cannot be started, and says so."""
    with pytest.raises((CommandFailed, OSError)):
        strategy.restart()
    assert strategy.has_died()


def test_logs_are_the_end_of_the_log(strategy: Process, tmp_path: Path) -> None:
    """People see the last lines; without a log they see why there are none."""
    assert strategy.logs().startswith("no logs: ")
    (tmp_path / "app.log").write_bytes(
        b"x" * 10_000 + b"\xff last" + os.linesep.encode()
    )
    assert len(strategy.logs()) == module.LOG_BYTES
    assert strategy.logs().endswith("last\n")


def test_the_app_is_told_where_the_settings_of_s3_are(
    strategy: Process, sha: Sha
) -> None:
    """The file's path is an argument where one is configured, and its content never."""
    assert "--s3-file" not in strategy.argv(sha)
    file = Path("/var/app-state/s3.env")
    strategy._settings = settings().model_copy(update={"s3_file": file})
    argv = strategy.argv(sha)
    assert argv[argv.index("--s3-file") + 1] == str(file)
