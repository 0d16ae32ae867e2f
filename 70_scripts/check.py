"""Run the checks that CI runs, from the same definition, and show what failed.

Checks that may share the machine run side by side, the pipeline's own tests one after
another behind them. `prod` checks exactly the code that prod serves: on the VM the
commit that its worktree is at (before the first promotion: the last validated one),
elsewhere the newest of origin's branch as last fetched. The exit code is the worst.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import cli
from pipeline.board import Board
from pipeline.config import load_config
from pipeline.effects.actions import access_of_job
from pipeline.effects.clock import SystemClock
from pipeline.effects.http import Http
from pipeline.errors import EXPECTED, ConfigurationError, ExpectedError
from pipeline.adapters.github import GitHub
from pipeline.operations.checking import (
    GROUPS,
    ON_REQUEST,
    Check,
    checks,
    chosen,
    is_pipeline_untouched,
    prod_checks,
)
from pipeline.operations.hooks import install_hooks
from pipeline.operations.passed_base import newest_passed
from pipeline.operations.prod_copy import find_source
from pipeline.operations.scheduling import carry_out, worst
from pipeline.wiring import SCRIPTS, say
from rich.console import Console

EXAMPLE = "70_scripts/run_ci_checks.sh quality preprod  # or: 70_scripts/run check"
ROOT = SCRIPTS.parent
PROCESSORS = len(os.sched_getaffinity(0))


def main(arguments: argparse.Namespace) -> int:
    """Carry out what is wanted; return the exit code of the worst."""
    if arguments.install_hooks:
        say(install_hooks(ROOT))
        return 0
    with TemporaryDirectory(prefix="checks-of-prod-") as scratch:
        every = _every(Path(scratch), arguments)
        is_ci = "CI" in os.environ
        with Board(Console(), is_ci=is_ci) as board:
            ended = carry_out(every, arguments.jobs, SystemClock(), board)
        groups = (*GROUPS, *ON_REQUEST)
        board.sum_up(sorted(ended, key=lambda each: groups.index(each.check.group)))
    return worst(ended, is_ci=is_ci)


def _every(scratch: Path, arguments: argparse.Namespace) -> tuple[Check, ...]:
    wanted = arguments.check or GROUPS
    if not arguments.check:
        say(f"==> left out unless they are named: {', '.join(ON_REQUEST)}")
    known, of_prod = checks(ROOT, arguments.jobs), prod_checks(ROOT)
    names = {*GROUPS, *(check.name for check in (*known, *of_prod))}
    if unknown := sorted(set(wanted) - names):
        raise ConfigurationError(
            "choosing the checks",
            f"there is no {unknown[0][:60]!r}",
            f"use some of: {', '.join(sorted(names))}",
        )
    found, base = chosen(known, wanted), _base(arguments)
    if base is not None and is_pipeline_untouched(ROOT, base):
        suites = ("pipeline", *ON_REQUEST)
        say(f"==> pipeline: nothing that its tests look at changed since {base[:7]}")
        found = tuple(check for check in found if check.group not in suites)
    if chosen(of_prod, wanted):
        # First, because its tests are not divided: nothing long is left for the end.
        of_prod = _exported(scratch, cli.config_file(arguments))
        found = (*chosen(of_prod, wanted), *found)
    return found


def _base(arguments: argparse.Namespace) -> str | None:
    """Return the commit to compare with; None leaves nothing out."""
    if not arguments.changed_since_passed:
        base: str | None = arguments.changed_since
        return base
    access = access_of_job()
    if access is None:
        say("==> pipeline: this is no job of CI that could ask what passed: all is run")
        return None
    github = GitHub(
        Http(), access.api_url, access.repository, access.token, SystemClock()
    )
    try:
        config = load_config(cli.config_file(arguments))
        workflow, branch = config.github.workflow, config.github.branch
        return newest_passed(github, workflow, branch, config.ci, ROOT)
    except EXPECTED as trouble:
        say(
            f"==> pipeline: which commit passed is not to be had: all is run: {trouble}"
        )
        return None


def _exported(scratch: Path, config: Path) -> tuple[Check, ...]:
    """Copy prod's code out; return its checks, or why there can be none."""
    try:
        source = find_source(load_config(config), ROOT)
        source.store.export(source.sha, (".",), scratch)
    except ExpectedError as error:
        reason = f"its code is not to be had: {error}"
        return (Check("prod", "prod", (), ROOT, obstacle=lambda: reason),)
    say(f"==> prod: checking {source.sha.short}, {source.reason}")
    return prod_checks(scratch)


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument(
        "check",
        nargs="*",
        help=f"a group, of {', '.join((*GROUPS, *ON_REQUEST))}, or a check "
        f"(default: all but {', '.join(ON_REQUEST)})",
    )
    made.add_argument(
        "--jobs",
        type=int,
        default=PROCESSORS,
        metavar="N",
        help="how many run at a time; 1: one after another (default: %(default)s)",
    )
    made.add_argument(
        "--changed-since",
        metavar="SHA",
        help="leave the pipeline's tests out if only the app changed since then",
    )
    made.add_argument(
        "--changed-since-passed",
        action="store_true",
        help="the same, since the newest commit below this one whose CI passed; in a "
        "job of GitHub's, with its token",
    )
    made.add_argument(
        "--install-hooks",
        action="store_true",
        help="check from now on each commit's message, and each push, here",
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C: the children are ended, not left behind. Ctrl-C itself is ignored,
        # by them too, where a shell started this in the background.
        signal.signal(number, signal.default_int_handler)
    sys.exit(cli.main_without_config(made, main))
