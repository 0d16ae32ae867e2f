"""Roll an environment back by hand: to the previous good version, or to a named one."""

import argparse
import getpass
import sys

from pipeline import cli
from pipeline.effects.actions import summarize, surrounding_job
from pipeline.errors import Refused
from pipeline.usecases.rollback import previous_good, roll_back
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run rollback preprod"
WORD = "ROLLBACK"


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Roll back, or with --dry-run only say to what."""
    env = pipeline.environment(arguments.environment)
    if arguments.confirm not in (None, WORD):
        raise Refused(
            f"rolling {env.name} back",
            f"the confirmation is {arguments.confirm[:40]!r}",
            f"type exactly {WORD}",
        )
    if arguments.dry_run:
        say(f"would roll {env.name} back to {arguments.to or previous_good(env)}")
        return 0
    job = surrounding_job()
    actor = job.actor or getpass.getuser()
    override = arguments.override_bad
    done = roll_back(env, arguments.to, actor, job.run_url, is_override=override)
    summarize(f"**{done.sha.short} serves on {env.name}**, rolled back by hand.")
    return 0


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("environment", help="preprod, or another one of pipeline.yml")
    made.add_argument(
        "--to",
        type=cli.sha_or_none,
        metavar="SHA",
        help="default: the previous good version",
    )
    made.add_argument(
        "--confirm", metavar=WORD, help="what somebody typed; must be exactly this"
    )
    made.add_argument(
        "--override-bad", action="store_true", help="also to what was rolled back"
    )
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main))
