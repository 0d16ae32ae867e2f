"""The checks before a push: one definition, for people and for CI.

A check that this machine cannot run is named with its reason, never passed over in
silence; where ``CI`` is set, that is a failure.
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.effects.processes import CommandFailed, run

GROUPS = ("quality", "preprod", "pipeline")
CODE = ("70_scripts", "30_docker", "tests", "10_preprod")
PUBLIC = ("70_scripts", "30_docker", "10_preprod/src")
TESTS = ("pytest", "tests", "-q")
QUICK = "not docker and not rehearsal"
UV_APP = (
    "uv",
    "run",
    "--quiet",
    "--frozen",
    "--all-groups",
    "--directory",
    "10_preprod",
)
COVERAGE = ("--cov=src", "--cov-report=html", "--cov-fail-under=90")
DEADLINE = 1500.0
CANNOT_RUN = 125


@dataclass(frozen=True, slots=True)
class Check:
    """One tool's run; ``obstacle`` says why it cannot run here, or nothing."""

    name: str
    group: str
    argv: tuple[str, ...]
    obstacle: Callable[[], str] = lambda: ""


@dataclass(frozen=True, slots=True)
class Result:
    """How a check ended; ``code`` is None where it could not run."""

    code: int | None
    output: str


def checks(root: Path) -> tuple[Check, ...]:
    """Return every check of a checkout, the quick ones first."""
    workflows = [str(path) for path in sorted((root / ".github/workflows").glob("*"))]
    shell = ("70_scripts/run", *(f"70_scripts/{path.name}" for path in _shell(root)))
    return (
        Check("black", "quality", ("black", "--check", "--quiet", *CODE)),
        Check("flake8", "quality", ("flake8", *CODE)),
        Check("pydocstyle", "quality", ("pydocstyle", "--convention=google", *PUBLIC)),
        Check("mypy", "quality", ("mypy", "70_scripts", "30_docker")),
        Check("shellcheck", "quality", ("shellcheck", *shell)),
        Check("actionlint", "quality", ("actionlint", *workflows)),
        Check(
            "zizmor",
            "quality",
            ("zizmor", "--quiet", "--offline", "--color=never", *workflows),
        ),
        Check("app tests", "preprod", (*UV_APP, "pytest", "tests/", "-v", *COVERAGE)),
        Check("library tests", "pipeline", (*TESTS, "-n", "auto", "-m", QUICK)),
        Check("rehearsal", "pipeline", (*TESTS, "-m", "rehearsal and not docker")),
        Check("docker tests", "pipeline", (*TESTS, "-m", "docker"), no_containers),
    )


def carry_out(check: Check, root: Path) -> Result:
    """Run one check to its end."""
    if reason := check.obstacle():
        return Result(None, reason)
    tool = Path(sys.executable).with_name(check.argv[0])
    argv = (str(tool), *check.argv[1:])
    try:
        done = run(argv, cwd=root, timeout=DEADLINE)
    except CommandFailed as error:
        return Result(error.code or CANNOT_RUN, error.output)
    return Result(0, done.text)


def no_containers() -> str:
    """Say why tests with containers, looked at in a browser, cannot run here."""
    if shutil.which("chromium") is None:
        return "there is no chromium command"
    try:
        run(("docker", "version"), timeout=20)
    except CommandFailed:
        return "no Docker engine answers"
    return ""


def _shell(root: Path) -> list[Path]:
    return sorted((root / "70_scripts").glob("*.sh"))
