"""Write what is in nearly every other object: times, people, the repository."""

import base64
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from rehearsal.github.site import Site

_OF_USERS = (
    "followers=followers following=following{/other_user} gists=gists{/gist_id}"
    " starred=starred{/owner}{/repo} subscriptions=subscriptions organizations=orgs"
    " repos=repos events=events{/privacy} received_events=received_events"
)
_OF_REPOSITORY = (
    "archive={archive_format}{/ref} assignees=assignees{/user} blobs=git/blobs{/sha}"
    " branches=branches{/branch} collaborators=collaborators{/collaborator}"
    " comments=comments{/number} commits=commits{/sha} compare=compare/{base}...{head}"
    " contents=contents/{+path} contributors=contributors deployments=deployments"
    " downloads=downloads events=events forks=forks git_commits=git/commits{/sha}"
    " git_refs=git/refs{/sha} git_tags=git/tags{/sha} hooks=hooks"
    " issue_comment=issues/comments{/number} issue_events=issues/events{/number}"
    " issues=issues{/number} keys=keys{/key_id} labels=labels{/name}"
    " languages=languages merges=merges milestones=milestones{/number}"
    " notifications=notifications{?since,all,participating} pulls=pulls{/number}"
    " releases=releases{/id} stargazers=stargazers statuses=statuses/{sha}"
    " subscribers=subscribers subscription=subscription tags=tags teams=teams"
    " trees=git/trees{/sha}"
)


def moment(seconds: float | None) -> str | None:
    """Return a time as GitHub writes it: UTC, whole seconds."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: int) -> str:
    """Return the opaque second id that every object has."""
    return f"{kind}_" + base64.b64encode(str(number).encode()).decode().rstrip("=")


def user(site: Site, login: str) -> dict[str, Any]:
    """Return the short form of a person."""
    number, own = crc32(login.encode()), f"{site.base}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": node_id("U", number),
        "avatar_url": f"{site.base}/avatars/{login}",
        "gravatar_id": "",
        "url": own,
        "html_url": f"{site.base}/{login}",
        "type": "User",
        "user_view_type": "public",
        "site_admin": False,
        **_links(own, _OF_USERS),
    }


def repository(site: Site) -> dict[str, Any]:
    """Return the short form of the repository."""
    number = crc32(site.full_name.encode())
    return {
        "id": number,
        "node_id": node_id("R", number),
        "name": site.repo,
        "full_name": site.full_name,
        "private": False,
        "owner": user(site, site.owner),
        "html_url": site.html,
        "description": None,
        "fork": False,
        "url": site.api,
        **_links(site.api, _OF_REPOSITORY),
    }


def _links(own: str, listing: str) -> dict[str, str]:
    pairs = (link.split("=", 1) for link in listing.split())
    return {f"{name}_url": f"{own}/{path}" for name, path in pairs}
