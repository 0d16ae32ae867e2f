"""Write commits, refs, comparisons and commit statuses."""

from typing import Any

from rehearsal.github.origin import Commit
from rehearsal.github.payloads.common import Site, node_id, user
from rehearsal.github.payloads.repositories import repository
from rehearsal.github.statuses import CommitStatus, combined_state


def commit_json(site: Site, commit: Commit) -> dict[str, Any]:
    """Return a commit."""
    git = f"{site.api}/git"
    return {
        "url": f"{site.api}/commits/{commit.sha}",
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "html_url": f"{site.html}/commit/{commit.sha}",
        "comments_url": f"{site.api}/commits/{commit.sha}/comments",
        "commit": {
            "url": f"{git}/commits/{commit.sha}",
            "author": _signature(commit.author),
            "committer": _signature(commit.committer),
            "message": commit.message,
            "comment_count": 0,
            "tree": {"sha": commit.tree, "url": f"{git}/trees/{commit.tree}"},
        },
        "author": None,
        "committer": None,
        "parents": [
            {
                "sha": parent,
                "url": f"{site.api}/commits/{parent}",
                "html_url": f"{site.html}/commit/{parent}",
            }
            for parent in commit.parents
        ],
    }


def ref_json(site: Site, ref: str, sha: str) -> dict[str, Any]:
    """Return a branch or a tag."""
    return {
        "ref": ref,
        "node_id": f"REF_{sha}",
        "url": f"{site.api}/git/{ref}",
        "object": {
            "type": "commit",
            "sha": sha,
            "url": f"{site.api}/git/commits/{sha}",
        },
    }


def comparison_json(
    site: Site,
    pair: str,
    base: Commit,
    merge_base: Commit,
    ahead: tuple[Commit, ...],
    behind_by: int,
) -> dict[str, Any]:
    """Return a comparison; `pair` is `base...head`, as it was asked for."""
    words = {
        (False, False): "identical",
        (True, False): "ahead",
        (False, True): "behind",
        (True, True): "diverged",
    }
    html = f"{site.html}/compare/{pair}"
    return {
        "url": f"{site.api}/compare/{pair}",
        "html_url": html,
        "permalink_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": commit_json(site, base),
        "merge_base_commit": commit_json(site, merge_base),
        "status": words[bool(ahead), bool(behind_by)],
        "ahead_by": len(ahead),
        "behind_by": behind_by,
        "total_commits": len(ahead),
        "commits": [commit_json(site, commit) for commit in ahead],
        "files": [],
    }


def status_json(site: Site, status: CommitStatus) -> dict[str, Any]:
    """Return a commit status."""
    return {
        "url": f"{site.api}/statuses/{status.sha}",
        "avatar_url": f"{site.base}/avatars/{status.creator}",
        "id": status.id,
        "node_id": node_id("SC", status.id),
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "context": status.context,
        "created_at": status.created_at,
        "updated_at": status.created_at,
        "creator": user(site, status.creator),
    }


def combined_json(
    site: Site, sha: str, statuses: tuple[CommitStatus, ...]
) -> dict[str, Any]:
    """Return the newest status of each context, and what they come to."""
    return {
        "state": combined_state(statuses),
        "statuses": [status_json(site, status) for status in statuses],
        "sha": sha,
        "total_count": len(statuses),
        "repository": repository(site),
        "commit_url": f"{site.api}/commits/{sha}",
        "url": f"{site.api}/commits/{sha}/status",
    }


def _signature(person: tuple[str, str, str]) -> dict[str, str]:
    return {"name": person[0], "email": person[1], "date": person[2]}
