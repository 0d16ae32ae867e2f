"""A tool that outlives the script which started it, and holds the script's lock."""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipeline.errors import EXPECTED


@dataclass(frozen=True, slots=True)
class LivingTool:
    """What goes on after its script was killed."""

    descriptor: int
    work: Callable[[], object]

    @classmethod
    def holding(cls, lock: Path, work: Callable[[], object]) -> Self:
        """Let it have the lock, as it inherited it."""
        descriptor = os.open(lock, os.O_RDWR)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return cls(descriptor, work)

    def end(self) -> None:
        """Do what was begun, well or not, and free the lock."""
        with suppress(*EXPECTED):
            self.work()
        os.close(self.descriptor)
