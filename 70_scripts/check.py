"""Run the checks that CI runs, from the same definition, and show what failed.

Checks that may share the machine run side by side, the pipeline's own tests one after
another behind them. `prod` checks exactly the code that prod serves: on the VM the
commit that its worktree is at (before the first promotion: the last validated one),
elsewhere the newest of origin's branch as last fetched. The exit code is the worst.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from checks import GROUPS, ON_REQUEST
from pipeline import cli
from pipeline.errors import EXPECTED, ConfigurationError, ExpectedError
from pipeline.wiring import SCRIPTS, say

EXAMPLE = "70_scripts/run_ci_checks.sh quality preprod  # or: 70_scripts/run check"
ROOT = SCRIPTS.parent


def main(arguments: argparse.Namespace) -> int:
    """Run what is wanted; return the exit code of the worst."""
    if arguments.install_hooks:
        tool = Path(sys.executable).with_name("pre-commit")
        return subprocess.run((tool, "install"), cwd=ROOT, check=False).returncode
    from checks.running import run
    from checks.table import sum_up
    from rich.console import Console

    wanted, is_ci = _wanted(arguments), "CI" in os.environ
    start = time.monotonic()
    with TemporaryDirectory(prefix="checks-of-prod-") as scratch:
        variables = {}
        if "prod" in wanted.values():
            variables["CHECK_PROD"] = _copy_of_prod(Path(scratch), arguments, wanted)
        ended = run(wanted, arguments.jobs, ROOT / "noxfile.py", variables)
    groups = (*GROUPS, *ON_REQUEST)
    ended.sort(key=lambda each: groups.index(each.group))
    sum_up(Console(), ended, time.monotonic() - start, is_ci=is_ci)
    return max((each.exit_code(is_ci=is_ci) for each in ended), default=0)


def _wanted(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the names of the wanted checks, each with its group."""
    sys.path.append(str(ROOT))
    from noxfile import CHECKS

    wanted = set(arguments.check or GROUPS)
    if not arguments.check:
        say(f"==> left out unless they are named: {', '.join(ON_REQUEST)}")
    names = {*GROUPS, *(each.name for each in CHECKS)}
    if unknown := sorted(wanted - names - {*ON_REQUEST}):
        raise ConfigurationError(
            "choosing the checks",
            f"there is no {unknown[0][:60]!r}",
            f"use some of: {', '.join(sorted(names))}",
        )
    left_out = _left_out(arguments)
    return {
        each.name: each.group
        for each in CHECKS
        if wanted & {each.name, each.group} and each.group not in left_out
    }


def _left_out(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Return the groups that need not run since nothing that they test has changed."""
    from checks.scope import is_pipeline_untouched

    base = arguments.changed_since
    if arguments.changed_since_passed:
        base = _passed(arguments)
    if base is None or not is_pipeline_untouched(ROOT, base):
        return ()
    say(f"==> pipeline: nothing that its tests look at changed since {base[:7]}")
    return ("pipeline", *ON_REQUEST)


def _passed(arguments: argparse.Namespace) -> str | None:
    """Return the newest commit whose CI passed; None leaves nothing out."""
    from checks.scope import newest_passed
    from pipeline.config import load_config
    from pipeline.effects.actions import access_of_job

    access = access_of_job()
    if access is None:
        say("==> pipeline: this is no job of CI that could ask what passed: all is run")
        return None
    try:
        return newest_passed(access, load_config(cli.config_file(arguments)), ROOT)
    except EXPECTED as trouble:
        say(f"==> pipeline: which commit passed is not known: all is run: {trouble}")
        return None


def _copy_of_prod(
    folder: Path, arguments: argparse.Namespace, wanted: dict[str, str]
) -> str:
    """Copy prod's code into a folder; return the folder, or why there is no copy.

    What is checked out here, and checked as such, leaves ``wanted``.
    """
    from checks.scope import is_checked_out, prod_commit
    from pipeline.config import load_config

    try:
        store, sha, reason = prod_commit(load_config(cli.config_file(arguments)), ROOT)
        store.export(sha, (".",), folder)
    except ExpectedError as error:
        return str(error)
    say(f"==> prod: checking {sha.short}, {reason}")
    with suppress(ExpectedError):  # On the VM, of another repository, it is not known.
        if is_checked_out(sha, ROOT):
            say("==> prod: that is what is checked out here: nothing is checked twice")
            for name in [name for name in wanted if f"prod-{name}" in wanted]:
                del wanted[f"prod-{name}"]
    return str(folder)


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
        default=len(os.sched_getaffinity(0)),
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
