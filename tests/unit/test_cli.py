"""The scripts as people start them, and the one boundary where errors become words."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline import cli, errors
from pipeline.config import Config
from pipeline.effects.http import Unreachable
from pipeline.effects.processes import CommandFailed
from pipeline.errors import PipelineError

from tests.sandbox import starting
from tests.unit.configuration import write_config
from tests.unit.specimens import A
from tests.unit.tripwire import REPOSITORY

SCRIPTS = REPOSITORY / "70_scripts"
VERBS = sorted(path.stem for path in SCRIPTS.glob("*.py"))
FOR_A_SHA = ("deploy", "settle", "watch_ci")
BAD_SHAS = ("--sha=-x", "--sha=a..b", "--sha=../../etc/passwd", "--sha=$(reboot)")


def start(verb: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a script to its end."""
    command = (sys.executable, SCRIPTS / f"{verb}.py", *arguments)
    return starting.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(verb: str) -> None:
    """Every script explains itself and shows a command that can be typed.

    It is started as a shell does, with nothing imported before.
    """
    command = (sys.executable, SCRIPTS / f"{verb}.py", "--help")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    example = done.stdout.partition("example:")[2]
    assert "70_scripts/" in example and verb in example
    assert len(done.stdout.splitlines()) > 5


@pytest.mark.parametrize(
    ("verb", "option"),
    [
        *(("deploy", option) for option in BAD_SHAS),
        *((verb, BAD_SHAS[0]) for verb in FOR_A_SHA[1:]),
    ],
)
def test_bad_sha_is_a_usage_error(tmp_path: Path, verb: str, option: str) -> None:
    """An option, a range or a path as SHA is refused before anything else."""
    file = write_config(tmp_path)
    done = start(verb, "preprod", option, "--config", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a commit" in done.stderr


@pytest.mark.parametrize("verb", FOR_A_SHA)
def test_missing_set_up_is_told(tmp_path: Path, verb: str) -> None:
    """On a machine that was never set up, each script says so and writes nothing."""
    file = write_config(tmp_path)
    done = start(verb, "preprod", "--sha", A, "--config", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert "set the VM up first" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists() and not (tmp_path / "root").exists()


@pytest.mark.parametrize(
    ("verb", "name"),
    [("deploy", "../preprod"), *((verb, "staging") for verb in FOR_A_SHA)],
)
def test_unknown_environment_is_told(tmp_path: Path, verb: str, name: str) -> None:
    """An environment that the file does not have is refused with those it has."""
    (tmp_path / "state").mkdir()
    done = start(verb, name, "--sha", A, "--config", str(write_config(tmp_path)))
    assert (done.returncode, done.stdout) == (2, "")
    assert "use one of: preprod, prod" in done.stderr
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--config", "/no/such/pipeline.yml"), "/no/such/pipeline.yml"),
        (("--conf", "pipeline.yml"), "unrecognized arguments: --conf"),
    ],
)
def test_bad_usage_of_status(arguments: tuple[str, ...], told: str) -> None:
    """A missing file, or an abbreviated option, is a usage error."""
    done = start("status", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and "Traceback" not in done.stderr


def boundary(
    monkeypatch: pytest.MonkeyPatch, folder: Path, verb: Callable[[], int]
) -> int:
    """Do a verb inside the error boundary, on a machine with a secret."""
    file = write_config(folder)
    (folder / "state").mkdir()
    secrets = folder / "state/secrets.env"
    secrets.touch(0o600)
    secrets.write_text("PIPELINE_GITHUB_TOKEN=s3cret\n")
    monkeypatch.setattr(sys, "argv", ["script", "--config", str(file)])

    def do(config: Config, arguments: argparse.Namespace) -> int:
        assert config.app.name and arguments.config == file
        return verb()

    return cli.main_with_config(cli.parser("Do it.", "do it"), do)


def fail_with(error: BaseException) -> Callable[[], int]:
    """Return a verb that fails."""

    def verb() -> int:
        raise error

    return verb


CODES = {
    PipelineError: 1,
    errors.ConfigurationError: 2,
    errors.Refused: 3,
    errors.TimedOut: 4,
    errors.FailedAndRolledBack: 5,
    errors.RollbackFailed: 6,
}


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_each_error_owns_its_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: type[PipelineError],
    code: int,
) -> None:
    """A foreseen error is told in words, secrets taken out, with its own exit code."""
    error = kind("asking with s3cret", "saw s3cret", "do this")
    assert boundary(monkeypatch, tmp_path, fail_with(error)) == code
    told = "error: asking with ***: saw ***\n  → do this\n"
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandFailed(("git", "fetch"), 128, "no route to s3cret"), 2),
        (Unreachable("no answer from s3cret"), 4),
        (OSError(28, "No space left on device", "/s3cret"), 2),
    ],
)
def test_expected_error_of_an_adapter_is_no_bug(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    code: int,
) -> None:
    """What an adapter raises and nobody handled is words and a code, not a trace."""
    assert boundary(monkeypatch, tmp_path, fail_with(error)) == code
    told = capsys.readouterr().err
    assert "***" in told and "s3cret" not in told
    assert "Traceback" not in told and "bug" not in told


def test_bug_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unforeseen error exits 1 with its trace, secrets taken out."""
    assert boundary(monkeypatch, tmp_path, fail_with(KeyError("s3cret"))) == 1
    told = capsys.readouterr().err
    assert "KeyError: '***'" in told and "bug" in told and "s3cret" not in told


def test_interrupt_is_no_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends with a shell's own code for it, and no trace."""
    code = boundary(monkeypatch, tmp_path, fail_with(KeyboardInterrupt()))
    assert (code, capsys.readouterr().err) == (130, "interrupted\n")


@pytest.mark.parametrize("code", [0, 5])
def test_code_of_the_verb_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """What a verb returns is what the shell sees."""
    assert boundary(monkeypatch, tmp_path, lambda: code) == code


def test_error_is_an_annotation_in_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a job the error stands on top of the run's page, still without secrets."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    error = errors.Refused("asking", "saw s3cret\n::set-env name=a::b", "do this")
    assert boundary(monkeypatch, tmp_path, fail_with(error)) == 3
    told = "::error::asking: saw ***%0A::set-env name=a::b%0A  → do this\n"
    assert capsys.readouterr() == ("", told)
