"""Roll an environment back by hand: to the previous good version, or to a named one."""

import argparse
import sys

from pipeline import cli, commits
from pipeline.effects.account import operator
from pipeline.effects.actions import summarize
from pipeline.errors import Refused
from pipeline.operations.manual_rollback import previous_good, roll_back
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run rollback preprod --confirm ROLLBACK"
WORD = "ROLLBACK"


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Roll back, or with --dry-run only say to what."""
    env = pipeline.environment(arguments.environment)
    to = commits.commit_or_none(pipeline, arguments.to)
    if arguments.dry_run:
        say(f"would roll {env.name} back to {to or previous_good(env)}")
        return 0
    _confirm(env.name, cli.confirmation(arguments.confirm, WORD))
    job = pipeline.job()
    actor = job.actor or operator()
    override = arguments.override_bad
    done = roll_back(env, to, actor, job.run_url, is_override=override)
    summarize(f"**{done.sha.short} serves on {env.name}**, rolled back by hand.")
    return 0


def _confirm(environment: str, typed: str) -> None:
    if typed != WORD:
        raise Refused(
            f"rolling {environment} back",
            (
                f"{typed[:40]!r} was typed to confirm it"
                if typed
                else "nobody confirmed it"
            ),
            f"type exactly {WORD}, or give --confirm {WORD}",
        )


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("environment", help="preprod, or another one of pipeline.yml")
    made.add_argument(
        "--to",
        type=commits.revision_or_none,
        metavar="COMMIT",
        help="a SHA, a tag (default: the previous good version)",
    )
    made.add_argument(
        "--confirm",
        metavar=WORD,
        help="must be exactly this word; asked for if not given",
    )
    made.add_argument(
        "--override-bad", action="store_true", help="also to what was rolled back"
    )
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main))
