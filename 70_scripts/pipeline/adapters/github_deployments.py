"""GitHub's deployments and commit statuses: told, never asked for permission.

``required_contexts`` is empty, since the deployment is happening whatever the checks
say; ``auto_merge`` is off, since GitHub would else merge the branch.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter, ValidationError

from pipeline.core.sha import Sha
from pipeline.effects.http import Answer, Unreachable
from pipeline.errors import ExpectedError
from pipeline.adapters.github_api import GitHubApi, GitHubUnavailable

HINTS = {
    401: ": the token is refused",
    403: ": the token needs Deployments: write and Commit statuses: write",
    404: ": not found, or the token may not see it",
}
HOPELESS = (409, 410, 422)


class GitHubRefuses(ExpectedError):
    """GitHub will never take this report."""


class NotTaken(GitHubUnavailable):
    """GitHub took nothing now; ``is_ours`` if that is because of the token."""

    def __init__(self, seen: str, is_ours: bool) -> None:
        """Keep what was seen and whose matter it is."""
        super().__init__(seen, is_refusal=is_ours)
        self.is_ours = is_ours


class _Created(BaseModel):
    id: int
    payload: object = None


_LIST = TypeAdapter(list[_Created])


@dataclass(frozen=True, slots=True)
class Place:
    """What GitHub shows of an environment."""

    name: str
    url: str
    is_production: bool
    has_commit_status: bool


class GitHubDeployments(GitHubApi):
    """Tell GitHub of deployments."""

    def create(
        self, sha: Sha, place: Place, description: str, payload: Mapping[str, object]
    ) -> int:
        """Add a deployment; return GitHub's id of it.

        Raises:
            GitHubUnavailable: not now.
            GitHubRefuses: never; the commit may be gone.
        """
        body = {
            "ref": sha,
            "environment": place.name,
            "production_environment": place.is_production,
            "description": description,
            "payload": payload,
            "required_contexts": [],
            "auto_merge": False,
        }
        answer = self._post("/deployments", body)
        try:
            return _Created.model_validate(answer.json()).id
        except (ValidationError, Unreachable) as error:
            raise GitHubUnavailable("an answer of unknown form") from error

    def find(self, sha: Sha, place: Place, payload: Mapping[str, object]) -> int | None:
        """Return the deployment that was added with a payload, None if none was.

        Raises:
            GitHubUnavailable: no usable answer.
        """
        query = f"sha={sha}&environment={place.name}&per_page=100"
        answer = self.ask("GET", f"{self.base}/deployments?{query}")
        self._check(answer)
        try:
            found = _LIST.validate_python(answer.json())
        except (ValidationError, Unreachable) as error:
            raise GitHubUnavailable("an answer of unknown form") from error
        return next((one.id for one in found if one.payload == payload), None)

    def set_state(
        self, remote: int, state: str, description: str, place: Place, log_url: str
    ) -> None:
        """Say how a deployment stands.

        Raises:
            GitHubUnavailable: not now.
            GitHubRefuses: never; somebody may have deleted the deployment.
        """
        body = {
            "state": state,
            "description": description,
            "environment_url": place.url,
            # Which others are inactive is for the journal to say.
            "auto_inactive": False,
            **({"log_url": log_url} if log_url else {}),
        }
        self._post(f"/deployments/{remote}/statuses", body, is_ours=True)

    def set_commit_status(
        self, sha: Sha, state: str, description: str, context: str, url: str
    ) -> None:
        """Say how a commit fared under a heading of its own.

        Raises:
            GitHubUnavailable: not now.
            GitHubRefuses: never.
        """
        link = {"target_url": url} if url else {}
        body = {"state": state, "description": description, "context": context, **link}
        self._post(f"/statuses/{sha}", body)

    def _post(self, path: str, body: object, *, is_ours: bool = False) -> Answer:
        answer = self.ask("POST", self.base + path, body=body)
        is_gone = is_ours and answer.status == 404
        if answer.status in HOPELESS or is_gone:
            raise GitHubRefuses(f"HTTP {answer.status}")
        self._check(answer)
        return answer

    def _check(self, answer: Answer) -> None:
        if not answer.is_success:
            hint = "" if _is_limit(answer) else HINTS.get(answer.status, "")
            raise NotTaken(f"HTTP {answer.status}{hint}", bool(hint))


def _is_limit(answer: Answer) -> bool:
    is_used_up = answer.headers.get("x-ratelimit-remaining") == "0"
    return is_used_up or "retry-after" in answer.headers
