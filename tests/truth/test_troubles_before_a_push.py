"""What goes wrong on one's own machine: brought about, and cured as documented.

The tools are the real ones, in a fresh clone with its own environment.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.checks.conftest import Clone, broken, clone
from tests.truth import test_troubles_on_the_vm
from tests.truth.troubles import TRIED, cure, documented

__all__ = ["broken", "clone"]
PACKAGE = "10_preprod/src/mangetamain_analytics"
UNTESTED = '"""Count."""\n\nN = 0\n' + "N += 1\n" * 2000
ITS_TEST = '''"""Count."""

from mangetamain_analytics import counted


def test_it() -> None:
    """Every line is run."""
    assert counted.N == 2000
'''
UNDOCUMENTED = '"""Count."""\n\n\ndef count() -> int:\n    return 1\n'
DOCUMENTED = UNDOCUMENTED.replace("int:\n", 'int:\n    """Return one."""\n')
USES = '"""Use what is beside."""\n\nfrom beside import NUMBER\n\nTWICE = 2 * NUMBER\n'
BESIDE = '"""What is used."""\n\nNUMBER: int = 1\n'


def test_every_documented_trouble_is_tried() -> None:
    """No row of the table, no heading of the questions, is without its test."""
    assert test_troubles_on_the_vm.__doc__
    assert sorted(documented()) == sorted(TRIED)
    assert len(TRIED) >= 16


@pytest.mark.slow
@cure("`flake8: command not found`")
def test_flake8_is_not_found(broken: Clone) -> None:
    """Outside of the environment there is none; the checks make it, and use it."""
    shutil.rmtree(broken.path / ".venv", ignore_errors=True)
    own = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(it for it in own if not (Path(it) / "flake8").exists())
    typed = broken.run("bash", "-c", "flake8 70_scripts", PATH=path)
    assert typed.returncode == 127 and "flake8: command not found" in typed.stderr
    seen = broken.check("flake8")
    assert (seen.code, seen.rows) == (0, {"flake8": "✓"}), seen.screen
    assert broken.run(".venv/bin/flake8", "70_scripts/deploy.py").returncode == 0


@pytest.mark.slow
@cure("`Required test coverage of 90% not reached`")
def test_coverage_is_too_low(broken: Clone) -> None:
    """The report names the file; a test that runs its lines is enough."""
    broken.leave_quick_tests()
    (broken.path / PACKAGE / "counted.py").write_text(UNTESTED)
    seen = broken.check("app-tests")
    assert "Required test coverage of 90% not reached" in seen.screen
    assert seen.red == {"app-tests"}
    report = (broken.path / "10_preprod/htmlcov/index.html").read_text()
    assert "counted.py" in report
    (broken.path / "10_preprod/tests/unit/test_counted.py").write_text(ITS_TEST)
    seen = broken.check("app-tests")
    assert (seen.code, seen.red) == (0, set()), seen.screen


@pytest.mark.slow
@cure("`D103: Missing docstring in public function`")
def test_a_docstring_is_missing(broken: Clone) -> None:
    """The check names the function; one imperative line is enough."""
    file = broken.path / PACKAGE / "counted.py"
    file.write_text(UNDOCUMENTED)
    seen = broken.check("pydocstyle")
    assert "D103: Missing docstring in public function" in seen.screen
    assert "counted.py" in seen.screen and seen.red == {"pydocstyle"}
    file.write_text(DOCUMENTED)
    assert broken.check("pydocstyle").red == set()


@pytest.mark.slow
@cure("CI fails, but it works on my machine")
def test_a_file_was_never_added(broken: Clone, tmp_path: Path) -> None:
    """`git status` names it, the commit alone fails, and passes once it is there."""
    (broken.path / "70_scripts/uses.py").write_text(USES)
    broken.git("add", "70_scripts/uses.py")
    broken.git("commit", "-q", "-m", "feat: use what is beside")
    (broken.path / "70_scripts/beside.py").write_text(BESIDE)
    assert broken.check("mypy").red == set()
    assert "?? 70_scripts/beside.py" in broken.git("status", "--short")
    assert _as_ci_sees_it(broken, tmp_path / "first") != 0
    broken.git("add", "70_scripts/beside.py")
    broken.git("commit", "-q", "-m", "feat: what is used")
    assert _as_ci_sees_it(broken, tmp_path / "second") == 0


def _as_ci_sees_it(clone: Clone, place: Path) -> int:
    """Check the commit alone, in a worktree of its own; return the exit code."""
    clone.git("worktree", "add", "--quiet", str(place), "HEAD")
    done = clone.run(str(place / "70_scripts/run_ci_checks.sh"), "mypy")
    clone.git("worktree", "remove", "--force", str(place))
    return done.returncode
