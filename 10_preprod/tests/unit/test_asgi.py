"""The application as a real server serves it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

import mangetamain_analytics
from mangetamain_analytics import asgi

PACKAGE = Path(mangetamain_analytics.__file__).parent
SHA = "0123456789abcdef0123456789abcdef01234567"
APP = {"APP_SHA": SHA, "APP_ENVIRONMENT": "prod"}
DEADLINE = 30  # seconds


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Yield a copy of the package and the address of the server that runs it."""
    package = shutil.copytree(PACKAGE, tmp_path / PACKAGE.name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*(sys.executable, "-m", "streamlit", "run", str(package / "asgi.py"))]
        + ["--server.headless=true", "--server.scriptHealthCheckEnabled=true"]
        + ["--server.fileWatcherType=none", "--browser.serverAddress=localhost"]
        + ["--server.address=127.0.0.1", f"--server.port={port}"],
        # A home of its own: Streamlit does not start without one, and writes there.
        env={**os.environ, **APP, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _await_line(process, "URL:")
        yield package, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def _await_line(process: subprocess.Popen[str], text: str) -> None:
    # Killing it ends its output, so that the reading below cannot last for ever.
    watchdog = threading.Timer(DEADLINE, process.kill)
    watchdog.start()
    assert process.stdout
    seen = any(text in line for line in process.stdout)
    watchdog.cancel()
    assert seen, f"the server ended without {text!r}"


def fetch(address: str) -> tuple[int, str]:
    """Return status and body, as a client that accepts compression gets them."""
    request = Request(address, headers={"Accept-Encoding": "gzip"})
    try:
        with urlopen(request, timeout=DEADLINE) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_application_is_an_asgi_application() -> None:
    """Whatever starts the module finds a callable named `app`."""
    assert callable(asgi.app)


def test_a_server_reports_itself_and_the_state_of_its_script(
    served: tuple[Path, str],
) -> None:
    """Over HTTP: the version, the title, and red for as long as the script fails."""
    package, address = served
    script_health = f"{address}/_stcore/script-health-check"
    recipes = package / "sample" / "recipes.parquet"
    intact = recipes.read_bytes()
    recipes.write_bytes(b"broken")
    assert fetch(script_health)[0] == HTTPStatus.SERVICE_UNAVAILABLE
    status, body = fetch(f"{address}/_stcore/health")
    report = json.loads(body)
    assert (status, report.pop("uptime") > 0) == (HTTPStatus.OK, True)
    assert report == {"status": "ok", "sha": SHA, "environment": "prod"}
    assert "<title>Mangetamain Analytics</title>" in fetch(f"{address}/")[1]

    recipes.write_bytes(intact)
    assert fetch(script_health) == (HTTPStatus.OK, "ok")
