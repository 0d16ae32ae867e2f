"""Publishing: what is pushed, as whom, and what never becomes an argument."""

import base64
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pipeline.errors import ConfigurationError, TimedOut
from documentation.building import (
    build_command,
    publish,
    publish_command,
    publish_environment,
)

from tests.unit.repository import Clone, git

TOKEN = "ghs_t0ken'with\"quotes"


class Asking(BaseHTTPRequestHandler):
    """A git server that asks who is there, and remembers the answer."""

    seen: list[str] = []

    def do_GET(self) -> None:
        """Ask once, then refuse."""
        answer = self.headers.get("Authorization", "")
        self.seen.append(answer)
        self.send_response(403 if answer else 401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def asking() -> Iterator[str]:
    """Serve a git server that asks; give its address."""
    Asking.seen.clear()
    with HTTPServer(("127.0.0.1", 0), Asking) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/o/r.git"
        server.shutdown()


def test_warnings_are_errors() -> None:
    """Whatever Sphinx warns of fails the build, references without a target too."""
    command = build_command(Path("source"), Path("html"))
    assert {"--fail-on-warning", "--nitpicky", "--keep-going"} <= set(command)


def test_git_gets_the_token_as_the_password(
    asking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked by the server, git answers with the job's token, from its environment."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    argv = ("git", "ls-remote", asking)
    environment = {**os.environ, **publish_environment()}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True)
    assert done.returncode != 0 and TOKEN not in done.stderr
    scheme, _, credential = Asking.seen[-1].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(credential).decode() == f"x-access-token:{TOKEN}"
    everything = (*publish_command(Path("html"), "x"), *publish_environment().values())
    assert not any(TOKEN in text for text in everything)


def test_nothing_built_is_nothing_published(clone: Clone) -> None:
    """Publishing before building says what to run first."""
    with pytest.raises(ConfigurationError, match="70_scripts/run docs"):
        publish(clone.path)


def test_a_refused_push_is_told(clone: Clone) -> None:
    """Where origin takes nothing, the reason is what git said."""
    clone.commit({"90_doc/build/html/index.html": "built"})
    git(clone.path, "remote", "set-url", "origin", str(clone.path / "nowhere"))
    with pytest.raises(TimedOut, match="nowhere"):
        publish(clone.path)


def test_the_domain_of_the_pages_is_kept(clone: Clone) -> None:
    """What names the pages' domain, on their branch alone, outlives publishing."""
    clone.commit({"README.md": "text"})
    clone.push()
    built = clone.path / "90_doc/build/html"
    built.mkdir(parents=True)
    (built / "index.html").write_text("built")
    assert publish(clone.path) == "gh-pages"
    git(clone.path, "fetch", "-q", "origin", "gh-pages")
    assert "CNAME" not in git(clone.path, "ls-tree", "--name-only", "FETCH_HEAD")
    git(clone.path, "checkout", "-q", "--detach", "FETCH_HEAD")
    clone.commit({"CNAME": "docs.example.org\n"})
    git(clone.path, "push", "-q", "origin", "HEAD:gh-pages")
    for _ in range(2):
        built.mkdir(parents=True, exist_ok=True)
        (built / "index.html").write_text("built")
        (built / "CNAME").unlink(missing_ok=True)
        publish(clone.path)
        git(clone.path, "fetch", "-q", "origin", "gh-pages")
        assert git(clone.path, "show", "FETCH_HEAD:CNAME") == "docs.example.org"
