"""Add to the journal what this pipeline needs in it: a step of its adoption.

Nobody has to call it: the pipeline in force calls that of the one which it adopts,
before that takes over. Called of any other pipeline, it refuses.
"""

import argparse
import sys
from pathlib import Path

from pipeline import cli
from pipeline.config import Config
from pipeline.effects.account import refuse_other_user
from pipeline.effects.clock import SystemClock
from pipeline.errors import Refused
from pipeline.adapters.lock import held, is_held
from pipeline.operations.journal_migration import PATIENCE, is_in_force, migrate
from pipeline.wiring import SCRIPTS, say

EXAMPLE = "70_scripts/run migrate"


def main(config: Config, arguments: argparse.Namespace) -> int:
    """Migrate for the one that adopts this pipeline, or for the one in force."""
    if arguments.state:
        paths = config.paths.model_copy(update={"state": arguments.state.absolute()})
        config = config.model_copy(update={"paths": paths})
    refuse_other_user(config.paths.state)
    lock, clock = config.paths.state / "pipeline.lock", SystemClock()
    if arguments.for_adoption and is_held(lock):
        migrate(config, clock, say)
        return 0
    if arguments.for_adoption or not is_in_force(config, SCRIPTS):
        raise Refused(
            "migrating the journal",
            "this pipeline is neither in force nor being adopted",
            "push it: once it is validated, its adoption migrates the journal",
        )
    with held(lock, clock, patience=PATIENCE):
        migrate(config, clock, say)
    return 0


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument(
        "--for-adoption",
        action="store_true",
        help="the caller is adopting this pipeline, and holds the lock of that",
    )
    made.add_argument(
        "--state", type=Path, metavar="DIR", help="its state (default: paths.state)"
    )
    sys.exit(cli.main_with_config(made, main))
