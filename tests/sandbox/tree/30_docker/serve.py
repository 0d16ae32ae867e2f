"""A small app with the contract of the real one: same arguments, same endpoints.

It imports little: an app is started hundreds of times, and would start for longer than
it serves.
"""

import json
import os
import socket
import sys
import threading
import time
from contextlib import suppress

options = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
tree, environment = options["--tree"], options["--environment"]
start = time.monotonic()
asked = 0


def read(path: str) -> str:
    """Return what a file holds."""
    with open(path, encoding="utf-8") as file:
        return file.read()


behaviour = json.loads(read(f"{tree}/10_preprod/behaviour.json"))
page = behaviour.get("page", read(f"{tree}/10_preprod/page.html"))
sha = behaviour.get("sha") or read(options["--head"]).strip()


def status_of(path: str) -> int:
    """Return the status of an answer, misbehaving as the commit says."""
    is_flap = "flaps" in behaviour and asked % behaviour["flaps"] == 0
    if path == "/_stcore/script-health-check":
        return int(behaviour.get("script", 200))
    if time.monotonic() - start < behaviour.get("late", 0) or is_flap:
        return 503
    return int(behaviour.get("status", 200))


def body_of(path: str) -> str:
    """Return the text of an answer; any path but one is the page."""
    if path != "/_stcore/health" or "proxy" in behaviour:
        return str(page)
    lie = f"{os.path.dirname(tree)}/lie"
    said = read(lie) if "lies" in behaviour and os.path.exists(lie) else sha
    report = {"status": "ok", "uptime": 1.0, "sha": said}
    return json.dumps({**report, "environment": environment})


def answer(connection: socket.socket) -> None:
    """Answer one request, and close the connection."""
    global asked
    with suppress(OSError), connection, connection.makefile("rb") as lines:
        words = lines.readline().split()
        while lines.readline().strip():
            pass
        if len(words) < 2:
            return  # Somebody only knocked.
        asked += 1
        time.sleep(behaviour.get("hangs", 0))
        path = words[1].decode()
        status = status_of(path)
        head = f"HTTP/1.0 {status} Told\r\n"
        if status in (301, 302):
            head += "Location: /elsewhere\r\n"
        connection.sendall(f"{head}\r\n{body_of(path)}".encode())


if behaviour.get("exits"):
    raise SystemExit("the app cannot start")
server = socket.create_server((options["--address"], int(options["--port"])))
if "dies" in behaviour:
    threading.Timer(behaviour["dies"], os._exit, (0,)).start()
while True:
    threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()
