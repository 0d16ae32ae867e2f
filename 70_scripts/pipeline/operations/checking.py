"""The checks before a push: one definition, for people and for CI.

A check that this machine cannot run is named with its reason, never passed over in
silence; where ``CI`` is set, that is a failure.
"""

import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.effects.background import COULD_NOT_START
from pipeline.effects.processes import CommandFailed, run
from pipeline.adapters.git import git
from pipeline.adapters.uv import uv

GROUPS = ("quality", "advice", "preprod", "prod", "pipeline", "infrastructure")
ON_REQUEST = ("stories",)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CODE = ("10_preprod", "30_docker", "50_test", "70_scripts", "90_doc", "tests")
SERVED = ("10_preprod", "30_docker")
DOCUMENTED = ("10_preprod/src", "30_docker", "70_scripts")
COVERAGE = ("--cov=src", "--cov-report=html", "--cov-fail-under=90")
APP_TESTS = ("pytest", "tests/", "-v", *COVERAGE)
NEITHER = "not docker and not rehearsal and not browser"
UNRELATED = ("10_preprod/src", "10_preprod/tests", "50_test")


@dataclass(frozen=True, slots=True)
class Check:
    """One tool's run.

    Attributes:
        name: what people call it, one word.
        group: the job of CI that it belongs to.
        argv: the command.
        cwd: where it runs.
        obstacle: says why it cannot run here, or nothing.
        is_alone: it needs the ports, the engine or the timing of an idle machine.
        is_advice: what it finds is shown and decides nothing.
    """

    name: str
    group: str
    argv: tuple[str, ...]
    cwd: Path
    obstacle: Callable[[], str] = lambda: ""
    is_alone: bool = False
    is_advice: bool = False


def checks(root: Path, jobs: int) -> tuple[Check, ...]:
    """Return the checks of a checkout, in the order in which they best start.

    Args:
        root: the checkout.
        jobs: how many processes a test run may divide its work among.
    """
    types = ("mypy", "--python-executable", ".venv/bin/python", "src")
    return (
        _in_app("app-tests", "preprod", root, *APP_TESTS, *_divided(jobs)),
        replace(_in_app("app-mypy", "advice", root, *_tool(*types)), is_advice=True),
        Check("mypy", "quality", _tool("mypy", "70_scripts", "30_docker"), root),
        *_style(root, CODE, "quality"),
        *_workflows(root),
        *_suites(root, jobs),
        *_infrastructure(root),
    )


def prod_checks(export: Path) -> tuple[Check, ...]:
    """Return what decides about the code that prod serves; ``export`` is its copy.

    Its tests are not divided: its locked environment may be too old for that.
    """
    return (
        _in_app("prod-app-tests", "prod", export, *APP_TESTS),
        *_style(export, SERVED, "prod", "prod-"),
    )


def chosen(every: Iterable[Check], wanted: Iterable[str]) -> tuple[Check, ...]:
    """Return the checks that are wanted, by their names or their groups."""
    names = frozenset(wanted)
    return tuple(check for check in every if names & {check.name, check.group})


def is_pipeline_untouched(root: Path, base: str) -> bool:
    """Tell whether only the app's own code changed since a commit; unsure is no."""
    paths = (".", *(f":!{path}" for path in UNRELATED))
    compared = ("--quiet", "--end-of-options", base, "HEAD", "--", *paths)
    try:
        return git("-C", str(root), "diff", *compared, allowed=(0, 1)).code == 0
    except CommandFailed:
        return False  # The commit is not known here: a new branch, a shallow clone.


def browser() -> str | None:
    """Return the command of this machine's Chromium or Chrome, if it has one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def no_browser() -> str:
    """Say why tests with a browser cannot run here."""
    return "" if browser() else "there is no chromium command: apt-get install chromium"


def no_engine() -> str:
    """Say why tests with containers cannot run here."""
    try:
        run(("docker", "version"), timeout=20)
    except CommandFailed as error:
        is_missing = error.code == COULD_NOT_START
        what = "there is no docker command" if is_missing else "no engine answers it"
        return f"{what}: apt-get install docker.io, and be of its group"
    return ""


def _no_containers_in_a_browser() -> str:
    return no_browser() or no_engine()


def _in_app(name: str, group: str, root: Path, *argv: str) -> Check:
    """Return what runs with the app's own locked dependencies."""
    options = ("run", "--quiet", "--frozen", "--all-groups", "--directory")
    return Check(name, group, (uv(), *options, "10_preprod", "--", *argv), root)


def _style(
    root: Path, folders: Iterable[str], group: str, prefix: str = ""
) -> tuple[Check, ...]:
    code = [folder for folder in folders if (root / folder).is_dir()]
    public = [folder for folder in DOCUMENTED if folder.startswith(tuple(code))]
    tools = (
        _tool("pydocstyle", "--convention=google", *public),
        _tool("flake8", *code),
        _tool("black", "--check", *code),
    )
    return tuple(
        Check(f"{prefix}{Path(argv[0]).name}", group, argv, root) for argv in tools
    )


def _workflows(root: Path) -> tuple[Check, ...]:
    """Return what reads the shell scripts and the workflow files."""
    workflows = sorted(map(str, (root / ".github/workflows").glob("*.yml")))
    shell = ("70_scripts/run", *map(str, sorted((root / "70_scripts").glob("*.sh"))))
    zizmor = ("zizmor", "--quiet", "--offline", "--color=never", "--persona=auditor")
    return (
        Check("shellcheck", "quality", _tool("shellcheck", *shell), root),
        Check("actionlint", "quality", _tool("actionlint", *workflows), root),
        Check("zizmor", "quality", _tool(*zizmor, ".github"), root),
    )


def _suites(root: Path, jobs: int) -> tuple[Check, ...]:
    """Return the pipeline's own tests, each alone on the machine."""

    def suite(
        name: str,
        *arguments: str,
        workers: int = 1,
        by: str = "load",
        obstacle: Callable[[], str] = lambda: "",
    ) -> Check:
        argv = _tool("pytest", "-q", *arguments, *_divided(workers, by))
        return Check(name, "pipeline", argv, root, obstacle, is_alone=True)

    faults = ("tests/faults", "-m", NEITHER)
    rest = ("tests", "--ignore=tests/faults", "-m", NEITHER)
    played = ("tests/end_to_end", "-m", "rehearsal and not docker and not story")
    engine = ("tests", "-m", "docker and not browser")
    looked_at = ("tests", "-m", "docker and browser")
    app = ("tests", "-m", "browser and not docker")
    return (
        suite("library", *rest, workers=jobs),
        # A case also waits; a file's tests share what their worker set up.
        suite("faults", *faults, workers=2 * jobs, by="loadfile"),
        suite("rehearsal", *played),
        suite("browser", *app, obstacle=no_browser),
        suite("docker", *engine, workers=jobs, by="loadfile", obstacle=no_engine),
        # Chromium drops what it loads whenever a container's network comes or goes.
        suite("pages", *looked_at, obstacle=_no_containers_in_a_browser),
        replace(suite("stories", "tests/end_to_end", "-m", "story"), group="stories"),
    )


def _infrastructure(root: Path) -> tuple[Check, ...]:
    if not (root / "50_test").is_dir():
        return ()
    argv = ("pytest", "../50_test", "-v")
    found = _in_app("infrastructure", "infrastructure", root, *argv)
    return (replace(found, is_alone=True),)


def _divided(workers: int, by: str = "load") -> tuple[str, ...]:
    return ("-n", str(workers), "--dist", by) if workers > 1 else ()


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(Path(sys.executable).with_name(name)), *arguments)
