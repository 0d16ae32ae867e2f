"""Run the checks that CI runs, and show what failed."""

import argparse
import os
import sys
import time

from pipeline import cli
from pipeline.config import Config
from pipeline.usecases.checking import GROUPS, Check, Result, carry_out, checks
from pipeline.wiring import SCRIPTS, say

EXAMPLE = "70_scripts/run_ci_checks.sh preprod"


def main(_config: Config, arguments: argparse.Namespace) -> int:
    """Run the chosen groups; return the exit code of the worst."""
    wanted = arguments.group or GROUPS
    worst = 0
    for check in checks(SCRIPTS.parent):
        if check.group in wanted:
            say(f"==> {check.name}")
            start = time.monotonic()
            result = carry_out(check, SCRIPTS.parent)
            worst = max(worst, _show(check, result, time.monotonic() - start))
    return worst


def group(name: str) -> str:
    """Return the name of a group of checks."""
    if name not in GROUPS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(GROUPS)}")
    return name


def _show(check: Check, result: Result, seconds: float) -> int:
    if result.code is None:
        print(f"–  {check.name:15} not run: {result.output}", flush=True)
        return int("CI" in os.environ)
    if result.code:
        print(result.output)
    sign = "✗" if result.code else "✓"
    last = (result.output.splitlines() or [""])[-1].strip("= ")
    print(f"{sign}  {check.name:15} {seconds:6.1f} s  {last[:70]}", flush=True)
    return result.code


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument(
        "group", nargs="*", type=group, help=f"of {', '.join(GROUPS)} (default: all)"
    )
    sys.exit(cli.main_with_config(made, main))
