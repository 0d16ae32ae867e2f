"""Make, list, verify and restore the backups of production."""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline import cli
from pipeline.adapters.backup.store import Backup, BackupStore
from pipeline.operations import backups
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run backup restore 20260105T091500Z-acfdb42"

READING = ("list", "verify")


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Do what was asked; what writes has the environment for itself."""
    pipeline.config.environment(arguments.environment)
    store = backups.store_of(pipeline.config, arguments.environment)
    if arguments.verb in READING:
        names = [arguments.name] if arguments.name else store.names()
        is_deep = arguments.verb == "verify"
        found = map(store.verified, names) if is_deep else store.all()
        _show(found, is_json=arguments.json)
        for damaged in store.damaged():
            say(f"{damaged}: damaged, it counts for nothing")
        return 0
    if arguments.dry_run:
        places = backups.places_of(pipeline.config)
        say("\n".join(f"would {arguments.verb} {place}" for place in places.values()))
        return 0
    with pipeline.environment(arguments.environment).lock():
        if arguments.verb == "create":
            _create(pipeline, arguments)
        else:
            _restore(pipeline, store, arguments)
    return 0


def _reads(arguments: argparse.Namespace) -> bool:
    return arguments.verb in READING or cli.is_dry_run(arguments)


def _create(pipeline: Pipeline, arguments: argparse.Namespace) -> None:
    env = pipeline.environment(arguments.environment)
    backup = backups.back_up(pipeline.config, pipeline.config_file, env)
    for absent in backup.manifest.absent:
        say(f"==> {env.name}: {absent} is not there: nothing to keep")
    _show([backup], is_json=arguments.json)


def _restore(
    pipeline: Pipeline, store: BackupStore, arguments: argparse.Namespace
) -> None:
    name = arguments.name or ""
    places = backups.places_of(pipeline.config)
    for aside in backups.restore_backup(store, name, places):
        say(f"==> {arguments.environment}: what stood there is now {aside}")
    say("==> restart the app, so that it opens the restored files")


def _show(found: Iterable[Backup], *, is_json: bool) -> None:
    records = [
        {
            "name": backup.name,
            "sha": backup.manifest.sha,
            "image": backup.manifest.image,
            "at": datetime.fromtimestamp(backup.manifest.at, UTC).isoformat(),
            "bytes": backup.manifest.size,
            "absent": backup.manifest.absent,
        }
        for backup in found
    ]
    if is_json:
        print(json.dumps(records, indent=2))
        return
    for record in records:
        print(f"{record['name']}  {record['bytes']:>12} bytes  {record['sha'] or '-'}")


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("verb", choices=("create", "list", "verify", "restore"))
    made.add_argument("name", nargs="?", help="which one, to verify or restore")
    made.add_argument("--environment", default="prod", help="whose (default: prod)")
    made.add_argument("--json", action="store_true", help="print JSON")
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main, reads=_reads))
