"""The checks before a push, one session each: one definition, for people and for CI.

``70_scripts/run_ci_checks.sh`` runs them side by side, ``.venv/bin/nox -s NAME`` runs
one. Nothing is installed for them. A session's tag is its group, a job of CI.
"""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
sys.path.append(str(ROOT / "70_scripts"))
from checks.home import lent_home  # noqa: E402

with lent_home() as HOME:
    import nox
    from nox.command import CommandFailed

JOBS = int(os.environ.get("CHECK_JOBS") or len(os.sched_getaffinity(0)))
# Where prod's code was copied to, or why it was not.
PROD = os.environ.get("CHECK_PROD", "70_scripts/run_ci_checks.sh copies it out")
nox.options.default_venv_backend = "none"
# Where to keep what the tools say, to be shown only if they fail.
LOGS = os.environ.get("CHECK_LOGS")
if LOGS:
    logging.getLogger("nox").setLevel(logging.ERROR)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COVERAGE = ("--cov=src", "--cov-report=html", "--cov-fail-under=90")
APP_TESTS = ("pytest", "tests/", "-v", *COVERAGE)
CODE = ("10_preprod", "30_docker", "50_test", "70_scripts", "90_doc", "tests", __file__)
# Tests need the ports, the engine or the timing of an idle machine.
ALONE = ("pipeline", "infrastructure", "stories")
GRACE = 10.0
TIMEOUT = ("timeout", "--signal=INT", f"--kill-after={GRACE}", "1500")


@dataclass(frozen=True, slots=True)
class Check:
    """One tool's run; ``obstacle`` says why it cannot run here, or nothing."""

    name: str
    group: str
    argv: tuple[str, ...]
    cwd: str = str(ROOT)
    obstacle: Callable[[], str] = str

    def register(self) -> None:
        """Make it a session of nox."""
        may_share = self.group not in ALONE
        made = nox.session(name=self.name, tags=[self.group], allow_parallel=may_share)
        made(self.run)

    def run(self, session: nox.Session) -> None:
        """Run the tool; interrupted, it has time to clean up after itself."""
        if reason := self.obstacle():
            session.skip(reason)
        with session.chdir(self.cwd):
            if LOGS is None:
                self._start(session)
            else:
                self._keep_log(session, Path(LOGS, self.name))

    def _start(self, session: nox.Session, words: IO[str] | None = None) -> None:
        argv = (*TIMEOUT, *self.argv)
        session.run(
            *argv, external=True, stdout=words, interrupt_timeout=GRACE, env=HOME
        )

    def _keep_log(self, session: nox.Session, file: Path) -> None:
        """Write what the tool says to a file, and show it if the tool fails."""
        with file.open("w") as words:
            try:
                self._start(session, words)
            except CommandFailed as error:
                file.with_suffix(".code").write_text(str(error.return_code))
                print(_only_words(file.read_text(errors="replace")))
                raise


def _only_words(text: str) -> str:
    """Return a tool's words; in a job of CI none of them is a command to it."""
    from pipeline.effects.actions import only_words

    return only_words(text)


def browser() -> str | None:
    """Return the command of this machine's Chromium or Chrome, if it has one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def no_browser() -> str:
    """Say why tests with a browser cannot run here."""
    return "" if browser() else "there is no chromium command: apt-get install chromium"


def no_engine() -> str:
    """Say why tests with containers cannot run here."""
    asked = ("docker", "version")
    try:
        subprocess.run(asked, capture_output=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        is_missing = isinstance(error, OSError)
        what = "there is no docker command" if is_missing else "no engine answers it"
        return f"{what}: apt-get install docker.io, and be of its group"
    return ""


def no_page() -> str:
    """Say why what a container serves cannot be looked at here."""
    return no_browser() or no_engine()


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(Path(sys.executable).with_name(name)), *arguments)


def _in_app(*argv: str) -> tuple[str, ...]:
    """Return what runs with the app's own locked dependencies."""
    options = ("run", "--quiet", "--frozen", "--all-groups", "--directory")
    return _tool("uv", *options, "10_preprod", "--", *argv)


