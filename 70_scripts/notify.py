"""Post one message to Discord, through the outbox; without a text, flush the outbox."""

import argparse
import sys
from contextlib import closing

from pipeline import cli
from pipeline.core.messages import Notice
from pipeline.gateways.database import open_database
from pipeline.gateways.journal import Journal
from pipeline.wiring import Pipeline, say

EXAMPLE = 'echo "Maintenance at noon" | 70_scripts/run notify -'


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Keep the message, then send what waits; a message kept is success."""
    if arguments.text:
        text = sys.stdin.read() if arguments.text == ["-"] else " ".join(arguments.text)
        if arguments.dry_run:
            say(f"would post:\n{text}")
            return 0
        with closing(open_database(pipeline.journal_file)) as database:
            Journal(database, pipeline.clock).tell(None, Notice(text.strip(), True))
    outbox = pipeline.outbox()
    if not arguments.dry_run and (trouble := outbox.flush()):
        say(trouble)
    print(outbox.waiting())
    return 0


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("text", nargs="*", help="the message; - reads standard input")
    made.add_argument("--dry-run", action="store_true", help="send nothing")
    sys.exit(cli.main(made, main))
