"""Set this machine up for the pipeline; run it again to mend what is missing."""

import argparse
import sys

from pipeline import cli
from pipeline.config import Config
from pipeline.core.sha import Sha
from pipeline.effects.account import refuse_other_user
from pipeline.effects.processes import CommandFailed
from pipeline.errors import ConfigurationError
from pipeline.strategies.variables import compose_places, compose_variables
from pipeline.operations.operator_home import link_into_home
from pipeline.operations.installation import Wishes, install
from pipeline.operations.units import install_units
from pipeline.wiring import is_tested, releases_of, say

EXAMPLE = "70_scripts/setup_vm.sh --origin git@github.com:OWNER/NAME.git"


def main(config: Config, arguments: argparse.Namespace) -> int:
    """Make or mend the deployment root and the units that resume what died."""
    refuse_other_user(config.paths.state)
    variables: dict[str, str] = {}
    for name in config.environments:
        variables |= compose_variables(config, name) | compose_places(config, name)
    try:
        sha = install(
            config,
            releases_of(config),
            Wishes(arguments.origin, arguments.pipeline, variables),
            lambda sha: is_tested(config, sha),
            say,
        )
        install_units(config.paths.root, say)
        link_into_home(config.paths.root, say)
    except CommandFailed as error:
        raise ConfigurationError(
            "setting this machine up", str(error), "mend the cause, then run it again"
        ) from error
    say(f"==> ready: {config.paths.root} runs the pipeline of {sha.short}")
    return 0


def _sha(text: str) -> Sha:
    try:
        return Sha(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("--origin", help="the URL to fetch from (default: as before)")
    made.add_argument(
        "--pipeline",
        type=_sha,
        metavar="SHA",
        help="put this commit's pipeline in force where no record names one",
    )
    sys.exit(cli.main_with_config(made, main))
