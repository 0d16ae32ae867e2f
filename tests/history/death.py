"""Dying: a count-down over every effect, after which nothing of the process acts.

Every journal transaction (before it and after it), every git command, every start and
stop of the app, every write of the state file and every request to Discord is one tick.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class Death(BaseException):
    """The process was killed; nothing can catch it, or act after it."""


@dataclass(slots=True)
class Fate:
    """When the process dies, and when another one tries to act at the same time.

    Attributes:
        left: ticks until death; None lives on.
        until_visit: ticks until somebody else comes, while this one holds the lock;
            None brings nobody.
        is_holder: whether it holds the environment's lock.
        leaves_tool: the tool that it starts as it dies goes on.
        tool: what that tool does.
        ticks: the names of what was done, in order.
    """

    left: int | None = None
    until_visit: int | None = None
    visit: Callable[[], None] = lambda: None
    is_dead: bool = False
    is_holder: bool = False
    leaves_tool: bool = False
    tool: Callable[[], object] | None = None
    ticks: list[str] = field(default_factory=list)

    def tick(self, name: str, tool: Callable[[], object] | None = None) -> None:
        """Die here, if it is the time; ``tool`` is what is being started.

        Raises:
            Death: it is.
        """
        if self.is_dead:
            raise Death
        if self.left == len(self.ticks):
            self.is_dead = True
            self.tool = tool if self.leaves_tool and self.is_holder else None
            raise Death
        is_time = self.until_visit is not None and len(self.ticks) >= self.until_visit
        if is_time and self.is_holder:
            self.until_visit = None
            self.visit()
        self.ticks.append(name)

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Let death come before something, or after it."""
        self.tick(f"before {name}")
        yield
        self.tick(f"after {name}")
