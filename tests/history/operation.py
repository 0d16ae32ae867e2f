"""What can happen in a history: each operation is one short text.

``ship g`` pushes a healthy version and deploys it, ``ship u 1`` force-pushes a version
that never gets healthy in place of the newest commit, ``tell 0 failure`` lets the CI of
the newest commit fail and the event reach the machine, ``!17`` after an operation kills
it at its 17th step (again: kills what resumes it), ``~`` lets the tool that it had
just started live on, ``?3`` lets another process come.
"""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that happens; ``deaths`` and ``visit`` count steps of the process."""

    verb: str
    arguments: tuple[str, ...] = ()
    deaths: tuple[int, ...] = ()
    visit: int | None = None
    leaves_tool: bool = False

    def __str__(self) -> str:
        """Return the text that stands for it."""
        deaths = (f"!{death}" for death in self.deaths)
        visit = () if self.visit is None else (f"?{self.visit}",)
        tool = ("~",) if self.leaves_tool else ()
        return " ".join((self.verb, *self.arguments, *deaths, *visit, *tool))

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the operation that a text stands for."""
        verb, *words = text.split()
        deaths = tuple(int(word[1:]) for word in words if word[0] == "!")
        visits = [int(word[1:]) for word in words if word[0] == "?"]
        rest = tuple(word for word in words if word[0] not in "!?~")
        visit = visits[0] if visits else None
        return cls(verb, rest, deaths, visit, "~" in words)

    def word(self, place: int, default: str = "") -> str:
        """Return one of its arguments."""
        return self.arguments[place] if place < len(self.arguments) else default
