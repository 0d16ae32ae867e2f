"""Write pull requests."""

from typing import Any

from rehearsal.github.payloads.common import Site, moment, node_id, user
from rehearsal.github.payloads.repositories import full_repository
from rehearsal.github.pulls import Pull


def pull_json(site: Site, pull: Pull) -> dict[str, Any]:
    """Return a pull request."""
    is_merged = pull.merged_at is not None
    return {
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "number": pull.number,
        "state": "open" if pull.is_open else "closed",
        "locked": False,
        "title": pull.title,
        "body": None,
        "user": user(site, pull.actor),
        "labels": [],
        "milestone": None,
        "assignee": None,
        "author_association": "OWNER",
        "auto_merge": None,
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "closed_at": moment(pull.merged_at),
        "merged_at": moment(pull.merged_at),
        "merged": is_merged,
        "merged_by": user(site, pull.actor) if is_merged else None,
        "mergeable": None if is_merged else pull.trial is not None,
        "mergeable_state": "clean" if pull.trial else "dirty",
        "merge_commit_sha": pull.trial,
        "maintainer_can_modify": False,
        **{name: 0 for name in ("comments", "review_comments", "commits")},
        **{name: 0 for name in ("additions", "deletions", "changed_files")},
        "head": _side(site, pull, pull.head, pull.head_sha),
        "base": _side(site, pull, pull.base, pull.base_sha),
        **_links(site, pull),
    }


def _side(site: Site, pull: Pull, branch: str, sha: str) -> dict[str, Any]:
    return {
        "label": f"{site.owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": user(site, site.owner),
        "repo": full_repository(site, pull.created_at, pull.updated_at),
    }


def _links(site: Site, pull: Pull) -> dict[str, Any]:
    own, issue = f"{site.api}/pulls/{pull.number}", f"{site.api}/issues/{pull.number}"
    html = f"{site.html}/pull/{pull.number}"
    links = {
        "self": own,
        "html": html,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{own}/comments",
        "review_comment": f"{site.api}/pulls/comments{{/number}}",
        "commits": f"{own}/commits",
        "statuses": f"{site.api}/statuses/{pull.head_sha}",
    }
    return {
        "url": own,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        **{f"{name}_url": link for name, link in links.items() if name != "self"},
        "_links": {name: {"href": link} for name, link in links.items()},
    }
