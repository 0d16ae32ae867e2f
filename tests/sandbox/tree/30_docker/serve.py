"""A small app with the contract of the real one: same arguments, same endpoints."""

import argparse
import json
import pathlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
for name in ("tree", "head", "environment", "address", "port", "copy-to"):
    parser.add_argument(f"--{name}", required=True)
options = parser.parse_args()
page = (pathlib.Path(options.tree) / "10_preprod" / "page.html").read_text()
behaviour = json.loads(
    (pathlib.Path(options.tree) / "10_preprod" / "behaviour.json").read_text()
)
sha = behaviour.get("sha") or pathlib.Path(options.head).read_text().strip()


class Handler(BaseHTTPRequestHandler):
    """Answer as the app does, misbehaving as the commit says."""

    def do_GET(self) -> None:
        """Answer the three endpoints; any other path is the page."""
        script = self.path == "/_stcore/script-health-check"
        status = behaviour.get("status", 200)
        if script:
            status = behaviour.get("script", 200)
        body = page
        if self.path == "/_stcore/health":
            report = {"status": "ok", "uptime": 1.0, "sha": sha}
            body = json.dumps({**report, "environment": options.environment})
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


if behaviour.get("exits"):
    raise SystemExit("the app cannot start")
server = ThreadingHTTPServer((options.address, int(options.port)), Handler)
server.serve_forever()
