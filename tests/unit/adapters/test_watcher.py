"""The watcher's launch: out of the job's reach, no secret in its arguments."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline.adapters import ci_watcher as gateway
from pipeline.adapters.ci_watcher import WatcherLauncher

from tests.unit.commands import Commands
from tests.unit.specimens import A, B
from tests.unit.waiting import wait_until

SCRIPT = """import json, os, sys
print(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]), flush=True)
"""
SECRETS = {
    "DISCORD_WEBHOOK_URL": "https://example.invalid/s3cret",
    "PIPELINE_GITHUB_TOKEN": "s3cret",
    "RUNNER_TRACKING_ID": "job",
    "HTTPS_PROXY": "http://user:s3cret@127.0.0.1:9",
}


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WatcherLauncher:
    """Return a launcher of a script that writes down how it was started."""
    script = tmp_path / "watch_ci.py"
    script.write_text(SCRIPT)
    monkeypatch.setattr(gateway, "SYSTEMD", tmp_path / "no systemd")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return WatcherLauncher(
        "preprod",
        script,
        config=tmp_path / "pipeline.yml",
        locks=tmp_path / "watchers",
        logs=tmp_path / "logs",
        fallback_logs=tmp_path / "f",
    )


@pytest.fixture
def systemd(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Make the machine look as if systemd ran it."""
    monkeypatch.setattr(gateway, "SYSTEMD", commands.folder)
    return commands


def started(log: str) -> tuple[list[str], dict[str, str], str]:
    """Return what the started watcher wrote down."""
    wait_until(lambda: Path(log).read_text().endswith("\n"), "the watcher's log")
    argv, environment, folder = json.loads(Path(log).read_text())
    return argv, environment, folder


def test_command_is_a_list(launcher: WatcherLauncher, tmp_path: Path) -> None:
    """The command names interpreter, script, environment, SHA and configuration."""
    assert launcher.argv(A) == (
        *(sys.executable, "-u", str(tmp_path / "watch_ci.py"), "preprod"),
        *("--sha", A, "--config", str(tmp_path / "pipeline.yml")),
    )


@pytest.mark.parametrize(("uid", "scope"), [(0, ()), (1000, ("--user",))])
def test_service_command_is_a_list(
    launcher: WatcherLauncher, monkeypatch: pytest.MonkeyPatch, uid: int, scope: object
) -> None:
    """A transient service runs it, environment variables by name and never by value."""
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    argv = launcher.service_argv(A, Path("/var/log/x"))
    assert "s3cret" not in " ".join(argv)
    split = argv.index("--")
    assert argv[split + 1 :] == launcher.argv(A)
    own = tuple(part for part in argv[:split] if not part.startswith("--setenv="))
    assert own == (
        "systemd-run",
        *(scope if isinstance(scope, tuple) else ()),
        *("--quiet", "--collect", f"--unit=ci-watcher-preprod-{A}"),
        "--property=StandardOutput=append:/var/log/x",
        "--property=StandardError=append:/var/log/x",
    )
    names = {part.removeprefix("--setenv=") for part in argv if "setenv" in part}
    assert {"PATH", "HOME", "HTTPS_PROXY"} <= names
    assert not {"RUNNER_TRACKING_ID", "DISCORD_WEBHOOK_URL"} & names


def test_detached_watcher_is_free_of_the_job(launcher: WatcherLauncher) -> None:
    """It runs with the right arguments, without the job's mark or secrets."""
    argv, environment, folder = started(launcher.launch(A))
    assert argv == list(launcher.argv(A)[3:])
    assert folder == "/"
    for name in ("RUNNER_TRACKING_ID", "DISCORD_WEBHOOK_URL", "PIPELINE_GITHUB_TOKEN"):
        assert name not in environment


def test_log_is_where_people_look(launcher: WatcherLauncher) -> None:
    """Each watcher has its private log, and LATEST leads to the newest."""
    logs = [launcher.launch(sha) for sha in (A, B)]
    assert logs == [str(launcher.logs / f"ci-watcher-{sha}.log") for sha in (A, B)]
    assert os.readlink(launcher.logs / "ci-watcher-LATEST.log") == logs[1]
    for log in logs:
        started(log)
        assert Path(log).stat().st_mode & 0o077 == 0


def test_taken_log_goes_elsewhere(launcher: WatcherLauncher) -> None:
    """Where somebody holds the log's name, the watcher still runs and logs."""
    (launcher.logs / f"ci-watcher-{A}.log").mkdir(parents=True)
    log = launcher.launch(A)
    assert Path(log).parent == launcher.fallback_logs
    started(log)


def test_no_place_for_a_log(launcher: WatcherLauncher, tmp_path: Path) -> None:
    """A watcher without a log is better than none."""
    (tmp_path / "file").touch()
    blocked = tmp_path / "file" / "logs"
    lost = replace(launcher, logs=blocked, fallback_logs=blocked)
    assert lost.launch(A) == os.devnull


def test_systemd_runs_it_where_it_can(
    launcher: WatcherLauncher, systemd: Commands
) -> None:
    """Where there is systemd, the watcher is its service and no second process."""
    systemd.add("systemd-run", {"": (0, "")})
    log = launcher.launch(A)
    assert systemd.calls() == [list(launcher.service_argv(A, Path(log)))]
    assert Path(log).read_text() == ""


def test_systemd_refuses(launcher: WatcherLauncher, systemd: Commands) -> None:
    """Without a user manager the watcher runs as a detached process."""
    systemd.add("systemd-run", {"": (1, "Failed to connect to bus")})
    argv, _, _ = started(launcher.launch(A))
    assert argv[0] == "preprod"
