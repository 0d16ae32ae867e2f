"""Requests to GitHub's REST API about one repository, paced as GitHub asks.

Limits and headers: https://docs.github.com/en/rest/using-the-rest-api/
best-practices-for-using-the-rest-api
"""

from collections.abc import Mapping

from pipeline.effects.clock import Clock
from pipeline.effects.http import Answer, Http, Unreachable
from pipeline.errors import ExpectedError

API_VERSION = "2022-11-28"
LEAST_PAUSE = 60.0


class GitHubUnavailable(ExpectedError):
    """GitHub gave no usable answer."""

    exit_code = 4

    def __init__(self, seen: str) -> None:
        """Keep what was seen."""
        super().__init__(f"GitHub unreachable: {seen}")


class GitHubApi:
    """Send requests, and remember for how long GitHub wants none."""

    def __init__(
        self, http: Http, api_url: str, repository: str, token: str, clock: Clock
    ) -> None:
        """Ask at ``api_url``; without a ``token`` only public repositories answer.

        ``counted`` is the number of requests that GitHub has charged for,
        ``remaining`` what it said is left until its window ends.
        """
        self._http = http
        self._api = f"{api_url}/"
        self.base = f"{api_url}/repos/{repository}"
        self._clock = clock
        self._resume_at = 0.0
        self.has_token = bool(token)
        self.counted = 0
        self.remaining: int | None = None
        self._headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": API_VERSION,
        }
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def pause(self) -> float:
        """Return the seconds that GitHub wants to be left alone."""
        return max(self._resume_at - self._clock.now(), 0.0)

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object | None = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        Raises:
            GitHubUnavailable: no whole answer came.
        """
        if not url.startswith(self._api):
            # A page link elsewhere would take the token along.
            raise GitHubUnavailable("a page link that leaves GitHub's API")
        both = {**self._headers, **(headers or {})}
        try:
            answer = self._http.ask(method, url, headers=both, body=body)
        except Unreachable as error:
            raise GitHubUnavailable(str(error)) from error
        self._count(answer)
        now = self._clock.now()
        self._resume_at = now + _pause(answer.status, answer.headers, now)
        return answer

    def _count(self, answer: Answer) -> None:
        # An unchanged answer is free, but only for who shows a token.
        self.counted += not (answer.status == 304 and self.has_token)
        left = answer.headers.get("x-ratelimit-remaining", "")
        self.remaining = int(left) if left.isdecimal() else None


def _pause(status: int, headers: Mapping[str, str], now: float) -> float:
    is_refused = status in (403, 429)
    try:
        if "retry-after" in headers:
            return float(headers["retry-after"])
        if headers.get("x-ratelimit-remaining") == "0":
            return float(headers["x-ratelimit-reset"]) - now
    except (KeyError, ValueError):
        is_refused = True
    return LEAST_PAUSE if is_refused else 0.0
