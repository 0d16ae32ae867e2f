"""GitHub's REST API: which runs a commit has, and which jobs they have."""

import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.core.sha import Sha
from pipeline.core.verdict import Job, Run
from pipeline.effects.clock import Clock
from pipeline.effects.http import Answer, Http, Unreachable
from pipeline.gateways.github_api import GitHubApi, GitHubUnavailable

__all__ = ["GitHub", "GitHubUnavailable"]

MOST_PAGES = 10
NEXT_PAGE = re.compile(r'<([^>]+)>;\s*rel="next"')


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


class GitHub(GitHubApi):
    """Ask GitHub about one repository, with conditional requests."""

    def __init__(
        self, http: Http, api_url: str, repository: str, token: str, clock: Clock
    ) -> None:
        """Ask at ``api_url``; without a ``token`` only public repositories answer."""
        super().__init__(http, api_url, repository, token, clock)
        self._seen: dict[str, Answer] = {}

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

    def _pages(self, path: str, model: type[_Page]) -> list[_Page]:
        url: str | None = f"{self.base}/actions{path}"
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
        known = self._seen.get(url)
        tag = {"If-None-Match": known.headers["etag"]} if known else {}
        answer = self.ask("GET", url, headers=tag)
        if answer.status == 304 and known:
            return known
        if answer.status != 200:
            raise GitHubUnavailable(f"HTTP {answer.status}")
        if "etag" in answer.headers:
            self._seen[url] = answer
        return answer


def run_of(payload: object) -> Run | None:
    """Return the run that an event tells of, None if it tells of none."""
    try:
        return _run(_RunPayload.model_validate(payload))
    except ValidationError:
        return None


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
