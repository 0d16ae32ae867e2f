"""Skipped tests: failures where CI is set, told elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import ROOT

# Each skips in another way.
WAYS = {
    "call": "def test_it():\n    pytest.skip('not here')\n",
    "fixture": (
        "@pytest.fixture\ndef it():\n    pytest.skip('not here')\n"
        "def test_it(it):\n    pass\n"
    ),
    "mark": "@pytest.mark.skip(reason='not here')\ndef test_it():\n    pass\n",
    "condition": (
        "@pytest.mark.skipif(True, reason='not here')\ndef test_it():\n    pass\n"
    ),
    "module": "pytest.skip('not here', allow_module_level=True)\n",
    "import": "pytest.importorskip('nosuch', reason='not here')\n",
}


def run_suite(folder: Path, text: str, **variables: str) -> tuple[int, str]:
    """Run a suite that has this repository's hooks; return how it ended."""
    (folder / "tests").mkdir()
    for name in ("__init__.py", "conftest.py", "inside.py", "mounting.py", "rehearsal"):
        (folder / "tests" / name).symlink_to(ROOT / "tests" / name)
    (folder / "70_scripts").symlink_to(ROOT / "70_scripts")
    (folder / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    (folder / "tests/test_x.py").write_text(f"import pytest\n{text}")
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PYTEST_", "CI"))}
    done = subprocess.run(
        (
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/test_x.py",
        ),
        cwd=folder,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_skipped_in_ci(tmp_path: Path, way: str) -> None:
    """However a test is skipped, it fails there, with its reason."""
    code, screen = run_suite(tmp_path, WAYS[way], CI="true")
    assert code in (1, 2) and "not here" in screen, screen


@pytest.mark.parametrize("way", WAYS)
def test_elsewhere_it_is_told(tmp_path: Path, way: str) -> None:
    """On a developer's machine it ends well, and the reason is in the closing lines."""
    code, screen = run_suite(tmp_path, WAYS[way])
    assert code in (0, 5) and "1 skipped" in screen and "not here" in screen, screen


def test_allowed_reasons_stay_skips(tmp_path: Path) -> None:
    """What belongs to the team's own network is skipped in CI too; xfail is none."""
    text = (
        "def test_it():\n    pytest.skip('this network does not reach https://x/')\n"
        "@pytest.mark.xfail\ndef test_other():\n    assert False\n"
    )
    code, screen = run_suite(tmp_path, text, CI="true")
    assert code == 0 and "1 skipped, 1 xfailed" in screen, screen
