"""Bring every fault about in a sandbox and show how each ended: the fault table.

Real scripts on real git, a real journal and real processes; nothing outside is touched.
"""

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = "example: 70_scripts/run faults --class 'GitHub trouble'"
CHECKOUT = Path(__file__).resolve().parent.parent
WORKERS = 2 * len(os.sched_getaffinity(0))  # Half of a case is waiting.
QUIET = ("-qq", "--no-header", "--no-summary")  # The table's plugin speaks instead.
PYTEST = (sys.executable, "-m", "pytest", "-p", "tests.faults.table", *QUIET)


def main(arguments: argparse.Namespace) -> int:
    """Run the tests of the faults; 0 if each ended well."""
    if not (CHECKOUT / "tests" / "faults").is_dir():
        print(f"error: {CHECKOUT} has no tests: use a checkout", file=sys.stderr)
        return 2
    if not any(arguments.only in name for name in _classes()):
        names = ", ".join(_classes())
        print(f"error: no class has {arguments.only!r} in it: {names}", file=sys.stderr)
        return 2
    options = ["--fault-class", arguments.only, "-n", str(arguments.workers)]
    if arguments.publish:
        options.append("--publish-faults")
    places = ("tests/docker/test_rollback.py", "tests/faults")
    command = (*PYTEST, "-m", "fault", "--dist", "worksteal", *options, *places)
    path = f"/usr/bin{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, "PATH": path})
    return done.returncode


def _classes() -> tuple[str, ...]:
    # Not the checkout's other packages: only its tests are found this way.
    sys.path.append(str(CHECKOUT))
    rows = importlib.import_module("tests.faults.rows")
    return tuple(rows.ROWS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="70_scripts/run faults", description=__doc__, epilog=EXAMPLE
    )
    parser.add_argument(
        "--class",
        dest="only",
        default="",
        metavar="TEXT",
        help="only classes whose name contains this",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=WORKERS,
        help="how many at once (here: %(default)s)",
    )
    parser.add_argument(
        "--publish",
        action="store_true",
        help="write what was seen into 90_doc/source/faults.md, if all end well",
    )
    try:
        sys.exit(main(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)
