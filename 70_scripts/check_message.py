"""Check that commit messages are `<type>: <description>`: a draft's, or a range's.

Of a range, messages such as "Add a page", "Fix bug analysis" or "Doc: the page" are
only advised against; a draft can still be reworded, so it is refused.
"""

import argparse
import sys
from pathlib import Path

from pipeline import cli
from pipeline.core.message_rule import TYPES, fault_of, is_free_form
from pipeline.effects.files import read_plain
from pipeline.effects.actions import Level, annotate
from pipeline.errors import ConfigurationError, Refused
from pipeline.operations.hooks import messages_between

EXAMPLE = "70_scripts/run check_message --commits origin/main..HEAD"


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


def _messages(arguments: argparse.Namespace) -> list[str]:
    if arguments.commits:
        return messages_between(Path.cwd(), arguments.commits)
    try:
        return [read_plain(arguments.file, follow=True).decode("utf-8", "replace")]
    except OSError as error:
        raise ConfigurationError(
            "reading the message", str(error), "name the file that git names"
        ) from error


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", type=Path, help="a draft, as git's hook gets")
    what.add_argument("--commits", metavar="BASE..HEAD", help="all of these, no merges")
    sys.exit(cli.main_without_config(made, main))
