"""GitHub's REST API: which runs a commit has, and which jobs they have."""

import re
from urllib.parse import quote
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from pipeline.core.sha import Sha
from pipeline.core.verdict import Job, Run
from pipeline.effects.clock import Clock
from pipeline.effects.http import Answer, Http, Unreachable
from pipeline.adapters.github_api import (
    REDIRECTS,
    GitHubApi,
    GitHubUnavailable,
    refusal,
)
from pipeline.adapters.secrets import is_safe_address

__all__ = ["GitHub", "GitHubUnavailable"]

MOST_PAGES = 10
LOG_BYTES = 200_000
NEXT_PAGE = re.compile(r'<([^>]+)>;\s*rel="next"')
LONGEST = 500
LARGEST = 2**63 - 1  # what the journal can hold

_Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
_Text = Annotated[str, AfterValidator(lambda text: _storable(text))]


class _RunPayload(BaseModel):
    id: _Number
    run_attempt: _Number = 1
    head_sha: str
    event: str
    path: str
    status: _Text | None
    conclusion: _Text | None
    html_url: _Text | None


class _RunsPayload(BaseModel):
    workflow_runs: list[_RunPayload]


class _JobPayload(BaseModel):
    id: _Number | None = None
    name: _Text
    conclusion: _Text | None
    html_url: _Text | None


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

        GitHub's filters are an index of their own, which may lag or be empty: where
        it has nothing, the newest runs of the workflow are looked through.

        Raises:
            GitHubUnavailable: no usable answer.
        """
        path = f"/workflows/{workflow}/runs"
        query = f"head_sha={sha}&event=push&per_page=100"
        pages = self._pages(f"{path}?{query}", _RunsPayload)
        found = [_run(payload) for page in pages for payload in page.workflow_runs]
        if found or self.pause() > 0:
            return found
        page, *_ = self._pages(f"{path}?per_page=100", _RunsPayload, most=1)
        listed = (_run(payload) for payload in page.workflow_runs)
        return [run for run in listed if run.sha == sha]

    def passed_runs(self, workflow: str, branch: str) -> list[Run]:
        """Return the newest push runs of a branch that succeeded, at most 100.

        Raises:
            GitHubUnavailable: no usable answer.
        """
        query = f"branch={quote(branch)}&event=push&status=success&per_page=100"
        path = f"/workflows/{workflow}/runs?{query}"
        page, *_ = self._pages(path, _RunsPayload, most=1)
        listed = (_run(payload) for payload in page.workflow_runs)
        return [
            run
            for run in listed
            if (run.event, run.conclusion) == ("push", "success")
            and run.path.split("@")[0] == f".github/workflows/{workflow}"
        ]

    def jobs(self, run: Run) -> list[Job]:
        """Return the jobs of a run's newest attempt.

        Raises:
            GitHubUnavailable: no usable answer.
        """
        path = f"/runs/{run.id}/jobs?filter=latest&per_page=100"
        return [
            Job(
                payload.name,
                payload.conclusion or "",
                payload.html_url or "",
                payload.id or 0,
            )
            for page in self._pages(path, _JobsPayload)
            for payload in page.jobs
        ]

    def log(self, job: Job) -> str:
        """Return the end of a job's log.

        GitHub sends one on to another host, which asks for no token and gets none.

        Raises:
            GitHubUnavailable: no usable answer.
        """
        answer = self._send("GET", f"{self.base}/actions/jobs/{job.id}/logs", {}, None)
        place = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not is_safe_address(place):
            raise refusal(answer.status, has_token=self.has_token)
        try:
            log = self._http.ask("GET", place, tail=LOG_BYTES)
        except Unreachable as error:
            raise GitHubUnavailable(str(error)) from error
        if log.status != 200:
            raise GitHubUnavailable(f"HTTP {log.status} in place of a log")
        return log.text

    def _pages(
        self, path: str, model: type[_Page], most: int = MOST_PAGES
    ) -> list[_Page]:
        url: str | None = f"{self.base}/actions{path}"
        pages: list[_Page] = []
        while url is not None and len(pages) < most:
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
            raise refusal(answer.status, has_token=self.has_token)
        if "etag" in answer.headers:
            self._seen[url] = answer
        return answer


def run_of(payload: object) -> Run | None:
    """Return the run that an event tells of, None if it tells of none."""
    try:
        return _run(_RunPayload.model_validate(payload))
    except ValidationError:
        return None


def _storable(text: str) -> str:
    """Return text as the journal can hold it; half a character makes no word."""
    return text[:LONGEST].encode("utf-8").decode("utf-8")


def _run(payload: _RunPayload) -> Run:
    return Run(
        id=payload.id,
        attempt=payload.run_attempt,
        sha=payload.head_sha,
        event=payload.event,
        path=payload.path,
        status=payload.status or "",
        conclusion=payload.conclusion or "",
        url=payload.html_url or "",
    )
