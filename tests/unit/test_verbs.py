"""`run` without a verb, with one that there is not, and asked for help."""

import subprocess
import sys

import pytest
from starting.verbs import GROUPS

from tests.unit.tripwire import REPOSITORY

SCRIPTS = REPOSITORY / "70_scripts"


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Start it as a person does, where it must not make an environment."""
    argv = (SCRIPTS / "run", *arguments)
    return subprocess.run(argv, capture_output=True, text=True, env={"PATH": PATH})


PATH = "/usr/local/bin:/usr/bin:/bin"
VERBS = sorted(file.stem for file in SCRIPTS.glob("*.py"))


def test_every_verb_has_its_group() -> None:
    """None is forgotten, none is listed that there is not."""
    assert sorted(verb for verbs in GROUPS.values() for verb in verbs) == VERBS


@pytest.mark.parametrize("asked", [(), ("--help",), ("-h",), ("help",)])
def test_help_lists_the_verbs(asked: tuple[str, ...]) -> None:
    """Each has one line of what it does; asking is no error."""
    done = run(*asked)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert {*GROUPS} <= {*lines} and lines[0].startswith("usage: 70_scripts/run VERB")
    for verb in VERBS:
        assert any(line.split()[:1] == [verb] and line[17:] for line in lines)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("statsu", "status"), ("check-health", "check_health"), ("../x", ""), ("", "")],
)
def test_an_unknown_verb_is_no_dead_end(typed: str, meant: str) -> None:
    """The verb that is most like it is asked for; where none is, nothing is guessed."""
    done = run(typed)
    assert done.returncode == 2 and "there is no verb" in done.stderr
    assert ("did you mean" in done.stderr) is bool(meant)
    assert f"did you mean {meant}?" in done.stderr or not meant


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_shows_what_is_typed(verb: str) -> None:
    """It needs nothing but the library's own packages."""
    blocked = ("starlette", "uvicorn", "sphinx", "pytest", "nox")
    code = (
        "import runpy, sys\n"
        f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
        f"sys.path.insert(0, {str(SCRIPTS)!r})\n"
        f"sys.argv = ['{verb}.py', '--help']\n"
        f"runpy.run_path({str(SCRIPTS / verb)!r} + '.py', run_name='__main__')\n"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: 70_scripts/run {verb} ")
