"""Build the documentation; with --publish, push it to the branch gh-pages too.

A warning is an error. The pages are in 90_doc/build/html, and need no network.
"""

import argparse
import sys

from pipeline import cli
from pipeline.config import Config
from pipeline.usecases.documenting import BRANCH, build, publish
from pipeline.wiring import SCRIPTS, say

EXAMPLE = "70_scripts/run docs"


def main(_config: Config, arguments: argparse.Namespace) -> int:
    """Build, and publish where that is wanted."""
    root = SCRIPTS.parent
    first = build(root)
    say(f"==> built without a warning: {first}")
    if arguments.publish and arguments.dry_run:
        say(f"==> would push it to {BRANCH}")
    elif arguments.publish:
        say(f"==> pushed to {publish(root)}")
    return 0


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument(
        "--publish", action="store_true", help="push what was built to gh-pages"
    )
    made.add_argument("--dry-run", action="store_true", help="push nothing")
    sys.exit(cli.main_with_config(made, main))
