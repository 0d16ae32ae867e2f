"""A clone whose origin is bare, and how its checks are run."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pipeline.effects.account import cache_folder

from tests.checkout import ROOT, clone_into

ROW = re.compile(r"^│ (?P<sign>[✓✗!–]) +│ (?P<name>[\w-]+) ", re.MULTILINE)
TIME = 240.0
SYSTEM = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "COLUMNS": "100",
}
FOREIGN = ("PYTEST_", "COV_", "GITHUB_", "VIRTUAL_ENV", "CI")


@dataclass(frozen=True)
class Clone:
    """Somebody's clone; ``origin`` is where it pushes to."""

    path: Path
    origin: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that whoever works in this clone has."""
        return environment(self.home)

    def run(self, *argv: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the clone as a person would; return how it went."""
        return subprocess.run(
            argv,
            cwd=self.path,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=TIME,
            check=False,
        )

    def git(self, *arguments: str) -> str:
        """Run git, which must succeed; return what it printed."""
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def check(self, *arguments: str, **variables: str) -> "Seen":
        """Run the checks; return the code, the rows of the table, the screen."""
        done = self.run("70_scripts/run_ci_checks.sh", *arguments, **variables)
        rows = {row["name"]: row["sign"] for row in ROW.finditer(done.stdout)}
        return Seen(done.returncode, rows, done.stdout + done.stderr)

    def leave_quick_tests(self) -> None:
        """Leave of the app's tests those of one module, which alone is measured."""
        leave_quick_tests(self.path / "10_preprod")

    def edit(self, file: str, change: Mapping[str, str]) -> None:
        """Replace texts that a file must hold."""
        text = (self.path / file).read_text()
        for old, new in change.items():
            assert old in text, f"{file} has no {old!r}"
            text = text.replace(old, new, 1)
        (self.path / file).write_text(text)


@dataclass(frozen=True)
class Seen:
    """What a run of the checks showed."""

    code: int
    rows: dict[str, str]
    screen: str

    @property
    def red(self) -> set[str]:
        """Return the names of the rows that are not green."""
        return {name for name, sign in self.rows.items() if sign != "✓"}


def environment(home: Path) -> dict[str, str]:
    """Return this process's environment without what a test run adds.

    The tools need a home, which not everybody who runs the tests has; they share the
    caches of whoever runs the tests.
    """
    kept = {n: v for n, v in os.environ.items() if not n.startswith(FOREIGN)}
    own = {"HOME": str(home), "XDG_CACHE_HOME": str(cache_folder())}
    return {**kept, **WHO, **own}


def leave_quick_tests(app: Path) -> None:
    """Leave of a copy of the app the tests of one module, which alone is measured.

    What is new beside it is measured, too. All of the tests are the check `app-tests`.
    """
    for file in (app / "tests/unit").glob("*.py"):
        if file.name != "test_release.py":
            file.unlink()
    package = app / "src/mangetamain_analytics"
    others = {path.stem for path in package.glob("[a-z]*.py")} - {"release"}
    omit = [f"*/{name}.py" for name in sorted(others)] + ["*/views/*", "*/sample/*"]
    settings = app / "pyproject.toml"
    measured = "[tool.coverage.run]\n"
    assert measured in settings.read_text()
    text = settings.read_text().replace(measured, f"{measured}omit = {omit}\n")
    settings.write_text(text)


def path_without(folder: Path, *hidden: str) -> str:
    """Return a PATH on which everything of this system is, but for some commands."""
    folder.mkdir()
    for tool in (tool for place in SYSTEM for tool in Path(place).iterdir()):
        link = folder / tool.name
        if tool.name not in hidden and not link.exists():
            link.symlink_to(tool)
    return str(folder)


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Give a clone of this repository as it stands, with an environment of its own."""
    folder = tmp_path_factory.mktemp("checks")
    home = folder / "home"
    home.mkdir()
    made = Clone(clone_into(folder / "clone"), folder / "origin.git", home)
    made.git("checkout", "-q", "-B", "main")
    made.git("add", "--all")
    made.git("commit", "-q", "--allow-empty", "-m", "test: the repository as it stands")
    subprocess.run(("git", "init", "-q", "--bare", made.origin), check=True)
    made.git("remote", "set-url", "origin", str(made.origin))
    made.git("fetch", "-q", "--prune", "origin")
    assert made.path != ROOT
    return made


@pytest.fixture
def broken(clone: Clone) -> Iterator[Clone]:
    """Give the clone to break; it is mended afterwards."""
    head = clone.git("rev-parse", "HEAD")
    yield clone
    clone.git("reset", "-q", "--hard", head)
    clone.git("clean", "-q", "-fd")
