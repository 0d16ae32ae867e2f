"""GitHub's REST API: which runs a commit has, and which jobs they have.

Limits and headers: https://docs.github.com/en/rest/using-the-rest-api/
best-practices-for-using-the-rest-api
"""

import re
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.core.sha import Sha
from pipeline.core.verdict import Job, Run
from pipeline.effects.clock import Clock
from pipeline.effects.http import Answer, Http, Unreachable

API_VERSION = "2022-11-28"
MOST_PAGES = 10
LEAST_PAUSE = 60.0
NEXT_PAGE = re.compile(r'<([^>]+)>;\s*rel="next"')


class GitHubUnavailable(Exception):
    """GitHub gave no usable answer."""

    def __init__(self, seen: str) -> None:
        """Keep what was seen."""
        super().__init__(f"GitHub unreachable: {seen}")


class _RunPayload(BaseModel):
    id: int
    run_attempt: int = 1
    head_sha: str
    event: str
    path: str
    status: str | None
    conclusion: str | None
    html_url: str


class _RunsPayload(BaseModel):
    workflow_runs: list[_RunPayload]


class _JobPayload(BaseModel):
    name: str
    conclusion: str | None
    html_url: str | None


class _JobsPayload(BaseModel):
    jobs: list[_JobPayload]


_Page = TypeVar("_Page", _RunsPayload, _JobsPayload)


class GitHub:
    """Ask GitHub about one repository, with conditional requests."""

    def __init__(
        self, http: Http, api_url: str, repository: str, token: str, clock: Clock
    ) -> None:
        """Ask at ``api_url``; without a ``token`` only public repositories answer.

        ``counted`` is the number of requests that GitHub has charged for,
        ``remaining`` what it said is left until its window ends.
        """
        self._http = http
        self._api = f"{api_url}/"
        self._base = f"{api_url}/repos/{repository}/actions"
        self._clock = clock
        self._seen: dict[str, Answer] = {}
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

    def runs(self, sha: Sha, workflow: str) -> list[Run]:
        """Return every listed push run of a commit; check them again before use.

        Raises:
            GitHubUnavailable: no usable answer.
        """
        query = f"head_sha={sha}&event=push&per_page=100"
        pages = self._pages(f"/workflows/{workflow}/runs?{query}", _RunsPayload)
        return [_run(payload) for page in pages for payload in page.workflow_runs]

    def jobs(self, run: Run) -> list[Job]:
        """Return the jobs of a run's newest attempt.

        Raises:
            GitHubUnavailable: no usable answer.
        """
        path = f"/runs/{run.id}/jobs?filter=latest&per_page=100"
        return [
            Job(payload.name, payload.conclusion or "", payload.html_url or "")
            for page in self._pages(path, _JobsPayload)
            for payload in page.jobs
        ]

    def pause(self) -> float:
        """Return the seconds that GitHub wants to be left alone."""
        return max(self._resume_at - self._clock.now(), 0.0)

    def _pages(self, path: str, model: type[_Page]) -> list[_Page]:
        url: str | None = self._base + path
        pages: list[_Page] = []
        while url is not None and len(pages) < MOST_PAGES:
            answer = self._ask(url)
            try:
                pages.append(model.model_validate(answer.json()))
            except (ValidationError, Unreachable) as error:
                self._seen.pop(url, None)
                raise GitHubUnavailable("an answer of unknown form") from error
            following = NEXT_PAGE.search(answer.headers.get("link", ""))
            url = following.group(1) if following else None
        return pages

    def _ask(self, url: str) -> Answer:
        if not url.startswith(self._api):
            # A page link elsewhere would take the token along.
            raise GitHubUnavailable("a page link that leaves GitHub's API")
        known = self._seen.get(url)
        tag = {"If-None-Match": known.headers["etag"]} if known else {}
        try:
            answer = self._http.ask("GET", url, headers={**self._headers, **tag})
        except Unreachable as error:
            raise GitHubUnavailable(str(error)) from error
        self._count(answer)
        now = self._clock.now()
        self._resume_at = now + _pause(answer.status, answer.headers, now)
        if answer.status == 304 and known:
            return known
        if answer.status != 200:
            raise GitHubUnavailable(f"HTTP {answer.status}")
        if "etag" in answer.headers:
            self._seen[url] = answer
        return answer

    def _count(self, answer: Answer) -> None:
        # An unchanged answer is free, but only for who shows a token.
        self.counted += not (answer.status == 304 and self.has_token)
        left = answer.headers.get("x-ratelimit-remaining", "")
        self.remaining = int(left) if left.isdecimal() else None


def _run(payload: _RunPayload) -> Run:
    return Run(
        id=payload.id,
        attempt=payload.run_attempt,
        sha=payload.head_sha,
        event=payload.event,
        path=payload.path,
        status=payload.status or "",
        conclusion=payload.conclusion or "",
        url=payload.html_url,
    )


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
