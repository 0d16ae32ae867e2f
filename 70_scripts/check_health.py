"""Look at environments, record what was seen, and alert once when one is down.

Exit code 4 says that one did not answer as it must, several times in a row.
"""

import argparse
import json
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from pipeline import cli, wiring
from pipeline.config import Config
from pipeline.core import alerts
from pipeline.core.availability import Sighting, Vantage
from pipeline.effects.actions import Level, annotate, summarize
from pipeline.effects.http import Http
from pipeline.errors import TimedOut
from pipeline.journal.database import open_database
from pipeline.adapters.heartbeat import beat
from pipeline.journal.writer import Journal
from pipeline.journal.uptime import Uptime
from pipeline.operations.activity import Activity, activity, was_deploying
from pipeline.operations.monitoring import Persistence, look_at, record
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run check_health prod --from outside --state /tmp/health"


def main(config: Config, arguments: argparse.Namespace) -> int:
    """Look, tell, and only when all is well give the heartbeat."""
    pipeline = _pipeline(config, arguments)
    vantage = Vantage(getattr(arguments, "from"))
    persistence = Persistence(config.monitoring.attempts, config.monitoring.pause)
    names = arguments.environment or list(config.environments)
    with closing(open_database(pipeline.journal_file)) as database:
        journal = Journal(database, pipeline.clock)
        targets = [pipeline.target(name, vantage) for name in names]
        if vantage is Vantage.INSIDE:  # Nothing is missed where nothing ever was.
            targets = [
                one for one in targets if journal.deployments.newest(one.environment)
            ]
        names_seen = [one.environment for one in targets]
        before = _activities(pipeline, journal, names_seen)
        seen = look_at(targets, persistence, pipeline.clock)
        after = _activities(pipeline, journal, names_seen)
        _show(seen, is_json=arguments.json)
        if not arguments.dry_run:
            observations = Uptime(database, pipeline.clock)
            record(
                seen,
                observations,
                persistence.attempts,
                tells_recovery=config.monitoring.tell_recovery,
                deploying=[n for n in after if was_deploying(before[n], after[n])],
            )
    is_up = all(sighting.is_up for sighting in seen)
    if not arguments.dry_run:
        _tell(pipeline, is_well=is_up and set(names) == set(config.environments))
    return 0 if is_up else TimedOut.exit_code


def _activities(
    pipeline: Pipeline, journal: Journal, names: list[str]
) -> dict[str, Activity]:
    state, clock = pipeline.config.paths.state, pipeline.clock
    return {
        name: activity(journal.deployments, name, state / f"{name}.lock", clock)
        for name in names
    }


def _pipeline(config: Config, arguments: argparse.Namespace) -> Pipeline:
    """Return the pipeline, its state in a folder of one's own where there is no VM."""
    if arguments.state:
        state = arguments.state.absolute()
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = config.paths.model_copy(update={"state": state})
        config = config.model_copy(update={"paths": paths})
    file = cli.config_file(arguments)
    return wiring.build(config, file, reads=arguments.dry_run)


def _show(seen: list[Sighting], *, is_json: bool) -> None:
    if is_json:
        print(json.dumps([asdict(one) for one in seen], indent=2))
    for one in seen:
        if not is_json:
            print(f"{one.environment:12} {one.words}")
        if not one.is_up:
            annotate(Level.ERROR, f"{one.environment} is {one.words} ({one.url})")
    summarize(alerts.summary(seen))


def _tell(pipeline: Pipeline, *, is_well: bool) -> None:
    mail = pipeline.outbox()
    # Three times a minute: not a word, and no request, unless an alert waits.
    if mail.waiting() and (trouble := mail.outbox.flush()):
        say(trouble)
    if is_well and pipeline.secrets.heartbeat:
        if trouble := beat(Http(), pipeline.secrets.heartbeat):
            say(trouble)


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("environment", nargs="*", help="which ones (default: all)")
    made.add_argument(
        "--from",
        choices=[vantage.value for vantage in Vantage],
        default=Vantage.INSIDE.value,
        help="the app's own address on the VM, or the public one (default: inside)",
    )
    made.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep the journal here (default: paths.state); needs no VM",
    )
    made.add_argument("--json", action="store_true", help="print JSON")
    made.add_argument("--dry-run", action="store_true", help="record and alert nothing")
    sys.exit(cli.main_with_config(made, main))
