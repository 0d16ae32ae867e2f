"""The only place that opens HTTP.

Every request has a deadline for the whole answer, body included: httpx's own
timeouts are per read, and a server that drips would hold a caller for ever.
"""

import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache, cached_property, partial
from ssl import SSLContext
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from pipeline.errors import ExpectedError

if TYPE_CHECKING:  # Loaded by whoever asks: most starts of a script ask nothing.
    import httpx

USER_AGENT = "mangetamain-cicd/1 (+https://github.com)"
LARGEST_BODY = 4_000_000


class Unreachable(ExpectedError):
    """No whole answer came; the text names no address, which can be a secret.

    ``was_sent`` tells whether the server may have acted on the request all the same.
    """

    exit_code = 4

    def __init__(self, seen: str, *, was_sent: bool = False) -> None:
        """Keep what was seen."""
        super().__init__(seen)
        self.was_sent = was_sent


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """Return the body as text, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Return the decoded body.

        Raises:
            Unreachable: it is not JSON, whatever its headers say.
        """
        try:
            decoded: object = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"the answer ({self.status}) is not JSON") from error
        return decoded


class Http:
    """Ask over HTTP; redirects are answers, not instructions."""

    def __init__(self, *, through_proxy: bool = True) -> None:
        """Open nothing yet; ``through_proxy=False`` ignores proxy variables."""
        self._through_proxy = through_proxy

    @cached_property
    def _client(self) -> "httpx.Client":
        import httpx

        return httpx.Client(
            follow_redirects=False,
            trust_env=self._through_proxy,
            verify=_tls(),
            headers={"User-Agent": USER_AGENT},
        )

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object | None = None,
        timeout: float = 10.0,
        tail: int | None = None,
    ) -> Answer:
        """Send one request and read the whole answer within ``timeout`` seconds.

        Of a long answer that is only interesting at its end, the last ``tail`` bytes
        are kept.

        Raises:
            Unreachable: no connection, no whole answer in time, or one too large.
        """
        sent, is_late = Event(), Event()
        options = {"headers": headers, "json": body, "timeout": timeout}
        request = self._request(method, url, sent, options)
        result: Future[Answer] = Future()
        # In a thread, since nothing else bounds a server that drips its headers.
        arguments = (request, result, is_late, tail)
        try:
            Thread(target=self._send, args=arguments, daemon=True).start()
            return result.result(timeout)
        except Exception as error:
            is_late.set()
            was_sent = sent.is_set() and not _is_unsent(error)
            seen = _kind(error, timeout)
            raise Unreachable(seen, was_sent=was_sent) from error

    def _request(
        self, method: str, url: str, sent: Event, options: Mapping[str, Any]
    ) -> "httpx.Request":
        trace = {"trace": partial(_note_sending, sent)}
        try:
            return self._client.build_request(method, url, extensions=trace, **options)
        except Exception as error:
            # A proxy's or the address's syntax, a character no header may hold.
            seen = f"the request cannot be sent ({type(error).__name__})"
            raise Unreachable(seen) from None

    def _send(
        self,
        request: "httpx.Request",
        result: Future[Answer],
        is_late: Event,
        tail: int | None,
    ) -> None:
        try:
            response = self._client.send(request, stream=True)
            try:
                body = _body(response, is_late, tail)
            finally:
                response.close()
            result.set_result(Answer(response.status_code, response.headers, body))
        except Exception as error:  # It belongs to whoever waits for the result.
            result.set_exception(error)


@cache
def _tls() -> SSLContext:
    # Reading all the certificates takes longer than asking; clients share them.
    import httpx

    return httpx.create_ssl_context()


def _body(response: "httpx.Response", is_late: Event, tail: int | None) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if tail is not None:
            del body[: max(len(body) - tail, 0)]
        elif len(body) > LARGEST_BODY:
            raise Unreachable(f"the answer is larger than {LARGEST_BODY} bytes")
        if is_late.is_set():
            break
    return bytes(body)


def _note_sending(sent: Event, event: str, _: object) -> None:
    # https://www.encode.io/httpcore/extensions/#trace
    if event.endswith("send_request_headers.started"):
        sent.set()


def _is_unsent(error: Exception) -> bool:
    import httpx

    # Through a proxy headers are sent before there is a connection.
    unsent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
    return isinstance(error, unsent)


def _kind(error: Exception, timeout: float) -> str:
    import httpx

    if isinstance(error, Unreachable):
        return str(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return f"no answer within {timeout:g} s"
    # Not the error's own text: that may quote the address.
    if isinstance(error, httpx.ConnectError):
        return "connection refused or host unknown"
    return type(error).__name__
