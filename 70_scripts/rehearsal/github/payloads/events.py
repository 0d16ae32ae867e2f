"""Write the `event.json` that a workflow reads as `github.event`."""

from collections.abc import Mapping
from typing import Any

from rehearsal.github.expressions import Value
from rehearsal.github.origin import ZERO_SHA, Commit
from rehearsal.github.payloads.common import Site, user
from rehearsal.github.payloads.repositories import repository
from rehearsal.github.pushes import Push


def push_event(
    site: Site, push: Push, commits: tuple[Commit, ...], head: Commit, actor: str
) -> dict[str, Any]:
    """Return the payload of a push; the commits come oldest first."""
    return {
        "ref": push.ref,
        "before": push.before,
        "after": push.after,
        "created": push.before == ZERO_SHA,
        "deleted": push.after == ZERO_SHA,
        "forced": False,
        "base_ref": None,
        "compare": f"{site.html}/compare/{push.before[:12]}...{push.after[:12]}",
        "commits": [_commit(site, commit) for commit in commits],
        "head_commit": _commit(site, head),
        "pusher": {"name": actor, "email": f"{actor}@users.noreply.github.com"},
        **_everywhere(site, actor),
    }


def dispatch_event(
    site: Site, path: str, ref: str, inputs: Mapping[str, Value], actor: str
) -> dict[str, Any]:
    """Return the payload of a run started by hand."""
    return {
        "ref": ref,
        "workflow": path,
        "inputs": dict(inputs),
        **_everywhere(site, actor),
    }


def pull_event(
    site: Site, pull: Mapping[str, Any], action: str, actor: str
) -> dict[str, Any]:
    """Return the payload of something done to a pull request."""
    return {
        "action": action,
        "number": pull["number"],
        "pull_request": dict(pull),
        **_everywhere(site, actor),
    }


def run_event(site: Site, run: Mapping[str, Any], actor: str) -> dict[str, Any]:
    """Return the payload of the end of another run."""
    return {
        "action": "completed",
        "workflow_run": dict(run),
        "workflow": {
            "id": run["workflow_id"],
            "name": run["name"],
            "path": run["path"],
        },
        **_everywhere(site, actor),
    }


def _everywhere(site: Site, actor: str) -> dict[str, Any]:
    extra = {"default_branch": site.default_branch, "clone_url": f"{site.html}.git"}
    return {
        "repository": {**repository(site), **extra},
        "sender": user(site, actor),
    }


def _commit(site: Site, commit: Commit) -> dict[str, Any]:
    author, committer = commit.author, commit.committer
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": committer[2],
        "url": f"{site.html}/commit/{commit.sha}",
        "author": {"name": author[0], "email": author[1]},
        "committer": {"name": committer[0], "email": committer[1]},
    }
