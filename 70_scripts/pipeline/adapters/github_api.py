"""Requests to GitHub's REST API about one repository, paced as GitHub asks.

Redirects are followed on GitHub's own host, as its documentation asks; the token goes
to no other one. https://docs.github.com/en/rest/using-the-rest-api/
best-practices-for-using-the-rest-api
"""

from collections.abc import Mapping
from urllib.parse import SplitResult, urljoin, urlsplit

from pipeline.effects.clock import Clock
from pipeline.effects.http import Answer, Http, Unreachable
from pipeline.errors import ExpectedError
from pipeline.adapters.github_limits import pause_of, remaining, seconds_to_reset

API_VERSION = "2022-11-28"
REDIRECTS = (301, 302, 307, 308)
MOST_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}


class GitHubUnavailable(ExpectedError):
    """GitHub gave no usable answer; ``is_refusal`` where it answered, and said no."""

    exit_code = 4

    def __init__(self, seen: str, *, is_refusal: bool = False) -> None:
        """Keep what was seen."""
        what = "GitHub refuses" if is_refusal else "GitHub unreachable"
        super().__init__(f"{what}: {seen}")


class GitHubApi:
    """Send requests, and remember for how long GitHub wants none."""

    def __init__(
        self, http: Http, api_url: str, repository: str, token: str, clock: Clock
    ) -> None:
        """Ask at ``api_url``; without a ``token`` only public repositories answer.

        ``remaining`` is what GitHub said is left until its window ends, in
        ``window`` seconds; ``moved_to`` is where it redirected to, if it did.
        """
        self._http = http
        self._host = urlsplit(api_url)
        self.base = f"{api_url}/repos/{repository}"
        self.repository = repository
        self._clock = clock
        self._resume_at = 0.0
        self.has_token = bool(token)
        self.remaining: int | None = None
        self.window: float | None = None
        self.moved_to = ""
        self._headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": API_VERSION,
        }
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def pause(self) -> float:
        """Return the seconds that GitHub wants to be left alone."""
        return max(self._resume_at - self._clock.monotonic(), 0.0)

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
            GitHubUnavailable: no whole answer came, or it leads away from GitHub.
        """
        url = self._own("", url, "a page link")
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._send(method, url, headers or {}, body)
            if answer.status not in REDIRECTS:
                return answer
            url = self._own(url, answer.headers.get("location", ""), "a redirect")
            self.moved_to = url.partition("/actions/")[0].partition("?")[0]
        raise GitHubUnavailable("it redirects in circles")

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: object | None
    ) -> Answer:
        both = {**self._headers, **headers}
        try:
            answer = self._http.ask(method, url, headers=both, body=body)
        except Unreachable as error:
            raise GitHubUnavailable(str(error)) from error
        now = self._clock.now()
        self.remaining = remaining(answer.headers)
        self.window = seconds_to_reset(answer.headers, now)
        pause = pause_of(answer.status, answer.headers, now)
        self._resume_at = self._clock.monotonic() + pause
        return answer

    def _own(self, url: str, target: str, what: str) -> str:
        """Return an address of GitHub's own host; no other one is asked.

        Its beginning is ours: however the two would be read, the token stays here.
        """
        try:
            parts = urlsplit(urljoin(url, target))
            is_own = _origin(parts) == _origin(self._host) and "@" not in parts.netloc
        except ValueError:
            is_own = False
        if not is_own:
            raise GitHubUnavailable(f"{what} that leaves GitHub's API")
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._host.scheme}://{self._host.netloc}{parts.path}{query}"


def refusal(status: int, *, has_token: bool) -> GitHubUnavailable:
    """Return what an answer that is no success means."""
    if status == 401:
        return GitHubUnavailable("the token is refused (HTTP 401)", is_refusal=True)
    if status == 404:
        seen = "not found, or the token may not see it (HTTP 404)"
        hint = "" if has_token else "; no token is set"
        return GitHubUnavailable(seen + hint, is_refusal=True)
    return GitHubUnavailable(f"HTTP {status}")


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
