"""Report durations, ends, rollbacks, false positives and uptime, per environment.

A false positive is a version that was rolled back although its CI passed later. The
uptime is what the VM's own watch saw; time in which nobody looked is not counted.
"""

import argparse
import json
import re
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta

from pipeline import cli
from pipeline.core.metrics import metrics
from pipeline.journal.database import open_database
from pipeline.journal.statistics import Statistics
from pipeline.wiring import Pipeline

EXAMPLE = "70_scripts/run report --since 90d"
DAYS = re.compile(r"(\d{1,4})d")


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Print the figures of a stretch of time; exit 0 whatever they are."""
    now = pipeline.clock.now()
    since = _start(arguments.since, now)
    with closing(open_database(pipeline.journal_file)) as database:
        facts = Statistics(database)
        found = [
            metrics(name, facts.ended(name, since), facts.seen(name, since), since, now)
            for name in pipeline.config.environments
        ]
    if arguments.json:
        print(json.dumps([{"since": since, **asdict(one)} for one in found], indent=2))
    else:
        from pipeline.metrics_table import metrics_table
        from rich.console import Console

        Console().print(metrics_table(found, since))
    return 0


def _start(given: timedelta | datetime, now: float) -> float:
    if isinstance(given, timedelta):
        return max(now - given.total_seconds(), 0.0)
    return given.timestamp()


def _since(text: str) -> timedelta | datetime:
    """Read ``90d`` or a date; a date without a zone is the machine's own."""
    if found := DAYS.fullmatch(text):
        return timedelta(days=int(found[1]))
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        fault = f"{text[:40]!r} is neither like 90d nor like 2026-01-31"
        raise argparse.ArgumentTypeError(fault) from None


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument(
        "--since",
        type=_since,
        default="30d",
        help="days such as 90d, or a date such as 2026-01-31 (default: %(default)s)",
    )
    made.add_argument("--json", action="store_true", help="for programs; seconds")
    sys.exit(cli.main(made, main, reads=lambda _: True))
