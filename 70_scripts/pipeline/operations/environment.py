"""What acts on one environment, handed to the operations as one value."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.patience import Patience
from pipeline.core.settlement import OnNoVerdict
from pipeline.core.sha import Sha
from pipeline.effects.clock import Clock
from pipeline.errors import Refused
from pipeline.adapters.git_store import Store
from pipeline.adapters.health import Endpoint
from pipeline.journal.writer import Journal
from pipeline.adapters.ci_watcher import WatcherLauncher
from pipeline.strategies import Strategy
from pipeline.operations.mail import Mail
from pipeline.operations.pointer import Pointer


@dataclass(frozen=True, slots=True)
class Judged:
    """The role of an environment whose versions are pushed, and judged by CI.

    Attributes:
        watchers: start what awaits a verdict.
        on_no_verdict: what a final lack of a verdict leads to.
        patience: how long a verdict is awaited.
        on_no_ci: what it leads to that no CI comes; None is as ``on_no_verdict``.
        why_no_ci: says why no CI comes for a commit, empty where one comes.
    """

    watchers: WatcherLauncher
    on_no_verdict: OnNoVerdict
    patience: Patience = Patience()
    on_no_ci: OnNoVerdict | None = None
    why_no_ci: Callable[[Sha], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Promoted:
    """The role of an environment that takes what another one, ``source``, validated."""

    source: str


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment and the adapters to its parts.

    Attributes:
        role: how it takes versions.
        pointer: the last validated SHA: its own, or of what it is promoted from.
        say: tells the person at the terminal what is being done.
        lock: opens the environment's lock; only its holder may change anything. It
            takes ``patience``, the seconds to wait for another holder.
        url: where people look at it.
        rolls_back: an unhealthy version is replaced by the earlier one at once.
        is_busy: tells whether somebody holds the lock now.
        check_host_use: refuses a version, exported into a folder, that asks for more of
            the host than the configuration allows.
        backup: makes one, proves it, and returns its name; None where none is needed.
    """

    name: str
    role: Judged | Promoted
    store: Store
    strategy: Strategy
    endpoint: Endpoint
    journal: Journal
    pointer: Pointer
    outbox: Mail
    clock: Clock
    lock: Callable[..., AbstractContextManager[None]]
    say: Callable[[str], None]
    url: str = ""
    rolls_back: bool = True
    is_busy: Callable[[], bool] = lambda: False
    check_host_use: Callable[[Sha, Path], None] = lambda sha, tree: None
    backup: "Callable[[Environment], str] | None" = None

    @property
    def is_judged(self) -> bool:
        """Tell whether CI judges what serves here."""
        return isinstance(self.role, Judged)

    @property
    def judged(self) -> Judged:
        """Return how its versions are judged.

        Raises:
            Refused: as ``require_judged``.
        """
        return self.require_judged("judging a version")

    def require_judged(self, doing: str) -> Judged:
        """Return how its versions are judged, for what is being done.

        Raises:
            Refused: none awaits a verdict: they were validated elsewhere.
        """
        if isinstance(self.role, Judged):
            return self.role
        raise Refused(
            f"{doing} on {self.name}",
            f"no verdict is awaited there: it takes what {self.role.source} validated",
            f"settle it on {self.role.source}, which it was pushed to",
        )

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
