"""`run` on a machine that has nothing yet: where uv comes from, without root."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.checks.conftest import path_without
from tests.needs import need

pytestmark = pytest.mark.slow
# What Debian's python3 lacks until python3-venv and python3-pip are installed.
WITHOUT = """#!/bin/sh
case "$1 $2" in {lacks}) echo "No module named $2" >&2; exit 1 ;; esac
exec {python} "$@"
"""
HIDDEN = ("uv", "pip", "pip3", "python3")
PYTHON = "/usr/bin/python3"


def start(home: Path, lacks: str, *hidden: str) -> "subprocess.CompletedProcess[str]":
    """Start a script from an empty home, where python3 lacks modules."""
    folder = Path(path_without(home / "bin", *HIDDEN, *hidden))
    (folder / "python3").write_text(WITHOUT.format(lacks=lacks, python=PYTHON))
    (folder / "python3").chmod(0o755)
    scripts = home / "70_scripts"
    scripts.mkdir()
    shutil.copy(ROOT / "70_scripts/run", scripts)
    shutil.copytree(ROOT / "70_scripts/starting", scripts / "starting")
    (scripts / "hello.py").write_text("print('hello')\n")
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, home)
    kept = {n: v for n, v in os.environ.items() if n != "XDG_CACHE_HOME"}
    return subprocess.run(
        (scripts / "run", "hello"),
        env={**kept, "HOME": str(home), "PATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def left_over(home: Path) -> list[str]:
    """Return what stands in the private folder."""
    return [path.name for path in (home / ".cache/mangetamain-cicd").iterdir()]


@pytest.mark.parametrize(
    "lacks", ['"-m pip"', '"-m venv" | "-m pip"'], ids=["venv", "Debian's pip"]
)
def test_uv_is_installed_with_what_there_is(tmp_path: Path, lacks: str) -> None:
    """A venv's pip, or the one that apt-get fetches without root, installs it."""
    if "venv" in lacks:
        need("apt-get")
    done = start(tmp_path, lacks)
    assert (done.returncode, done.stdout) == (0, "hello\n"), done.stderr
    (uv,) = left_over(tmp_path)
    assert re.fullmatch(r"uv-[\d.]+", uv)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """Where no pip can be had the message says what to type, and nothing is left."""
    done = start(tmp_path, '"-m venv" | "-m pip"', "apt-get")
    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr
    assert left_over(tmp_path) == []


def test_an_index_that_does_not_answer_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed installation is said, and tried anew at the next start."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    done = start(tmp_path, '"-m pip"')
    assert done.returncode == 2 and "could not be installed" in done.stderr
    assert left_over(tmp_path) == []
