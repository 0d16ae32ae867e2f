"""Write what appears within nearly every other object: addresses, times, people."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

_USER_LINKS = (
    "followers",
    "following{/other_user}",
    "gists{/gist_id}",
    "starred{/owner}{/repo}",
    "subscriptions",
    "orgs",
    "repos",
    "events{/privacy}",
    "received_events",
)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the repository is to be found.

    Attributes:
        base: The address of the API, which is also the site's.
    """

    base: str
    owner: str
    repo: str
    default_branch: str

    @property
    def full_name(self) -> str:
        """Return `owner/repo`."""
        return f"{self.owner}/{self.repo}"

    @property
    def api(self) -> str:
        """Return the repository's address in the API."""
        return f"{self.base}/repos/{self.full_name}"

    @property
    def html(self) -> str:
        """Return the repository's page."""
        return f"{self.base}/{self.full_name}"


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
    links = {
        f"{link.split('{')[0]}_url".replace("orgs_", "organizations_"): f"{own}/{link}"
        for link in _USER_LINKS
    }
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
        **links,
    }
