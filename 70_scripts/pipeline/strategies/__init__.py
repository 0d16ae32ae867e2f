"""How an environment changes version: one module per strategy, one contract.

A strategy owns a whole rollout. It names its acts; whoever carries them out journals
each before and after it, so that a rollout that died is carried out again from its
beginning: every act can be repeated.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.core.deployment import Step
from pipeline.core.sha import Sha

# What a strategy is called in pipeline.yml, and the module whose ``build`` makes it.
MODULES = {
    "restart": "pipeline.strategies.restart",
    "process": "pipeline.strategies.process",
}


@dataclass(frozen=True, slots=True)
class Release:
    """A version that a rollout puts up.

    Attributes:
        sha: the version.
        label: names what is kept aside for this rollout.
        versions: those whose files an interrupted rollout may have left.
        is_known: tells whether a commit came from origin.
        announce: prints one line for the phase that begins.
    """

    sha: Sha
    label: str
    versions: tuple[Sha, ...] = ()
    is_known: Callable[[Sha], bool] = lambda _: True
    announce: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a rollout; ``carry_out`` returns what people should know of it."""

    step: Step
    carry_out: Callable[[], tuple[str, ...]]


class Strategy(Protocol):
    """Change what an environment serves; a subclass has the defaults below.

    Every method may raise ``CommandFailed``: a tool did not do what it was asked for.

    Attributes:
        files: what ``prepare`` needs of a version: paths in the repository.
        compose_files: those of them that may ask something of the host.
    """

    files: tuple[str, ...]
    compose_files: tuple[str, ...] = ()

    def prepare(self, sha: Sha, tree: Path) -> None:
        """Build what the version needs, touching nothing that serves.

        Args:
            sha: the version.
            tree: a folder with ``files`` at that version.
        """
        return None

    @abstractmethod
    def rollout(self, release: Release) -> tuple[Act, ...]:
        """Return the acts that put a prepared version up, from start to switch."""

    @abstractmethod
    def version(self) -> Sha | None:
        """Return the version that its files are at, None where that is unknown."""

    @abstractmethod
    def restart(self) -> None:
        """Start again what its files are at, as a person or a reboot would."""

    @abstractmethod
    def by_hand(self, sha: Sha) -> tuple[str, ...]:
        """Return what a person types to put a version up without the pipeline."""

    @abstractmethod
    def artefact(self, sha: Sha) -> str:
        """Name exactly what runs besides the source: built once, never again."""

    @abstractmethod
    def instance(self) -> str:
        """Name the process or container that serves; empty where it is unknown."""

    @abstractmethod
    def has_died(self) -> bool:
        """Tell whether what was put up has ended by itself."""

    def was_lost_with_machine(self) -> bool:
        """Tell whether a reboot ended what was put up, and nothing restarts it."""
        return False

    def logs(self) -> str:
        """Return the last lines that the app printed."""
        return ""

    def prune(self, kept: Collection[Sha]) -> None:
        """Remove what other versions than those in ``kept`` were built into."""
        return None

    def keep(self, release: Release) -> tuple[str, ...]:
        """Keep aside what people changed by hand where the rollout will write.

        Returns:
            What names it; empty where nothing was changed.
        """
        return ()

    def switch_back(self, release: Release) -> tuple[Act, ...]:
        """Return the acts that return to a version still up beside what serves.

        Empty where it is not, or where nothing ever is.
        """
        return ()

    def has_spare(self) -> bool:
        """Tell whether a version is up beside the one that serves."""
        return False

    def retire(self) -> None:
        """Take down what is up beside the version that serves."""
        return None
