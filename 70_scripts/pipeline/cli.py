"""What every script shares: its arguments' types and the one error boundary."""

import argparse
import traceback
from collections.abc import Callable
from pathlib import Path

from pipeline import wiring
from pipeline.config import find_config, load_config
from pipeline.core.sha import Sha
from pipeline.errors import PipelineError

INTERRUPTED = 130

Verb = Callable[[wiring.Pipeline, argparse.Namespace], int]


def parser(purpose: str, example: str) -> argparse.ArgumentParser:
    """Return a parser with what every script takes."""
    made = argparse.ArgumentParser(
        description=purpose,
        epilog=f"example: {example}",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the configuration (default: the nearest pipeline.yml upwards)",
    )
    return made


def sha(text: str) -> Sha:
    """Return a SHA given on the command line."""
    try:
        return Sha(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def main(made: argparse.ArgumentParser, verb: Verb) -> int:
    """Parse the arguments, do the verb, and turn its errors into exit codes."""
    arguments = made.parse_args()
    redact: Callable[[str], str] = str
    try:
        # Scripts are started from anywhere: their own folder comes first.
        path = arguments.config or find_config(wiring.SCRIPTS)
        pipeline = wiring.build(load_config(path), path.absolute())
        redact = pipeline.secrets.redact
        return verb(pipeline, arguments)
    except PipelineError as error:
        wiring.say(f"error: {redact(str(error))}")
        return error.exit_code
    except KeyboardInterrupt:
        wiring.say("interrupted")
        return INTERRUPTED
    except Exception:
        wiring.say(redact(traceback.format_exc()))
        wiring.say("This is a bug in the pipeline: please report the lines above.")
        return 1
