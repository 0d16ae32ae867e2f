"""What GitHub said is left of its limits, kept between processes that ask once.

Only a hint: where it is lost, or damaged, GitHub is asked and says it again.
"""

import json
import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.effects.clock import Clock
from pipeline.effects.files import read_plain, write_atomically
from pipeline.adapters.github import GitHub
from pipeline.adapters.github_limits import WINDOW

# Of sixty an hour without a token: for the watchers of what is pushed next.
RESERVE = 20


@dataclass(frozen=True, slots=True)
class Allowance:
    """The record of one machine's limits."""

    file: Path
    clock: Clock

    def is_spent(self) -> bool:
        """Tell whether GitHub should be left alone, except by watchers."""
        try:
            known = json.loads(read_plain(self.file))
            left, end = float(known["remaining"]), float(known["until"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return False
        wait = end - self.clock.now()
        return left <= RESERVE and math.isfinite(wait) and 0 < wait <= WINDOW

    def record(self, github: GitHub) -> None:
        """Keep what GitHub said last."""
        if github.remaining is None or github.window is None:
            return
        known = {
            "remaining": github.remaining,
            "until": self.clock.now() + github.window,
        }
        with suppress(OSError):
            write_atomically(self.file, json.dumps(known))
