"""Build the documentation; with --publish, push what was built to the branch gh-pages.

A warning is an error. The pages are in 90_doc/build/html, and need no network. Building
and publishing are apart: what is built with never sees the right to push.
"""

import argparse
import sys

from documentation.building import BRANCH, build, publish
from pipeline import cli
from pipeline.wiring import SCRIPTS, say

EXAMPLE = "70_scripts/run docs"


def main(arguments: argparse.Namespace) -> int:
    """Build, or publish what was built."""
    root = SCRIPTS.parent
    if not arguments.publish:
        say(f"==> built without a warning: {build(root)}")
    elif arguments.dry_run:
        say(f"==> would push the built pages to {BRANCH}")
    else:
        say(f"==> pushed to {publish(root)}")
    return 0


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument(
        "--publish", action="store_true", help="build nothing, push what was built"
    )
    made.add_argument("--dry-run", action="store_true", help="push nothing")
    sys.exit(cli.main_without_config(made, main))
