"""Serve an ASGI application on the loopback interface from a thread.

Owns the listening socket and the thread. Refuses any other interface, and knows
nothing of what is served.
"""

import socket
import threading
import time
from typing import Self

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"
START_SECONDS = 10.0


class LoopbackService:
    """An application on a port of 127.0.0.1 that stays the same for life.

    Attributes:
        app: What answers, once it is started.
    """

    app: ASGIApp

    def __init__(self) -> None:
        """Reserve a port; connections are refused before `start`."""
        self._listener: socket.socket | None = _bound(0)
        self._port: int = self._listener.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return the base address, without a slash at its end."""
        return f"http://{HOST}:{self._port}"

    def start(self) -> None:
        """Listen, and let the application answer."""
        self.accept_connections()

    def stop(self) -> None:
        """Stop listening, and end what goes on."""
        self.refuse_connections()

    def accept_connections(self) -> None:
        """Listen, always at the same address."""
        if self._thread is not None:
            return
        listener = self._listener or _bound(self._port)
        self._listener = None
        self._server = uvicorn.Server(_configuration(self.app))
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), daemon=True, name="loopback"
        )
        self._thread.start()
        self._await_start()

    def refuse_connections(self) -> None:
        """Stop listening for a while; whatever else goes on continues."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(timeout=START_SECONDS)
        self._server = self._thread = None

    def __enter__(self) -> Self:
        """Start, and return the service."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, however the block ended."""
        self.stop()

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._server and not self._server.started:
            is_alive = self._thread and self._thread.is_alive()
            if time.monotonic() > deadline or not is_alive:
                raise RuntimeError(f"nothing answers on {self.url} after its start")
            time.sleep(0.002)


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's delay of 40 ms off.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
