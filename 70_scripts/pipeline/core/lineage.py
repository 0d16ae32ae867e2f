"""Which versions served an environment, in order, and which a person took away.

A deployment moves its version to the end of the line. A rollback by hand moves
nothing: it takes away what stands behind its target, and what it replaced. A version
comes back when somebody deploys it again, or returns to it, or when a re-run of its
CI passes; what was taken away beside it stays away.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.core.deployment import Kind
from pipeline.core.sha import Sha


@dataclass(frozen=True, slots=True)
class Placed:
    """A version was put up, verified; ``replaced`` is what served before, if known."""

    sha: Sha
    kind: Kind
    replaced: Sha | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """A re-run of a version's CI passed."""

    sha: Sha


@dataclass(frozen=True, slots=True)
class Reset:
    """A deployment found that somebody had put a version up without the pipeline."""

    sha: Sha


Event = Placed | Cleared | Reset


@dataclass(frozen=True, slots=True)
class Lineage:
    """The versions of an environment.

    Attributes:
        line: what served, in order of deployment, the newest last.
        withdrawn: what a person's rollback took away and nothing brought back.
    """

    line: tuple[Sha, ...] = ()
    withdrawn: frozenset[Sha] = frozenset()

    def before(self, sha: Sha) -> tuple[Sha, ...]:
        """Return what was deployed before a version, nothing if it never served."""
        return self.line[: self.line.index(sha)] if sha in self.line else ()

    def after(self, event: Event) -> "Lineage":
        """Return what follows from one more event."""
        if isinstance(event, Cleared):
            return Lineage(self.line, self.withdrawn - {event.sha})
        if isinstance(event, Reset):
            # Of what never served here nobody knows what it is newer than.
            hand = Placed(event.sha, Kind.ROLLBACK)
            return self._rolled_back(hand) if event.sha in self.line else self
        if event.kind is Kind.ROLLBACK:
            return self._rolled_back(event)
        if event.kind is Kind.ROLL_FORWARD and event.sha in self.line:
            return self  # It counts where a person had deployed it.
        rest = tuple(sha for sha in self.line if sha != event.sha)
        return Lineage((*rest, event.sha), self.withdrawn - {event.sha})

    def _rolled_back(self, event: Placed) -> "Lineage":
        # A target that never served is older than all that did.
        place = self.line.index(event.sha) if event.sha in self.line else -1
        kept = (*self.line[: max(place, 0)], event.sha)
        taken = {*self.line, *((event.replaced,) if event.replaced else ())}
        line = self.line if place >= 0 else (event.sha, *self.line)
        return Lineage(line, (self.withdrawn - {event.sha}) | (taken - {*kept}))


def lineage(events: Iterable[Event]) -> Lineage:
    """Return what follows from events, the oldest first."""
    found = Lineage()
    for event in events:
        found = found.after(event)
    return found
