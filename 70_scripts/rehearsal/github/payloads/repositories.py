"""Write the repository, in its short and in its long form."""

from typing import Any
from zlib import crc32

from rehearsal.github.payloads.common import Site, moment, node_id, user

_REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
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
        **{name: site.api + link for name, link in _REPOSITORY_LINKS.items()},
    }


def full_repository(site: Site, created: float, pushed: float) -> dict[str, Any]:
    """Return the long form of the repository."""
    counts = ("forks", "open_issues", "watchers")
    wikis = ("issues", "projects", "wiki", "pages", "discussions", "downloads")
    return {
        **repository(site),
        "git_url": site.html.replace("http:", "git:", 1) + ".git",
        "ssh_url": f"git@127.0.0.1:{site.full_name}.git",
        "clone_url": f"{site.html}.git",
        "svn_url": site.html,
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "license": None,
        "size": 0,
        "stargazers_count": 0,
        "network_count": 0,
        "subscribers_count": 0,
        **{name: 0 for name in counts},
        **{f"{name}_count": 0 for name in counts},
        **{f"has_{name}": name == "issues" for name in wikis},
        "archived": False,
        "disabled": False,
        "visibility": "public",
        "default_branch": site.default_branch,
        "created_at": moment(created),
        "updated_at": moment(pushed),
        "pushed_at": moment(pushed),
    }
