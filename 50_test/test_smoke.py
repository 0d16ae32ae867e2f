"""Smoke checks of what visitors reach: the public URLs, and the app started here.

The checks are the same for all three; the one that is started here shows on every
machine that they can pass. A URL that this network does not reach is skipped; one that
is reached and does not answer well fails.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import yaml
from conftest import DEADLINE, REPOSITORY, await_port, free_port

SHA = "0123456789abcdef0123456789abcdef01234567"
PIPELINE = yaml.safe_load((REPOSITORY / "pipeline.yml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Site:
    """An environment and the address that visitors use."""

    environment: str
    url: str

    def get(self, path: str) -> requests.Response:
        """Return the answer to a request."""
        return requests.get(f"{self.url.rstrip('/')}{path}", timeout=DEADLINE)


@pytest.fixture(scope="module")
def started_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield the app, served as a local process from this checkout."""
    home: Path = tmp_path_factory.mktemp("served")
    (home / "HEAD").write_text(SHA)
    port = free_port()
    options = {
        "tree": REPOSITORY,
        "head": home / "HEAD",
        "environment": "preprod",
        "port": port,
        "copy-to": home / "copy",
    }
    process = subprocess.Popen(
        [sys.executable, str(REPOSITORY / "30_docker" / "serve.py")]
        + [f"--{name}={value}" for name, value in options.items()],
        env={**os.environ, "APP_S3_FILE": os.devnull},
        stdout=subprocess.DEVNULL,
    )
    try:
        await_port(port, process)
        yield Site("preprod", f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


@pytest.fixture(params=["started here", *PIPELINE["environments"]])
def site(request: pytest.FixtureRequest) -> Site:
    """Return a site to look at; skip one that this network does not reach."""
    if request.param == "started here":
        here: Site = request.getfixturevalue("started_here")
        return here
    url = PIPELINE["environments"][request.param]["url"]
    if reason := obstacle(url):
        pytest.skip(f"this network does not reach {url}: {reason}")
    return Site(request.param, url)


def obstacle(url: str) -> str:
    """Say what keeps this network from reaching a host; a refusal is an answer."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    try:
        socket.create_connection((parts.hostname, port), timeout=5).close()
    except ConnectionRefusedError:
        return ""
    except OSError as error:
        return str(error)
    return ""


def test_the_site_reports_its_version(site: Site) -> None:
    """Health names a full SHA and the environment that the URL belongs to."""
    answer = site.get(PIPELINE["health"]["path"])
    report = answer.json()
    assert answer.status_code == 200
    assert (report["status"], report["environment"]) == ("ok", site.environment)
    assert re.fullmatch(r"[0-9a-f]{40}", report["sha"])


def test_the_sites_script_runs(site: Site) -> None:
    """The app's own script runs to its end, data included."""
    answer = site.get(PIPELINE["health"]["script_path"])
    assert (answer.status_code, answer.text) == (200, "ok")


def test_the_site_is_ours(site: Site) -> None:
    """What a visitor gets is the app's page, and not a proxy's."""
    answer = site.get(PIPELINE["health"]["page_path"])
    assert answer.status_code == 200
    assert PIPELINE["app"]["content"] in answer.text


def test_a_refusal_is_not_taken_for_a_missing_network() -> None:
    """A site that is down fails the checks; a name that nobody knows skips them."""
    assert not obstacle(f"http://127.0.0.1:{free_port()}")
    assert obstacle("https://nowhere.invalid/")