def _divided(workers: int, by: str = "worksteal") -> tuple[str, ...]:
    return ("-n", str(workers), "--dist", by) if workers > 1 else ()


def _prod(name: str, argv: tuple[str, ...]) -> Check:
    obstacle = "" if Path(PROD).is_dir() else f"its code is not to be had: {PROD}"
    return Check(f"prod-{name}", "prod", argv, PROD, lambda: obstacle)


def _suite(
    name: str,
    *argv: str,
    workers: int = 1,
    by: str = "worksteal",
    obstacle: Callable[[], str] = str,
    group: str = "pipeline",
) -> Check:
    command = _tool("pytest", "-q", *argv, *_divided(workers, by))
    return Check(name, group, command, obstacle=obstacle)


def _files(pattern: str) -> list[str]:
    return sorted(str(file) for file in ROOT.glob(pattern))


RUN, WORKFLOWS = "70_scripts/run", ".github/workflows/*.yml"
NEITHER = "not docker and not rehearsal and not browser"
ENGINE = "docker and not browser and not rehearsal"
PLAYED = "rehearsal and not story"
MYPY = ("mypy", "--python-executable", ".venv/bin/python", "src")
ZIZMOR = ("zizmor", "--quiet", "--offline", "--color=never", "--persona=auditor")
PYDOCSTYLE = ("pydocstyle", "--convention=google", "10_preprod/src", "30_docker")
IN_CODE = [each for each in CODE if (ROOT / each).exists()]
# In the order in which they best start: what takes long, or is not divided, first.
CHECKS: tuple[Check, ...] = (
    _prod("app-tests", _in_app(*APP_TESTS)),
    Check("app-tests", "preprod", _in_app(*APP_TESTS, *_divided(JOBS))),
    Check("app-mypy", "advice", _in_app(*_tool(*MYPY))),
    Check("mypy", "quality", _tool("mypy", "70_scripts", "30_docker", "noxfile.py")),
    Check("pydocstyle", "quality", _tool(*PYDOCSTYLE, "70_scripts")),
    Check("flake8", "quality", _tool("flake8", *IN_CODE)),
    Check("black", "quality", _tool("black", "--check", *IN_CODE)),
    _prod("pydocstyle", _tool(*PYDOCSTYLE)),
    _prod("flake8", _tool("flake8", "10_preprod", "30_docker")),
    _prod("black", _tool("black", "--check", "10_preprod", "30_docker")),
    Check(
        "shellcheck", "quality", _tool("shellcheck", RUN, *_files("70_scripts/**/*.sh"))
    ),
    Check("actionlint", "quality", _tool("actionlint", *_files(WORKFLOWS))),
    Check("zizmor", "quality", _tool(*ZIZMOR, ".github")),
    _suite("library", "tests", "--ignore=tests/faults", "-m", NEITHER, workers=JOBS),
    # A case also waits.
    _suite("faults", "tests/faults", "-m", NEITHER, workers=2 * JOBS),
    _suite("rehearsal", "tests/end_to_end", "-m", PLAYED, workers=JOBS),
    _suite("browser", "tests", "-m", "browser and not docker", obstacle=no_browser),
    # A file's tests share the containers that their worker set up.
    _suite(
        "docker", "tests", "-m", ENGINE, workers=JOBS, by="loadfile", obstacle=no_engine
    ),
    # Chromium drops what it loads whenever a container's network comes or goes.
    _suite("pages", "tests", "-m", "docker and browser", obstacle=no_page),
    _suite("stories", "tests/end_to_end", "-m", "story", workers=JOBS, group="stories"),
    Check("infrastructure", "infrastructure", _in_app("pytest", "../50_test", "-v")),
)
if not (ROOT / "50_test").is_dir():
    CHECKS = CHECKS[:-1]
for each in CHECKS:
    each.register()
