"""Git hooks: what is checked at each commit and before each push."""

import sys
from pathlib import Path

from pipeline.effects.processes import CommandFailed, run
from pipeline.errors import ConfigurationError
from pipeline.adapters.git import git


def install_hooks(root: Path) -> str:
    """Install what ``.pre-commit-config.yaml`` names; return pre-commit's words.

    Raises:
        ConfigurationError: pre-commit refused.
    """
    tool = str(Path(sys.executable).with_name("pre-commit"))
    try:
        return run((tool, "install"), cwd=root).text
    except CommandFailed as error:
        raise ConfigurationError(
            "installing the git hooks", str(error), "mend it, then install them again"
        ) from error


def messages_between(repository: Path, commits: str) -> list[str]:
    """Return the messages of a range of commits, merges left out.

    Raises:
        ConfigurationError: there is no such range.
    """
    shown = ("log", "--no-merges", "--format=%B", "-z", "--end-of-options")
    try:
        text = git("-C", str(repository), *shown, commits, "--").text
    except CommandFailed as error:
        raise ConfigurationError(
            f"listing the commits of {commits[:90]!r}",
            str(error),
            "give BASE..HEAD, both fetched",
        ) from error
    return text.rstrip("\0").split("\0") if text else []
