"""The way for the real gh to the loopback GitHub: a socket that gh can be told of.

gh speaks https to every host but through its setting `http_unix_socket`, where it
speaks plainly. What the loopback GitHub does not play, GraphQL, is answered here: gh
asks it one question, which branch is the default one.
"""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

import requests
from rehearsal.github.server import GitHubServer

KEPT = ("Authorization", "Accept", "Content-Type")
REPOSITORY = {
    "id": "R_1",
    "name": "r",
    "owner": {"id": "U_1", "login": "o"},
    "defaultBranchRef": {"name": "main"},
    "viewerPermission": "WRITE",
    "hasIssuesEnabled": True,
}


class _Sockets(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def gh_settings(github: GitHubServer, folder: Path) -> Iterator[dict[str, str]]:
    """Listen for gh; give the environment that makes it come here."""

    class Passing(BaseHTTPRequestHandler):
        """Pass requests on, and answer the one about the default branch."""

        def do_GET(self) -> None:
            """Pass it on."""
            self._pass_on()

        def do_POST(self) -> None:
            """Pass it on, or answer the question."""
            self._pass_on()

        def address_string(self) -> str:
            """Return no address: a Unix socket has none."""
            return ""

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/graphql":
                answer = json.dumps({"data": {"repository": REPOSITORY}}).encode()
                return self._answer(200, "application/json", answer)
            kept = {name: self.headers[name] for name in KEPT if self.headers[name]}
            url = github.api_url + self.path
            got = requests.request(
                self.command, url, data=body, headers=kept, timeout=20
            )
            kind = got.headers.get("Content-Type", "application/json")
            return self._answer(got.status_code, kind, got.content)

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # gh does not wait for an empty body.
                self.wfile.write(body)

    settings, socket = folder / "gh", folder / "gh.sock"
    settings.mkdir()
    (settings / "config.yml").write_text(f"http_unix_socket: {socket}\n")
    with _Sockets(str(socket), Passing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield {
            "GH_CONFIG_DIR": str(settings),
            "GH_TOKEN": github.token,
            # The clone's origin is a folder, which names no repository.
            "GH_REPO": "o/r",
            "GH_NO_UPDATE_NOTIFIER": "1",
        }
        server.shutdown()
