"""A small app with the contract of the real one: same arguments, same endpoints."""

import argparse
import json
import pathlib
import threading
import time
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
start = time.monotonic()
asked = 0


class Handler(BaseHTTPRequestHandler):
    """Answer as the app does, misbehaving as the commit says."""

    def do_GET(self) -> None:
        """Answer the three endpoints; any other path is the page."""
        global asked
        asked += 1
        is_flap = "flaps" in behaviour and asked % behaviour["flaps"] == 0
        if behaviour.get("hangs"):
            threading.Event().wait(behaviour["hangs"])
        script = self.path == "/_stcore/script-health-check"
        status = behaviour.get("status", 200)
        if time.monotonic() - start < behaviour.get("late", 0) or is_flap:
            status = 503
        if script:
            status = behaviour.get("script", 200)
        body = behaviour.get("page", page)
        if self.path == "/_stcore/health" and "proxy" not in behaviour:
            lie = pathlib.Path(options.tree).parent / "lie"
            is_lying = "lies" in behaviour and lie.exists()
            said = lie.read_text() if is_lying else sha
            report = {"status": "ok", "uptime": 1.0, "sha": said}
            body = json.dumps({**report, "environment": options.environment})
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


if behaviour.get("exits"):
    raise SystemExit("the app cannot start")
server = ThreadingHTTPServer((options.address, int(options.port)), Handler)
if "dies" in behaviour:
    threading.Timer(behaviour["dies"], server.shutdown).start()
server.serve_forever()
