"""The only place that opens HTTP.

Every request has a deadline for the whole answer, body included: httpx's own
timeouts are per read, and a server that drips would hold a caller for ever.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx

from pipeline.effects.clock import Clock

USER_AGENT = "mangetamain-cicd/1 (+https://github.com)"
LARGEST_BODY = 4_000_000


class Unreachable(Exception):
    """No whole answer came; the text names no address, which can be a secret."""


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
        except ValueError as error:
            raise Unreachable(f"the answer ({self.status}) is not JSON") from error
        return decoded


class Http:
    """Ask over HTTP; redirects are answers, not instructions."""

    def __init__(self, clock: Clock, *, through_proxy: bool = True) -> None:
        """Prepare a client; ``through_proxy=False`` ignores proxy variables."""
        self._clock = clock
        self._client = httpx.Client(
            follow_redirects=False,
            trust_env=through_proxy,
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
    ) -> Answer:
        """Send one request and read the whole answer within ``timeout`` seconds.

        Raises:
            Unreachable: no connection, no whole answer in time, or one too large.
        """
        end = self._clock.monotonic() + timeout
        try:
            request = self._client.build_request(
                method, url, headers=headers, json=body, timeout=timeout
            )
            response = self._client.send(request, stream=True)
            try:
                content = b"".join(self._chunks(response, end))
            finally:
                response.close()
        except httpx.TimeoutException as error:
            raise Unreachable(f"no answer within {timeout:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(_kind(error)) from error
        return Answer(response.status_code, response.headers, content)

    def _chunks(self, response: httpx.Response, end: float) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > LARGEST_BODY:
                raise Unreachable(f"the answer is larger than {LARGEST_BODY} bytes")
            if self._clock.monotonic() > end:
                raise Unreachable("the answer did not end in time")
            yield chunk


def _kind(error: Exception) -> str:
    # Not the error's own text: that may quote the address.
    if isinstance(error, httpx.ConnectError):
        return "connection refused or host unknown"
    return type(error).__name__
