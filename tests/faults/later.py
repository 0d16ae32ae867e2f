"""Run a real script with a clock that is ahead: `later.py SECONDS SCRIPT [ARG …]`."""

import runpy
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(sys.argv[2]).parent))

from pipeline.effects.clock import SystemClock  # noqa: E402

AHEAD = float(sys.argv[1])


def now(_: SystemClock) -> float:
    """Return seconds since the epoch, and some more."""
    return time.time() + AHEAD


SystemClock.now = now  # type: ignore[method-assign]
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
