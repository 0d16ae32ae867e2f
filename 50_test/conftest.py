"""Infrastructure tests: S3, DuckDB over S3, every SQL statement, the public URLs.

They run with the app's own locked environment, because what they test is that these
versions of DuckDB and Arrow read from S3:

    cd 10_preprod && uv run --frozen --group infrastructure pytest ../50_test

Nothing needs to be configured. The S3 server is a real one, rclone's, started here on
loopback; it checks signatures and is read-only. The team's own S3 is tried where
APP_S3_FILE names a file with its settings, or S3_SETTINGS holds the text of such a file
(a CI secret); else those tests are skipped, with the reason.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

import pytest

from mangetamain_analytics.recipes import Recipes
from mangetamain_analytics.source import SAMPLE, read_settings, s3

REPOSITORY = Path(__file__).resolve().parents[1]
DEADLINE = 20.0  # seconds
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the test's recipes are on S3, and who may read them."""

    endpoint: str
    bucket: str = "recipes"
    prefix: str = "food/2018"
    key: str = "AKIATEST"
    secret: str = "hush-hush-hush"

    def text(self) -> str:
        """Return the settings as people write them into the file."""
        return (
            f"S3_ENDPOINT={self.endpoint}\nS3_BUCKET={self.bucket}\n"
            f"S3_PREFIX={self.prefix}\nS3_ACCESS_KEY_ID={self.key}\n"
            f"S3_SECRET_ACCESS_KEY={self.secret}\n"
        )

    def read(self, **changed: str) -> Recipes:
        """Read the recipes as the app does, with some settings changed."""
        text = replace(self, **changed).text()
        return Recipes.read(s3(read_settings(text, Path("s3"))))


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a started server answers HTTP."""
    pause = Event()
    for _ in range(int(DEADLINE / _POLL)):
        assert process.poll() is None, f"{process.args} ended with {process.poll()}"
        connection = HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return
        except OSError:
            pause.wait(_POLL)
        finally:
            connection.close()
    pytest.fail(f"{process.args} did not answer in {DEADLINE} s")


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """Yield a bucket with the sample on a real, read-only S3 server."""
    root = tmp_path_factory.mktemp("s3")
    bucket = Bucket(f"http://127.0.0.1:{free_port()}")
    shutil.copytree(SAMPLE, root / bucket.bucket / bucket.prefix)
    address = bucket.endpoint.removeprefix("http://")
    program = Path(sys.executable).with_name("rclone")
    process = subprocess.Popen(
        [str(program), "serve", "s3", "--config", os.devnull, "--read-only"]
        + ["--addr", address, "--auth-key", f"{bucket.key},{bucket.secret}", str(root)],
        stderr=subprocess.DEVNULL,
    )
    try:
        await_port(int(address.rpartition(":")[2]), process)
        yield bucket
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def on_s3(bucket: Bucket) -> Recipes:
    """Return the recipes that were read from S3."""
    return bucket.read()
