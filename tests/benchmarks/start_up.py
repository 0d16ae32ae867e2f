"""How long verbs take that are started every minute, as ratios.

    PYTHONPATH=70_scripts python -m tests.benchmarks.start_up --against CHECKOUT

Each verb runs in a throw-away VM in which nothing is to be done. Processor time,
children included, so that a busy machine does not count; the median, against that of a
bare start of Python, and with --against the same verb of another checkout, in turns.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.checkout import ROOT
from tests.sandbox.vm import CACHE, Vm
from tests.sandbox.world import begin, opened

VERBS = (("status",), ("resume",), ("check_health", "--from", "inside"))
BARE = (sys.executable, "-c", "")


def processor_time(argv: Sequence[str | Path], home: Path) -> float:
    """Run a command; return the seconds of processor time that it took."""
    env = {**os.environ, **CACHE, "HOME": str(home)}
    with subprocess.Popen(
        argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{argv} exited with {process.returncode}")
    return used.ru_utime + used.ru_stime


def verb_of(checkout: Path, verb: Sequence[str], config: Path) -> list[str | Path]:
    """Return the command of a checkout's verb, as the timers start it."""
    return [checkout / "70_scripts" / "run", *verb, "--config", config]


def measure(vm: Vm, checkouts: Sequence[Path], rounds: int) -> None:
    """Print a line for each verb."""
    bare = statistics.median(processor_time(BARE, vm.home) for _ in range(2 * rounds))
    print(f"a bare start of Python: {1000 * bare:.0f} ms of processor time")
    for verb in VERBS:
        commands = [verb_of(each, verb, vm.config) for each in checkouts]
        for command in commands:
            processor_time(command, vm.home)  # Compiled modules are kept from then on.
        turns = [
            [processor_time(command, vm.home) for command in commands]
            for _ in range(rounds)
        ]
        ours = statistics.median(turn[0] for turn in turns)
        line = f"{verb[0]:14} {ours / bare:5.1f} × a bare start"
        if len(checkouts) > 1:
            ratio = statistics.median(turn[0] / turn[1] for turn in turns)
            line += f", {ratio:.2f} × that of {checkouts[1]}"
        print(line)


def main(arguments: argparse.Namespace) -> None:
    """Make the VM, measure in it."""
    checkouts = [ROOT, *([arguments.against.resolve()] if arguments.against else [])]
    with TemporaryDirectory(prefix="start-up-") as home:
        with opened(Vm(Path(home))) as world:
            begin(world)
            measure(world.vm, checkouts, arguments.rounds)


if __name__ == "__main__":
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--against", type=Path, metavar="CHECKOUT")
    made.add_argument("--rounds", type=int, default=7)
    main(made.parse_args())
