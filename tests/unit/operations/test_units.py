"""The units: valid for systemd, where systemd looks, and started."""

import os
import subprocess
from pathlib import Path

import pytest
from pipeline.effects.processes import CommandFailed
from pipeline.operations import units
from pipeline.operations.units import install_units, rendered

from tests.needs import need
from tests.unit.commands import Commands


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a deployment root whose `run` exists."""
    script = tmp_path / "root" / "70_scripts" / "run"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    return tmp_path / "root"


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that systemd runs; return where root's units go."""
    folder = tmp_path / "etc"
    monkeypatch.setattr(units, "SYSTEMD", tmp_path)
    monkeypatch.setattr(units, "SYSTEM_UNITS", folder)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def test_units_are_valid(root: Path, tmp_path: Path) -> None:
    """systemd itself finds nothing to say about any unit."""
    need("systemd-analyze")
    files = []
    for name, text in rendered(root).items():
        files.append(tmp_path / name)
        files[-1].write_text(text)
    verify = ("systemd-analyze", "verify", "--man=no", *files)
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert f"ExecStart={root}/70_scripts/run resume" in "".join(rendered(root).values())


def test_each_timer_has_its_service(root: Path) -> None:
    """A timer without a service would start nothing."""
    names = rendered(root)
    timers = [name for name in names if name.endswith(".timer")]
    assert timers
    for timer in timers:
        assert timer.replace(".timer", ".service") in names
    # Whatever resuming leaves behind, such as a watcher, outlives it.
    assert "KillMode=process" in names["mangetamain-resume.service"]


def test_timers_are_started(root: Path, systemd: Path, commands: Commands) -> None:
    """Where systemd runs, its units are written, read and their timers started."""
    commands.add("systemctl", {"": (0, "")})
    said: list[str] = []
    install_units(root, said.append)
    assert {file.name for file in systemd.iterdir()} == set(rendered(root))
    timers = [name for name in rendered(root) if name.endswith(".timer")]
    assert commands.calls() == [
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "--now", *timers],
    ]


def test_a_user_gets_user_units(
    root: Path, systemd: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without root the units are the user's, and run while nobody is logged in."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    commands.add("systemctl", {"": (0, "")})
    commands.add("loginctl", {"": (1, "not allowed")})
    said: list[str] = []
    install_units(root, said.append)
    assert (Path.home() / ".config/systemd/user/mangetamain-resume.timer").exists()
    assert ["systemctl", "--user", "daemon-reload"] in commands.calls()
    assert "sudo loginctl enable-linger" in said[-1]
    assert not systemd.exists()


def test_a_refusal_is_not_hidden(root: Path, systemd: Path, commands: Commands) -> None:
    """What systemd refuses stops the set-up."""
    commands.add("systemctl", {"daemon-reload": (1, "no")})
    with pytest.raises(CommandFailed):
        install_units(root, lambda _: None)


def test_without_systemd_cron_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Elsewhere the units are kept, and what to type instead is said."""
    monkeypatch.setattr(units, "SYSTEMD", tmp_path / "none")
    said: list[str] = []
    install_units(root, said.append)
    kept = root / ".pipeline" / "systemd" / "mangetamain-resume.service"
    assert kept.exists()
    assert f"* * * * * {root}/70_scripts/run resume" in "\n".join(said)
