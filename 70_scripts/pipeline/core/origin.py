"""Which repository a git URL names."""

import re

OWNER_AND_NAME = re.compile(r"[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?\Z")


def repository_of(url: str) -> str | None:
    """Return ``owner/name`` of an https or ssh URL, None for anything else."""
    if not url.startswith(("https://", "http://", "ssh://", "git@")):
        return None
    found = OWNER_AND_NAME.search(url)
    return f"{found[1]}/{found[2]}" if found else None
