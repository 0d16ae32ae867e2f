"""Finding uv, and the interpreter that it builds environments with."""

import os
import sys
from pathlib import Path

import pytest
from pipeline.errors import ConfigurationError
from pipeline.adapters.uv import python_for_environments, uv

from tests.unit.commands import Commands


@pytest.fixture
def interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let this process run from an environment without uv."""
    path = tmp_path / "venv" / "bin" / "python"
    path.parent.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(path))
    return path


def test_uv_of_the_environment_comes_first(
    interpreter: Path, commands: Commands
) -> None:
    """The locked uv beside the interpreter is used, else the machine's."""
    on_path = commands.add("uv", {})
    assert uv() == str(on_path)
    interpreter.with_name("uv").touch()
    assert uv() == str(interpreter.with_name("uv"))


def test_no_uv_is_told(interpreter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without uv learns which script brings it."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="70_scripts/run"):
        uv()


def test_interpreter_is_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter is the one asked for, else this one outside its environment."""
    monkeypatch.delenv("UV_PYTHON", raising=False)
    found = python_for_environments()
    assert os.access(found, os.X_OK) and not found.startswith(f"{sys.prefix}/bin")
    monkeypatch.setenv("UV_PYTHON", "/opt/python3")
    assert python_for_environments() == "/opt/python3"
