"""The one way to git: it carries out nothing that a repository or a job planted.

Hooks, fsmonitor, filters, submodules, external diffs and ``ext::`` remotes are off in
every command, and no ``GIT_*`` of the surroundings is passed on: a variable of a job or
of a hook would point a command at another repository, index or configuration.

Only what speaks to origin reads the operator's configuration (``~/.gitconfig``): it has
the credential helper, the proxy, the certificates, the SSH command. Everything else
would find filters, fsmonitors and aliases there, and needs none of it.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.effects.files import write_atomically
from pipeline.effects.processes import CommandFailed, Completed, run

QUERY_TIMEOUT = 60.0
CHECKOUT_TIMEOUT = 300.0

# https://git-scm.com/docs/git-config
SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "protocol.ext.allow=never",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    # Only `maintain` collects garbage: not in the middle of a deployment.
    "gc.auto=0",
    "maintenance.auto=false",
    # Another command of the pipeline may hold a ref for a moment; milliseconds.
    "core.filesRefLockTimeout=5000",
    "core.packedRefsTimeout=5000",
    # A second operator may read what belongs to the pipeline's user.
    "safe.directory=*",
)
# A query takes no lock to refresh the index: https://git-scm.com/docs/git-status
SURROUNDINGS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
NO_OPERATOR = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
# https://git-scm.com/docs/gitignore
SPECIAL = re.compile(r"([\\*?\[\]!# ])")
# Of the highest precedence: no .gitattributes of a pushed tree turns these on again.
ATTRIBUTES = "* -filter -diff -merge\n"


def git(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    timeout: float = QUERY_TIMEOUT,
    allowed: Iterable[int] = (0,),
    as_operator: bool = False,
) -> Completed:
    """Run git with everything off that a repository could make it carry out.

    Args:
        arguments: options, the subcommand, its arguments.
        env: variables besides the gateway's own.
        timeout: seconds.
        allowed: exit codes that are answers.
        as_operator: read the operator's configuration, too.

    Raises:
        CommandFailed: it exited with another code, or not in time.
    """
    settings = (part for setting in SETTINGS for part in ("-c", setting))
    operator = {} if as_operator else NO_OPERATOR
    try:
        return run(
            ("git", *settings, *arguments),
            env={**SURROUNDINGS, **operator, **(env or {})},
            without="GIT_",
            timeout=timeout,
            allowed=allowed,
        )
    except CommandFailed as error:
        # People are to read what failed, not what was switched off.
        raise CommandFailed(("git", *arguments), error.code, error.output) from None


def pattern(path: str) -> str:
    """Return what git takes for this path only, where it takes patterns."""
    return "/" + SPECIAL.sub(r"\\\1", path)


def disable_attributes(store: Path) -> None:
    """Turn filters and drivers off for every worktree of a repository."""
    file = store / "info" / "attributes"
    if not file.is_file() or file.read_bytes() != ATTRIBUTES.encode():
        file.parent.mkdir(exist_ok=True)
        write_atomically(file, ATTRIBUTES)
