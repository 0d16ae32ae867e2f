"""Check that commit messages are `<type>: <description>`: a draft's, or a range's.

Of a range, messages such as "Add a page", "Fix bug analysis" or "Doc: the page" are
only advised against; a draft can still be reworded, so it is refused.
"""

import argparse
import re
import sys
from pathlib import Path

from pipeline import cli
from pipeline.effects.actions import Level, annotate
from pipeline.effects.files import read_plain
from pipeline.effects.processes import CommandFailed
from pipeline.errors import ConfigurationError, Refused
from pipeline.adapters.git import git

EXAMPLE = "70_scripts/run check_message --commits origin/main..HEAD"
TYPES = ("feat", "fix", "docs", "test", "refactor", "perf", "ci")
RULE = re.compile(rf"(?:{'|'.join(TYPES)}): \S.*")
# What git itself writes: a merge, a rollback by revert, what a rebase will squash.
WRITTEN_BY_GIT = ("Merge ", 'Revert "', 'Reapply "', "fixup! ", "squash! ", "amend! ")
# As people wrote before there was a rule; in a pull request they are only advised.
FREE_FORM = re.compile(r"(?:Add|Fix|Update|Remove|Docs?:) \S.*")


def main(arguments: argparse.Namespace) -> int:
    """Refuse the first message that breaks the rule; advise on free forms."""
    for message in _messages(arguments):
        fault = fault_of(message)
        if fault and arguments.commits and is_free_form(message):
            annotate(Level.WARNING, f"{fault}; type is one of {', '.join(TYPES)}")
        elif fault:
            raise Refused(
                "checking the commit message",
                fault,
                f"type is one of {', '.join(TYPES)}; git commit --amend rewords it",
            )
    return 0


def fault_of(message: str) -> str:
    """Return what is wrong with a message, empty if nothing is.

    Args:
        message: the whole text; lines that start with # are git's own.
    """
    subject = _subject(message)
    if not subject:
        return "it is empty"
    if subject.startswith(WRITTEN_BY_GIT) or RULE.fullmatch(subject):
        return ""
    return f"{subject[:72]!r} is not <type>: <description>"


def is_free_form(message: str) -> bool:
    """Tell whether a message breaks the rule in a way that people are used to."""
    return bool(FREE_FORM.fullmatch(_subject(message)))


def _subject(message: str) -> str:
    lines = (line.rstrip() for line in message.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


def _messages(arguments: argparse.Namespace) -> list[str]:
    shown = ("log", "--no-merges", "--format=%B", "-z", "--end-of-options")
    try:
        if not arguments.commits:
            return [read_plain(arguments.file, follow=True).decode("utf-8", "replace")]
        text = git(*shown, arguments.commits, "--").text.rstrip("\0")
        return text.split("\0") if text else []
    except OSError as error:
        todo = "name the file that git names"
        raise ConfigurationError("reading the message", str(error), todo) from error
    except CommandFailed as error:
        raise ConfigurationError(
            f"listing the commits of {arguments.commits[:90]!r}",
            str(error),
            "give BASE..HEAD, both fetched",
        ) from error


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", type=Path, help="a draft, as git's hook gets")
    what.add_argument("--commits", metavar="BASE..HEAD", help="all of these, no merges")
    sys.exit(cli.main_without_config(made, main))
