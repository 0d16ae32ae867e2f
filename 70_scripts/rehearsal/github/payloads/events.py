"""Write the `event.json` that a workflow reads as `github.event`."""

from collections.abc import Mapping
from typing import Any

from rehearsal.github.values import Value
from rehearsal.github.origin import ZERO_SHA, Commit
from rehearsal.github.payloads.common import repository, user
from rehearsal.github.payloads.runs import commit_json
from rehearsal.github.pushes import Push
from rehearsal.github.site import ACTOR, BRANCH, Site


def push_event(
    site: Site, push: Push, commits: tuple[Commit, ...], head: Commit
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
        "pusher": {"name": ACTOR, "email": f"{ACTOR}@users.noreply.github.com"},
        **_everywhere(site),
    }


def dispatch_event(
    site: Site, path: str, ref: str, inputs: Mapping[str, Value]
) -> dict[str, Any]:
    """Return the payload of a run started by hand."""
    return {
        "ref": ref,
        "workflow": path,
        "inputs": dict(inputs),
        **_everywhere(site),
    }


def pull_event(site: Site, pull: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Return the payload of something done to a pull request."""
    return {
        "action": action,
        "number": pull["number"],
        "pull_request": dict(pull),
        **_everywhere(site),
    }


def run_event(site: Site, run: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload of the end of another run."""
    return {
        "action": "completed",
        "workflow_run": dict(run),
        "workflow": {
            "id": run["workflow_id"],
            "name": run["name"],
            "path": run["path"],
        },
        **_everywhere(site),
    }


def _everywhere(site: Site) -> dict[str, Any]:
    extra = {"default_branch": BRANCH, "clone_url": f"{site.html}.git"}
    return {
        "repository": {**repository(site), **extra},
        "sender": user(site, ACTOR),
    }


def _commit(site: Site, commit: Commit) -> dict[str, Any]:
    url = f"{site.html}/commit/{commit.sha}"
    return {**commit_json(commit), "distinct": True, "url": url}
