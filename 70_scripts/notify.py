"""Post one message to Discord, through the outbox; without a text, flush the outbox."""

import argparse
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import cli, wiring
from pipeline.config import Config
from pipeline.core.messages import Notice, of_job
from pipeline.effects.actions import job_of_environment
from pipeline.errors import TimedOut
from pipeline.journal.database import open_database
from pipeline.journal.writer import Journal
from pipeline.adapters.secrets import WEBHOOK
from pipeline.wiring import Pipeline, say

EXAMPLE = 'echo "Maintenance at noon" | 70_scripts/run notify -'


def main(config: Config, arguments: argparse.Namespace) -> int:
    """Keep the message, then send what waits; a message kept is success."""
    file = cli.config_file(arguments)
    if arguments.from_job and not config.paths.state.is_dir():
        with TemporaryDirectory(prefix="outbox-") as folder:
            paths = config.paths.model_copy(update={"state": Path(folder)})
            passing = config.model_copy(update={"paths": paths})
            return _tell_now(wiring.build(passing, file), arguments)
    pipeline = wiring.build(config, file, reads=arguments.dry_run)
    if trouble := _post(pipeline, arguments):
        say(trouble)
    if not arguments.dry_run:  # Adoption tries a pipeline out with it: no journal then.
        print(pipeline.outbox().waiting())
    return 0


def _tell_now(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    if not pipeline.secrets.webhook and not arguments.dry_run:
        say(f"{WEBHOOK} is not set: nobody is told")
    elif trouble := _post(pipeline, arguments):
        reason = trouble.partition(": ")[2]
        raise TimedOut("posting to Discord", reason, "nothing is kept: look at the run")
    return 0


def _post(pipeline: Pipeline, arguments: argparse.Namespace) -> str:
    """Keep the message and send what waits; return what went wrong."""
    notice = _notice(arguments)
    if arguments.dry_run:
        if notice:
            say(f"would post:\n{notice.text}")
        return ""
    if notice:
        with closing(open_database(pipeline.journal_file)) as database:
            Journal(database, pipeline.clock).tell(None, notice)
    return pipeline.outbox().flush()


def _notice(arguments: argparse.Namespace) -> Notice | None:
    text = " ".join(arguments.text)
    if text == "-":
        text = sys.stdin.read()
    if arguments.from_job:
        job = job_of_environment()
        return of_job(text, job.sha, job.actor, job.subject, job.run_url)
    return Notice(text.strip(), is_alert=True) if text else None


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("text", nargs="*", help="the message; - reads standard input")
    made.add_argument("--dry-run", action="store_true", help="send nothing")
    made.add_argument(
        "--from-job",
        action="store_true",
        help="in a job: add its commit and run; keep nothing where there is no VM",
    )
    sys.exit(cli.main_with_config(made, main))
