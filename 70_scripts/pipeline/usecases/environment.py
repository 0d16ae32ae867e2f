"""Everything that acts on one environment, handed to the use cases as one value."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.patience import Patience
from pipeline.core.settlement import OnNoVerdict
from pipeline.core.sha import Sha
from pipeline.effects.clock import Clock
from pipeline.errors import ConfigurationError
from pipeline.gateways.git_store import Store
from pipeline.gateways.git_worktree import Worktree
from pipeline.gateways.health import Endpoint
from pipeline.gateways.journal import Journal
from pipeline.gateways.state_file import StateFile
from pipeline.gateways.watcher import WatcherLauncher
from pipeline.strategies import Strategy
from pipeline.usecases.mail import Mail


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment and the gateways to its parts.

    Attributes:
        say: tells the person at the terminal what is being done.
        is_validated_only: it takes no SHA that still awaits its verdict.
        lock: opens the environment's lock; only its holder may change anything. It
            takes ``patience``, the seconds to wait for another holder.
        watchers: start what awaits a verdict.
        url: where people look at it.
        rolls_back: an unhealthy version is replaced by the earlier one at once.
        is_busy: tells whether somebody holds the lock now.
        check_host_use: refuses a version, exported into a folder, that asks for more of
            the host than the configuration allows.
        backup: makes one, proves it, and returns its name; None where none is needed.
        strategy_files: what a strategy needs to prepare a version.
        patience: how long a verdict is awaited.
        on_no_ci: what it leads to that no CI comes; None is as ``on_no_verdict``.
        why_no_ci: says why no CI comes for a commit, empty where one comes.
    """

    name: str
    store: Store
    worktree: Worktree
    strategy: Strategy
    strategy_files: tuple[str, ...]
    endpoint: Endpoint
    journal: Journal
    state_file: StateFile
    outbox: Mail
    clock: Clock
    on_no_verdict: OnNoVerdict
    is_validated_only: bool
    lock: Callable[..., AbstractContextManager[None]]
    watchers: WatcherLauncher
    say: Callable[[str], None]
    url: str = ""
    rolls_back: bool = True
    is_busy: Callable[[], bool] = lambda: False
    check_host_use: Callable[[Sha, Path], None] = lambda sha, tree: None
    backup: "Callable[[Environment], str] | None" = None
    patience: Patience = Patience()
    on_no_ci: OnNoVerdict | None = None
    why_no_ci: Callable[[Sha], str] = lambda _: ""

    def announce(self, doing: str) -> None:
        """Print one line for the phase that begins."""
        self.say(f"==> {self.name}: {doing}")

    def deliver(self) -> None:
        """Send the notices and reports that wait; what cannot go is said, and kept."""
        if trouble := self.outbox.flush():
            self.say(trouble)

    def knows(self, sha: Sha) -> bool:
        """Tell whether a commit came from origin: deployed once, or deployable."""
        return self.store.was_deployed(sha) or self.store.is_deployable(sha)

    def remember_validated(self, sha: Sha) -> None:
        """Move the pointer: the journal first, then the file beside it."""
        self.journal.validate(sha)
        self._write_pointer(sha)

    def _write_pointer(self, sha: Sha) -> None:
        try:
            self.state_file.write(sha)
        except ConfigurationError as trouble:
            # The journal has it, and the file is written again by whoever comes next.
            self.announce(str(trouble))

    def validated(self) -> Sha | None:
        """Return the last validated SHA, mending whichever record lost it.

        The journal is believed first. The file alone is believed only for a commit
        that is on the deployed branch, and was deployed here.
        """
        journaled = self.journal.validated()
        written = self.state_file.read()
        if journaled is None and written and self._may_have_passed(written):
            self.journal.validate(written)
            return written
        if journaled is not None and written != journaled:
            self._write_pointer(journaled)
        return journaled

    def _may_have_passed(self, written: Sha) -> bool:
        store = self.store
        return store.is_deployable(written) and store.was_deployed(written)
