"""The app as a local process, and a browser that notices when something goes wrong."""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from pipeline.adapters.uv import uv
from noxfile import browser as browser_command
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.sandbox.vm import free_port

REPOSITORY = Path(__file__).parents[2]
SHA = "0123456789abcdef0123456789abcdef01234567"
DEADLINE = 60.0  # seconds; generous, because a processor may be shared
WIDE = {"width": 1440, "height": 1000}

expect.set_options(timeout=DEADLINE * 1000)


@pytest.fixture(scope="session")
def interpreter() -> Path:
    """Return the Python of the app's own locked environment."""
    project = REPOSITORY / "10_preprod"
    sync = (uv(), "sync", "--quiet", "--frozen", "--inexact", "--directory")
    subprocess.run((*sync, str(project)), check=True, timeout=300)
    return project / ".venv" / "bin" / "python"


@pytest.fixture(scope="session")
def serve(
    interpreter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """Yield what serves this checkout with these S3 settings, and says where."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(settings: str) -> str:
        home: Path = tmp_path_factory.mktemp("app")
        (home / "HEAD").write_text(SHA)
        (home / "s3").write_text(settings)
        port = free_port()
        options = {
            "tree": REPOSITORY,
            "head": home / "HEAD",
            "environment": "preprod",
            "port": port,
            "copy-to": home / "copy",
        }
        process = subprocess.Popen(
            [str(interpreter), str(REPOSITORY / "30_docker" / "serve.py")]
            + [f"--{name}={value}" for name, value in options.items()],
            env={**os.environ, "APP_S3_FILE": str(home / "s3")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        processes.append(process)
        await_health(f"http://127.0.0.1:{port}", process)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in processes:
        process.kill()
        process.wait()


def await_health(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the app answers, for a bounded number of looks."""
    pause = threading.Event()
    for _ in range(int(DEADLINE / 0.1)):
        assert process.poll() is None, f"the app ended with {process.poll()}"
        try:
            if requests.get(f"{address}/_stcore/health", timeout=DEADLINE).ok:
                return
        except requests.ConnectionError:
            pause.wait(0.1)
    pytest.fail(f"the app did not answer in {DEADLINE} s")


@pytest.fixture(scope="session")
def address(serve: Callable[[str], str]) -> str:
    """Return where the app is served with its sample."""
    return serve("")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield a headless Chromium."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=browser_command(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a new visitor's page; fail if it logged an error or asked elsewhere."""
    problems: list[str] = []
    page = browser.new_page(viewport=WIDE)
    page.set_default_timeout(DEADLINE * 1000)
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.on("console", lambda line: problems.extend(complaint(line)))
    page.on("request", lambda asked: problems.extend(leak(asked)))
    yield page
    page.close()
    assert not problems


def complaint(line: ConsoleMessage) -> list[str]:
    """Return what an error in the console says; nothing for other lines."""
    if line.type != "error":
        return []
    # On a page other than the first, Streamlit's front end looks for its server below
    # the page's own address first, and finds it at the second try.
    address = line.location["url"]
    is_search = re.search(r"/[a-z]+/_stcore/(health|host-config)$", address)
    return [] if is_search else [f"{line.text} ({address})"]


def leak(asked: Request) -> list[str]:
    """Return the address of a request that leaves this machine."""
    is_here = asked.url.startswith(("http://127.0.0.1:", "blob:", "data:"))
    return [] if is_here else [f"asked {asked.url}"]
