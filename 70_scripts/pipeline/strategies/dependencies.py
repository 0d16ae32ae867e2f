"""What names a set of dependencies: the hash of all that defines it."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from pipeline.core.compose_build import how_it_builds
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git_store import Store


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The files, and the base, that a version's dependencies are built from.

    Attributes:
        compose_file: the one that says how, below the repository's root; empty where
            none does.
        prefix: what the environment's own variables in it begin with.
    """

    store: Store
    defined_by: tuple[str, ...]
    base: str
    compose_file: str = ""
    prefix: str = ""

    def digest(self, sha: Sha) -> str:
        """Return 16 hex digits that change exactly when the dependencies may.

        Raises:
            CommandFailed: one of the files is not in that version.
        """
        blobs = self.store.blob_ids(sha, self.defined_by)
        named = "\n".join((self.base, *self.defined_by, *blobs, *self._build(sha)))
        return hashlib.sha256(named.encode()).hexdigest()[:16]

    def digests(self, shas: Iterable[Sha]) -> set[str]:
        """Return the digests of versions; of one that is gone nothing is needed."""
        found = set()
        for sha in shas:
            with suppress(CommandFailed):
                found.add(self.digest(sha))
        return found

    def _build(self, sha: Sha) -> tuple[str, ...]:
        if not self.compose_file:
            return ()
        text = self.store.text(sha, self.compose_file) or ""
        return (how_it_builds(text, self.prefix),)
