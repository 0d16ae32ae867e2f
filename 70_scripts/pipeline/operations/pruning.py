"""Pruning: what no rollback needs goes, so that the disk never fills up.

What each environment may return to stays: what serves, what is validated, what awaits a
verdict with its rollback point, and the last few versions that were live and healthy.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import read_plain, write_atomically
from pipeline.errors import EXPECTED, TimedOut
from pipeline.adapters.git_pruning import prune_deployed, prune_kept
from pipeline.operations.environment import Environment, Judged


@dataclass(frozen=True, slots=True)
class Pruning:
    """The rule, and where it is remembered what was pruned last.

    Attributes:
        keep_releases: so many versions of each environment can be returned to.
        stamp: a file that tells whether anything was deployed since.
    """

    keep_releases: int
    stamp: Path

    def prune(self, environments: Sequence[Environment]) -> None:
        """Prune, if anything was deployed since the last time and nobody is at work.

        What cannot be removed stays, is said, and is tried again after the next
        deployment.
        """
        newest = " ".join(
            str(one.journal.deployments.last_step(one.name)[0]) for one in environments
        )
        if self._last() == newest:
            return
        try:
            with ExitStack() as locks:
                for env in environments:
                    locks.enter_context(env.lock(patience=0.0))
                self._prune(environments)
        except TimedOut:
            return  # What is being built now must not go.
        write_atomically(self.stamp, newest)

    def _prune(self, environments: Sequence[Environment]) -> None:
        kept = frozenset[Sha]().union(
            *(needed(env, self.keep_releases) for env in environments)
        )
        for env in environments:
            try:
                env.strategy.prune(kept)
                prune_deployed(env.store, kept)
                prune_kept(env.store, env.name)
                if isinstance(env.role, Judged):
                    env.role.watchers.prune(kept)
            except EXPECTED as trouble:
                env.announce(f"not all could be pruned: {trouble}")

    def _last(self) -> str:
        try:
            return read_plain(self.stamp).decode("ascii", "replace")
        except OSError:
            return ""


def needed(env: Environment, keep_releases: int) -> frozenset[Sha]:
    """Return the versions that an environment may have to serve again."""
    journal = env.journal
    live = journal.deployments.live(env.name)
    found = {
        env.pointer.sha(),
        env.strategy.version(),
        live.sha if live else None,
        *journal.deployments.healthy(env.name)[-keep_releases:],
    }
    for deployment in journal.deployments.open_on(env.name):
        found |= {deployment.sha, deployment.rollback_point}
    return frozenset(sha for sha in found if sha)
