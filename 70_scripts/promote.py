"""Promote what preprod has validated to production, after somebody typed DEPLOY."""

import argparse
import sys
from datetime import UTC, datetime

from pipeline import cli, commits
from pipeline.core.freeze import window_in_force
from pipeline.effects.account import operator
from pipeline.effects.actions import summarize
from pipeline.operations.promotion import WORD, Request, promote
from pipeline.operations.promotion_plan import promotion_plan
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run promote --confirm DEPLOY"


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Show where both environments stand, then promote."""
    preprod, prod = (pipeline.environment(name) for name in arguments.environments)
    sha = commits.commit_or_none(pipeline, arguments.sha)
    seen = promotion_plan(preprod, prod, sha)
    say(seen.text())
    summarize(seen.markdown())
    now = datetime.fromtimestamp(pipeline.clock.now(), UTC)
    windows = [freeze.window() for freeze in pipeline.config.freeze]
    window = window_in_force(now, windows)
    if arguments.dry_run:
        say(f"would promote {seen.target or 'nothing'}; freeze window: {window}")
        return 0
    job = pipeline.job()
    request = Request(
        confirmation=cli.confirmation(arguments.confirm, WORD),
        sha=sha,
        actor=job.actor or operator(),
        run_url=job.run_url,
        overrides_freeze=arguments.override_freeze == "true",
        overrides_bad=arguments.override_bad,
    )
    deployment = promote(preprod, prod, request, window)
    summarize(f"**{deployment.sha.short} serves on {prod.name}, verified healthy.**")
    return 0


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("--confirm", metavar=WORD, help="must be exactly this word")
    made.add_argument(
        "--sha",
        type=commits.revision_or_none,
        help="a validated commit: SHA, tag (default: preprod's last validated one)",
    )
    made.add_argument(
        "--override-freeze",
        nargs="?",
        const="true",
        choices=["true", "false", ""],
        default="false",
        help="promote although production is frozen; it is recorded who did",
    )
    made.add_argument(
        "--override-bad", action="store_true", help="also what was rolled back on prod"
    )
    made.add_argument(
        "--environments",
        nargs=2,
        metavar=("FROM", "TO"),
        default=["preprod", "prod"],
        help="default: preprod prod",
    )
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main))
