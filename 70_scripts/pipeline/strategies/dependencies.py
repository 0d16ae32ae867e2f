"""What names a set of dependencies: the hash of all that defines it."""

import hashlib
from dataclasses import dataclass

from pipeline.core.sha import Sha
from pipeline.gateways.git_store import Store


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The files, and the base, that a version's dependencies are built from."""

    store: Store
    defined_by: tuple[str, ...]
    base: str

    def digest(self, sha: Sha) -> str:
        """Return 16 hex digits that change exactly when the dependencies may.

        Raises:
            CommandFailed: one of the files is not in that version.
        """
        blobs = self.store.blob_ids(sha, self.defined_by)
        named = "\n".join((self.base, *self.defined_by, *blobs))
        return hashlib.sha256(named.encode()).hexdigest()[:16]
