"""What every script shares: its arguments' types and the one error boundary."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from pipeline import wiring
from pipeline.config import Config, find_config, load_config
from pipeline.effects.actions import Level, annotate
from pipeline.effects.streams import accept_every_character, open_missing_streams
from pipeline.errors import ExpectedError

INTERRUPTED = 130
READABLE_UMASK = 0o022

Verb = Callable[[wiring.Pipeline, argparse.Namespace], int]
ConfigVerb = Callable[[Config, argparse.Namespace], int]
PlainVerb = Callable[[argparse.Namespace], int]


def parser(purpose: str | None, example: str) -> argparse.ArgumentParser:
    """Return a parser with what every script takes."""
    made = argparse.ArgumentParser(
        prog=f"70_scripts/run {Path(sys.argv[0]).stem}",
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


def confirmation(given: str | None, word: str) -> str:
    """Return what somebody typed to confirm; in a terminal it is asked for."""
    if given is not None:
        return given
    try:
        is_asked = sys.stdin is not None and sys.stdin.isatty()
        return input(f"Type {word} to go on: ") if is_asked else ""
    except (EOFError, OSError, ValueError):
        return ""  # Nobody is there: that confirms nothing.


def is_dry_run(arguments: argparse.Namespace) -> bool:
    """Tell whether a verb was asked to change nothing."""
    return bool(getattr(arguments, "dry_run", False))


def main(
    made: argparse.ArgumentParser,
    verb: Verb,
    reads: Callable[[argparse.Namespace], bool] = is_dry_run,
) -> int:
    """Do a verb of a pipeline that is set up; return its exit code.

    Args:
        made: the verb's arguments.
        verb: what is done.
        reads: tells from the arguments whether it only reads, as anybody may.
    """

    def build(config: Config, arguments: argparse.Namespace) -> int:
        file = config_file(arguments)
        return verb(wiring.build(config, file, reads=reads(arguments)), arguments)

    return main_with_config(made, build)


def main_with_config(made: argparse.ArgumentParser, verb: ConfigVerb) -> int:
    """Do a verb that needs the configuration alone; return its exit code."""

    def load(arguments: argparse.Namespace) -> int:
        # A container's user reads what git writes; what is private says so by its mode.
        os.umask(READABLE_UMASK)
        config = load_config(config_file(arguments))
        redact = wiring.secrets_of(config).redact
        try:
            return verb(config, arguments)
        except Exception as error:
            return report(error, redact)

    return main_without_config(made, load)


def main_without_config(made: argparse.ArgumentParser, verb: PlainVerb) -> int:
    """Do a verb that needs no configuration; return its exit code.

    Here, and in `report`, errors become exit codes and words.
    """
    open_missing_streams()
    accept_every_character()
    arguments = made.parse_args()
    try:
        return verb(arguments)
    except KeyboardInterrupt:
        wiring.say("interrupted")
        return INTERRUPTED
    except Exception as error:
        return report(error, str)


def report(error: Exception, redact: Callable[[str], str]) -> int:
    """Say what went wrong, a bug with its traceback; return its exit code."""
    if isinstance(error, ExpectedError):
        annotate(Level.ERROR, redact(str(error)))
        return error.exit_code
    if isinstance(error, OSError):
        annotate(Level.ERROR, redact(f"the machine refused: {error}"))
        return ExpectedError.exit_code
    wiring.say(redact("".join(traceback.format_exception(error))))
    annotate(
        Level.ERROR, "This is a bug in the pipeline: please report the lines above."
    )
    return 1


def config_file(arguments: argparse.Namespace) -> Path:
    """Return the file that was named, else the nearest above the scripts' folder."""
    named: Path | None = arguments.config
    return (named or find_config(wiring.SCRIPTS)).absolute()
