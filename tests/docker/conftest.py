"""A VM's layout in a temporary directory, with preprod served by the real engine."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
import yaml
from noxfile import browser as browser_command
from playwright.sync_api import Page, expect, sync_playwright
from rehearsal.base_image import ensure_base_image

REPOSITORY = Path(__file__).parents[2]
COMPOSE_FILE = "30_docker/docker-compose-preprod.yml"
DEADLINE = 90.0  # seconds; generous, because a processor may be shared

expect.set_options(timeout=60_000)  # Milliseconds; a processor may be shared.


@dataclass(frozen=True, slots=True)
class Preprod:
    """Preprod of a throw-away VM: its worktree, its container and its address."""

    root: Path
    environment: Mapping[str, str]

    @property
    def worktree(self) -> Path:
        """Return the worktree that preprod serves."""
        return self.root / "10_preprod"

    @property
    def container(self) -> str:
        """Return the name that Compose gives the container."""
        return f"{self.environment['PREPROD_PROJECT']}-app-1"

    def compose(self, *arguments: str, is_checked: bool = True, **more: str) -> str:
        """Run Compose as people do on the VM, and return its output."""
        command = ["docker-compose", "-f", str(self.root / COMPOSE_FILE), *arguments]
        return run(
            *command, is_checked=is_checked, environment={**self.environment, **more}
        )

    def commit(self, path: str, change: Callable[[bytes], bytes]) -> str:
        """Commit a changed file of the app to the bare repository; return its SHA."""
        clone = self.root / "clone"
        file = clone / "10_preprod/src/mangetamain_analytics" / path
        git(clone, "checkout", "-q", "main")
        file.write_bytes(change(file.read_bytes()))
        git(clone, "commit", "-q", "-a", "-m", f"change {path}")
        git(clone, "push", "-q", "origin", "main")
        return git(clone, "rev-parse", "HEAD")

    def reset(self, sha: str) -> None:
        """Move the worktree to this commit, and do nothing else."""
        git(self.worktree, "reset", "-q", "--hard", sha)

    def restart(self) -> None:
        """Restart the container, and wait until it answers."""
        self.compose("restart")
        self.await_answer()

    def await_answer(self) -> None:
        """Wait until the health endpoint answers 200."""
        until(lambda: self.fetch("/_stcore/health")[0] == 200)

    def fetch(self, path: str) -> tuple[int, str]:
        """Return status and body; status 0 when nothing answers."""
        port = self.environment["PREPROD_PORT"]
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (URLError, ConnectionError):
            return 0, ""

    def served_sha(self) -> str:
        """Return the SHA that the running process reports."""
        return str(json.loads(self.fetch("/_stcore/health")[1])["sha"])


def run(
    *command: str, is_checked: bool = True, environment: Mapping[str, str] = {}
) -> str:
    """Run a command, with these variables besides its own, and return its output."""
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    if is_checked and done.returncode:
        pytest.fail(f"{command} exited with {done.returncode}:\n{done.stdout}")
    return done.stdout.strip()


def git(directory: Path, *arguments: str) -> str:
    """Run git there, with an identity and without the user's settings."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    return run("git", *identity, "-C", str(directory), *arguments, environment=settings)


def until(is_reached: Callable[[], bool]) -> None:
    """Wait until the condition holds, for a bounded number of looks."""
    pause = threading.Event()
    for _ in range(int(DEADLINE / 0.05)):
        if is_reached():
            return
        pause.wait(0.05)
    pytest.fail(f"not reached in {DEADLINE} s")


def await_settled_addresses() -> None:
    """Wait until every address of this machine is final.

    Chromium breaks off what it loads where one changes (ERR_NETWORK_CHANGED), and the
    bridge of a container that was just started has a tentative one for two seconds.
    """
    table = Path("/proc/net/if_inet6")

    def is_settled() -> bool:
        flags = (int(line.split()[4], 16) for line in table.read_text().splitlines())
        return not any(each & 0x40 for each in flags)

    if table.exists():
        until(is_settled)


@contextmanager
def visited(preprod: Preprod, path: str) -> Iterator[Page]:
    """Yield the page in a browser; fail if a script of it fails meanwhile."""
    problems: list[str] = []
    await_settled_addresses()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_command(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"http://127.0.0.1:{preprod.environment['PREPROD_PORT']}{path}")
        yield page
        browser.close()
    assert not problems


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give these tests time: the first of them may pull or make the base image."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def base_image() -> str:
    """Return the base image that this machine has."""
    shipped = yaml.safe_load((REPOSITORY / "pipeline.yml").read_text())
    return ensure_base_image(shipped["image"]["base"])


@pytest.fixture(scope="session", autouse=True)
def compose_alone() -> Iterator[None]:
    """Find the docker-compose installed here, and none of the caller's settings."""
    with pytest.MonkeyPatch.context() as patch:
        scripts = Path(sys.executable).parent
        patch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
        for name in tuple(os.environ):
            if name.startswith(("PREPROD_", "PROD_", "COMPOSE_", "BASE_IMAGE")):
                patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def vm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a deployment root as on the VM: bare repository, worktrees, links."""
    root: Path = tmp_path_factory.mktemp("home") / "mangetamain"
    clone, bare = root / "clone", root / ".pipeline" / "repo.git"
    ignored = shutil.ignore_patterns("__pycache__", ".*cache", ".venv", ".coverage")
    for part in ("10_preprod", "30_docker"):
        shutil.copytree(REPOSITORY / part, clone / part, ignore=ignored)
    git(clone, "init", "-q", "-b", "main")
    git(clone, "add", "--force", ".")
    git(clone, "commit", "-q", "-m", "the app")
    git(root, "clone", "-q", "--bare", str(clone), str(bare))
    git(clone, "remote", "add", "origin", str(bare))
    (root / "30_docker").mkdir()
    for name, worktree in (("preprod", "10_preprod"), ("prod", "20_prod")):
        git(bare, "worktree", "add", "-q", "--detach", str(root / worktree), "main")
        file = f"30_docker/docker-compose-{name}.yml"
        (root / file).symlink_to(f"../{worktree}/{file}")
    return root


@pytest.fixture(scope="module")
def preprod(vm: Path, base_image: str) -> Iterator[Preprod]:
    """Yield preprod with its container up; remove container and image afterwards."""
    name = f"apptest-{uuid.uuid4().hex[:8]}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {
        "PREPROD_PROJECT": name,
        "PREPROD_IMAGE": f"{name}:test",
        "PREPROD_PORT": port,
        "BASE_IMAGE": base_image,
    }
    preprod = Preprod(vm, settings)
    try:
        preprod.compose("build", "--quiet")
        preprod.compose("up", "--detach")
        preprod.await_answer()
        yield preprod
    finally:
        preprod.compose("down", "--rmi", "all", "--volumes", is_checked=False)
