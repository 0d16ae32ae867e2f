"""What one environment's compose file may use of the host, and what it took."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is refused; ``service`` is empty where it is of none."""

    service: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an environment's compose file may use.

    Attributes:
        keys: what the team allows, by the names of the keys.
        project: the Compose project; names of others are not taken.
        image: what a build may be called, besides names of the project.
        tree: the environment's own worktree, mounted read-only.
        readable: files and folders besides it, mounted read-only.
        writable: the data.
        bind: the address that the app listens on.
        other_ports: those of other environments.
        real: a path without links, as the commit and the host have it.
    """

    keys: frozenset[str]
    project: str
    image: str
    tree: Path
    readable: tuple[Path, ...]
    writable: tuple[Path, ...]
    bind: str
    other_ports: frozenset[int]
    real: Callable[[Path], Path]

    def is_inside(self, path: Path, *places: Path) -> bool:
        """Tell whether a path, links followed, lies in one of the places."""
        real = self.real(path)
        return any(real.is_relative_to(self.real(place)) for place in places)

    def is_ours(self, name: str) -> bool:
        """Tell whether a name is the project's, or begins with it."""
        rest = name.removeprefix(self.project)
        return rest != name and not rest[:1].isalnum()
