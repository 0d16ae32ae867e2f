"""Answer for the repository, its commits, refs and commit statuses."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.github.origin import Commit
from rehearsal.github.payloads.commits import (
    combined_json,
    commit_json,
    comparison_json,
    ref_json,
    status_json,
)
from rehearsal.github.payloads.common import moment
from rehearsal.github.payloads.repositories import full_repository
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import Refusal, invalid, not_found
from rehearsal.github.rest.requests import body_of, page_response, require_token
from rehearsal.github.statuses import STATES, CommitStatus, newest_each


class CommitRoutes:
    """The part of the API that is about git."""

    def __init__(self, backstage: Backstage) -> None:
        """Answer from what is backstage."""
        self._backstage = backstage
        self._statuses: list[CommitStatus] = []

    def routes(self) -> list[Route]:
        """Return every route, relative to the repository."""
        return [
            Route("/commits/{sha}/status", self.combined),
            Route("/commits/{sha}/statuses", self.statuses),
            Route("/commits/{revision:path}", self.commit),
            Route("/git/ref/{ref:path}", self.ref),
            Route("/compare/{pair:path}", self.comparison),
            Route("/statuses/{sha}", self.add_status, methods=["POST"]),
        ]

    def repository(self, request: Request) -> Response:
        """Show the repository."""
        pushes = self._backstage.events.pushes
        started = self._backstage.started_at
        pushed = pushes[-1].received_at if pushes else started
        return JSONResponse(full_repository(self._backstage.site, started, pushed))

    def commit(self, request: Request) -> Response:
        """Show a commit."""
        found = self._found(request.path_params["revision"])
        return JSONResponse(commit_json(self._backstage.site, found))

    def ref(self, request: Request) -> Response:
        """Show what a branch or a tag points to."""
        ref = f"refs/{request.path_params['ref']}"
        sha = self._backstage.origin.resolve(ref)
        if sha is None or not ref.startswith(("refs/heads/", "refs/tags/")):
            raise not_found()
        return JSONResponse(ref_json(self._backstage.site, ref, sha))

    def comparison(self, request: Request) -> Response:
        """Compare two commits."""
        pair = request.path_params["pair"]
        names = pair.split("...")
        found = [self._backstage.commit(name) for name in names]
        if len(found) != 2 or found[0] is None or found[1] is None:
            raise not_found()
        base, head, origin = found[0], found[1], self._backstage.origin
        merge_base = self._backstage.commit(origin.merge_base(base.sha, head.sha) or "")
        if merge_base is None:
            raise Refusal(404, "No common ancestor between these commits.")
        ahead = tuple(map(origin.commit, origin.commits_between(base.sha, head.sha)))
        behind = len(origin.commits_between(head.sha, base.sha))
        site = self._backstage.site
        body = comparison_json(site, pair, base, merge_base, ahead, behind)
        return JSONResponse(body)

    async def add_status(self, request: Request) -> Response:
        """Record a commit status."""
        require_token(request)
        body = await body_of(request)
        if body.get("state") not in STATES:
            raise invalid("Status", "state", "invalid")
        commit = self._backstage.commit(request.path_params["sha"])
        if commit is None:
            message = f"No commit found for SHA: {request.path_params['sha']}"
            raise Refusal(422, message)
        status = CommitStatus(
            id=self._backstage.ledger.new_id(),
            sha=commit.sha,
            state=str(body["state"]),
            context=str(body.get("context") or "default"),
            description=body.get("description"),
            target_url=body.get("target_url"),
            created_at=moment(self._backstage.ledger.clock()) or "",
            creator=self._backstage.actor,
        )
        self._statuses.append(status)
        return JSONResponse(status_json(self._backstage.site, status), 201)

    def statuses(self, request: Request) -> Response:
        """List a commit's statuses, the newest first."""
        found = self._of(self._found(request.path_params["sha"]))
        site = self._backstage.site
        return page_response(request, found[::-1], lambda one: status_json(site, one))

    def combined(self, request: Request) -> Response:
        """Show what a commit's statuses come to."""
        commit = self._found(request.path_params["sha"])
        newest = newest_each(self._of(commit))
        return JSONResponse(combined_json(self._backstage.site, commit.sha, newest))

    def _of(self, commit: Commit) -> tuple[CommitStatus, ...]:
        return tuple(one for one in self._statuses if one.sha == commit.sha)

    def _found(self, revision: str) -> Commit:
        if commit := self._backstage.commit(revision):
            return commit
        message = f"No commit found for SHA: {revision}"
        raise Refusal(422, message)
