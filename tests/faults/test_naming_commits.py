"""What people type for a commit: what git resolves to one is taken, no other."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.faults.rows import NAMES, NO_NAMES, NO_WORDS, cases
from tests.sandbox import starting
from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import SURE, World

CLASS = "naming a commit"
CONFIRMING = "confirming a rollback"
PLANTED = "pwned"
UNKNOWN = "0123456789" * 4


def _annotated(world: World, sha: str) -> str:
    world.vm.git("tag", "--annotate", "--message", "It", "v2", sha)
    world.vm.git("push", "--quiet", "origin", "v2")
    return "v2"


def _tagged(world: World, sha: str) -> str:
    world.vm.git("tag", "v1", sha)
    world.vm.git("push", "--quiet", "origin", "v1")
    return "v1"


def _moved(world: World, sha: str) -> str:
    world.vm.git("tag", "moving", world.good)
    world.vm.git("push", "--quiet", "origin", "moving")
    world.vm.script("settle", "preprod", "--sha", "moving", "--dry-run", code=None)
    world.vm.git("tag", "--force", "moving", sha)
    world.vm.git("push", "--quiet", "--force", "origin", "moving")
    return "moving"


def _below(world: World, sha: str) -> str:
    world.vm.push("One more")
    return "origin/main~1"


HOW: dict[str, Callable[[World, str], str]] = {
    "a short SHA": lambda _, sha: sha[:7],
    "a SHA in capitals": lambda _, sha: sha.upper(),
    "a tag": _tagged,
    "an annotated tag": _annotated,
    "a tag that was moved at origin": _moved,
    "the branch": lambda *_: "origin/main",
    "the branch's parent": _below,
}


@pytest.mark.parametrize("how", cases(CLASS, {name: HOW[name] for name in NAMES}))
def test_what_names_one_commit_is_taken(
    patient: World, how: Callable[[World, str], str]
) -> None:
    """Each script takes it, prints the full SHA, and does its work with that one."""
    sha = patient.vm.push("Named")
    name = how(patient, sha)
    assert f"{name} is {sha}" in patient.deploy(name)
    assert patient.vm.serving() == sha
    words = ("--verdict", "passed")
    done = patient.vm.script("settle", "preprod", "--sha", name, *words)
    assert f"{name} is {sha}" in done.stderr
    assert patient.vm.validated() == sha
    done = patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", name)
    assert f"{name} is {sha}" in done.stderr
    assert patient.vm.serving(patient.vm.prod_port) == sha
    patient.vm.script("rollback", "preprod", *SURE, "--to", patient.good[:8])
    assert patient.vm.serving() == patient.good
    patient.vm.script("rollback", "preprod", *SURE, "--override-bad", "--to", name)
    assert patient.vm.serving() == sha


@pytest.mark.fault(CLASS, "ambiguous")
def test_what_names_two_commits_is_refused(patient: World) -> None:
    """Where a tag is called like the beginning of another SHA, both are named."""
    first, second = patient.vm.push("First"), patient.vm.push("Second")
    patient.vm.git("tag", first[:7], second)
    patient.vm.git("push", "--quiet", "origin", f"refs/tags/{first[:7]}")
    patient.deploy(second)
    patient.vm.script("settle", "preprod", "--sha", f"tags/{first[:7]}", "--dry-run")
    told = patient.deploy(first[:7], code=3)
    assert first in told and second in told
    assert patient.vm.serving() == second


@pytest.mark.fault(CLASS, "the beginning of no SHA")
def test_what_names_nothing_is_refused(patient: World) -> None:
    """An abbreviation that fits nothing is no commit, in words."""
    for verb in ("deploy", "settle", "watch_ci"):
        done = patient.vm.script(verb, "preprod", "--sha", "0123456", code=3)
        assert "there is none of that name" in done.stderr
    assert len(patient.vm.ends()) == 1


@pytest.mark.parametrize(
    "verb",
    [
        pytest.param(verb, marks=pytest.mark.fault(CLASS, f"{verb} of an unknown SHA"))
        for verb in ("settle", "watch_ci")
    ],
)
def test_an_unknown_sha_is_said_to_be(patient: World, verb: str) -> None:
    """A verdict about a commit that nobody has seen is refused, and not recorded."""
    options = ("--verdict", "passed") if verb == "settle" else ()
    done = patient.vm.script(verb, "preprod", "--sha", UNKNOWN, *options, code=3)
    assert "not in the repository" in done.stderr and UNKNOWN in done.stderr
    assert not patient.vm.journal("SELECT 1 FROM verdict WHERE sha = ?", UNKNOWN)


@pytest.mark.fault(CLASS, "settle of an unknown SHA while nothing can be fetched")
def test_a_verdict_is_not_lost_where_nothing_can_be_fetched(patient: World) -> None:
    """A commit that may well exist keeps its verdict while origin is away."""
    sha = patient.vm.push("Not here yet")
    patient.vm.origin.rename(patient.vm.home / "away")
    patient.settle(sha, "failed")
    (patient.vm.home / "away").rename(patient.vm.origin)
    assert "its CI failed" in patient.deploy(sha, code=3)


@pytest.mark.parametrize("name", cases(CLASS, NO_NAMES))
def test_what_is_no_name_is_refused(patient: World, name: str) -> None:
    """An option, a range, a path or a shell line is a usage error; git sees none."""
    for verb in ("deploy", "settle", "watch_ci"):
        done = patient.vm.script(verb, "preprod", f"--sha={name}", code=2)
        assert "Traceback" not in done.stderr
    patient.vm.script("promote", "--confirm", "DEPLOY", f"--sha={name}", code=2)
    patient.vm.script("rollback", "preprod", *SURE, f"--to={name}", code=2)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert len(patient.vm.ends()) == 1
    assert not list(patient.vm.home.rglob(PLANTED))


@pytest.mark.fault(CLASS, "an empty one")
def test_an_empty_name_is_the_default_or_none(patient: World) -> None:
    """Workflows pass an empty input on: the default where there is one."""
    for verb in ("deploy", "settle", "watch_ci"):
        patient.vm.script(verb, "preprod", "--sha=", code=2)
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha=")
    assert patient.vm.serving(patient.vm.prod_port) == newer
    patient.vm.script("rollback", "preprod", *SURE, "--to=")
    assert patient.vm.serving() == patient.good


@pytest.mark.fault(CONFIRMING, "nobody confirms")
def test_a_rollback_is_confirmed(patient: World) -> None:
    """Without the word and without a terminal nothing is touched."""
    newer = patient.push("Newer")
    done = patient.vm.script("rollback", "preprod", code=3)
    assert "--confirm ROLLBACK" in done.stderr
    assert patient.vm.serving() == newer


@pytest.mark.parametrize(
    "word", cases(CONFIRMING, {f"{word!r} typed": word for word in NO_WORDS})
)
def test_only_the_word_confirms(patient: World, word: str) -> None:
    """Anything else that was typed is refused, as it is for a promotion."""
    newer = patient.push("Newer")
    option = f"--confirm={word}"
    done = patient.vm.script("rollback", "preprod", option, code=3)
    assert "type exactly ROLLBACK" in done.stderr
    assert patient.vm.serving() == newer


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param(
            "ROLLBACK", 0, marks=pytest.mark.fault(CONFIRMING, "typed at a terminal")
        ),
        pytest.param(
            "yes",
            3,
            marks=pytest.mark.fault(CONFIRMING, "another word typed at a terminal"),
        ),
    ],
)
def test_a_terminal_asks(patient: World, typed: str, code: int) -> None:
    """Whoever sits at a terminal is asked, and types the word there."""
    newer = patient.push("Newer")
    ours, theirs = pty.openpty()
    argv = (sys.executable, SCRIPTS / "rollback.py", "preprod")
    process = starting.start(
        (*argv, "--config", patient.vm.config),
        env={**os.environ, "HOME": str(patient.vm.home)},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(ours, f"{typed}\n".encode())
    told, _ = process.communicate(timeout=90)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code, told
    assert "Type ROLLBACK to go on:" in told
    assert patient.vm.serving() == (newer if code else patient.good)


@pytest.mark.fault(CONFIRMING, "only looked at")
def test_looking_needs_no_word(patient: World) -> None:
    """With --dry-run nobody is asked, and nothing changes."""
    newer = patient.push("Newer")
    done = patient.vm.script("rollback", "preprod", "--dry-run")
    assert f"would roll preprod back to {patient.good}" in done.stderr
    assert patient.vm.serving() == newer
