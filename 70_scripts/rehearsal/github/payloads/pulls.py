"""Write pull requests, as far as workflows look at them."""

from typing import Any

from rehearsal.github.payloads.common import moment, node_id, repository, user
from rehearsal.github.pulls import Pull
from rehearsal.github.site import ACTOR, Site


def pull_json(site: Site, pull: Pull) -> dict[str, Any]:
    """Return a pull request."""
    is_merged = pull.merged_at is not None
    return {
        "url": f"{site.api}/pulls/{pull.number}",
        "html_url": f"{site.html}/pull/{pull.number}",
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "number": pull.number,
        "state": "open" if pull.is_open else "closed",
        "draft": False,
        "title": pull.title,
        "body": None,
        "user": user(site, ACTOR),
        "labels": [],
        "author_association": "OWNER",
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "merged_at": moment(pull.merged_at),
        "merged": is_merged,
        "mergeable": None if is_merged else pull.trial is not None,
        "merge_commit_sha": pull.trial,
        "head": _side(site, pull.head, pull.head_sha),
        "base": _side(site, pull.base, pull.base_sha),
    }


def _side(site: Site, branch: str, sha: str) -> dict[str, Any]:
    label, owner = f"{site.owner}:{branch}", user(site, site.owner)
    repo = repository(site)
    return {"label": label, "ref": branch, "sha": sha, "user": owner, "repo": repo}
