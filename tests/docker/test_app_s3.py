"""The container with the team's S3: a real server, a secret file, nothing listed."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.docker.conftest import REPOSITORY, Preprod, run, until, visited

pytestmark = pytest.mark.docker

KEY, SECRET = "AKIATEST", "hush-hush-hush"
SCRIPT_HEALTH = "/_stcore/script-health-check"
SAMPLE = REPOSITORY / "10_preprod/src/mangetamain_analytics/sample"


@pytest.fixture(scope="module")
def server(preprod: Preprod, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of an S3 server with the sample, on the containers' network."""
    root = tmp_path_factory.mktemp("s3")
    shutil.copytree(SAMPLE, root / "recipes/food")
    gateway = "{{(index .IPAM.Config 0).Gateway}}"
    network = f"{preprod.environment['PREPROD_PROJECT']}_preprod"
    host = run("docker", "network", "inspect", network, "--format", gateway)
    with socket.socket() as free:
        free.bind((host, 0))
        address = f"{host}:{free.getsockname()[1]}"
    program = str(Path(sys.executable).with_name("rclone"))
    process = subprocess.Popen(
        [program, "serve", "s3", "--config", os.devnull, "--read-only"]
        + ["--addr", address, "--auth-key", f"{KEY},{SECRET}", str(root)],
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: answers(address))
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


def answers(address: str) -> bool:
    """Tell whether somebody listens at host:port."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def secret(preprod: Preprod, server: str, tmp_path: Path) -> Iterator[Path]:
    """Yield a file with good settings; go back to none afterwards."""
    file = tmp_path / "s3"
    file.write_text(
        f"S3_ENDPOINT={server}\nS3_BUCKET=recipes\nS3_PREFIX=food\n"
        f"S3_ACCESS_KEY_ID={KEY}\nS3_SECRET_ACCESS_KEY={SECRET}\n"
    )
    # In a directory that nobody else may enter; Compose mounts the file alone.
    file.chmod(0o644)
    yield file
    start(preprod, "/dev/null")


def start(preprod: Preprod, secret: Path | str) -> None:
    """Start the container anew with this secret, and wait until it answers."""
    again = ("up", "--detach", "--force-recreate")
    preprod.compose(*again, PREPROD_S3_FILE=str(secret))
    preprod.await_answer()


@pytest.mark.browser
def test_recipes_come_from_s3(preprod: Preprod, secret: Path) -> None:
    """With the secret mounted, the page is made from what is on the server."""
    start(preprod, secret)
    with visited(preprod, "/data") as page:
        expect(page.get_by_text("From the team's S3, read")).to_be_visible()
        expect(page.get_by_text("9,000")).to_be_visible()


def test_the_credentials_are_listed_nowhere(preprod: Preprod, secret: Path) -> None:
    """Neither the engine's description, nor the environment, nor the log has them."""
    start(preprod, secret)
    assert preprod.fetch(SCRIPT_HEALTH) == (200, "ok")
    environ = "print(open('/proc/1/environ').read())"
    told = (
        run("docker", "inspect", preprod.container),
        run("docker", "exec", preprod.container, "env"),
        run("docker", "exec", preprod.container, "python", "-c", environ),
        preprod.compose("logs"),
        preprod.compose("config", PREPROD_S3_FILE=str(secret)),
    )
    assert not [text for text in told if SECRET in text or KEY in text]


@pytest.mark.browser
def test_an_unusable_s3_is_explained(preprod: Preprod, secret: Path) -> None:
    """Visitors get a page without a traceback, operators the cause in the log."""
    secret.write_text(secret.read_text().replace(SECRET, "another-secret"))
    start(preprod, secret)
    assert preprod.fetch(SCRIPT_HEALTH)[0] == 503
    with visited(preprod, "/") as page:
        sorry = page.get_by_text("The recipes cannot be read right now.")
        expect(sorry).to_be_visible()
        expect(page.get_by_text("Traceback")).not_to_be_visible()
    log = preprod.compose("logs")
    assert "ACCESS_DENIED" in log and "another-secret" not in log


def test_a_secret_that_the_app_cannot_read_is_named(
    preprod: Preprod, secret: Path
) -> None:
    """The log says which user needs to read the file."""
    secret.chmod(0o600)
    start(preprod, secret)
    assert preprod.fetch(SCRIPT_HEALTH)[0] == 503
    assert "let the app's user (in the container: 10001)" in preprod.compose("logs")
