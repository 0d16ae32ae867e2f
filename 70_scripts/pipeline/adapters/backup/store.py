"""The folder of an environment's backups; its caller holds the environment's lock.

A name that begins with a dot is work in progress. Whoever holds the lock and finds one
knows that its maker was killed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import remove_tree
from pipeline.errors import ConfigurationError, Refused
from pipeline.adapters.backup.comparison import Differs, compare
from pipeline.adapters.backup.manifest import FILE_NAME, Manifest, Tree, read_manifest

NAME = re.compile(r"\d{8}T\d{6}Z-([0-9a-f]{7}|nothing)\Z")
DATA, KEPT = "data", "kept"
NEW, TRIAL, OLD, RESTORING = OURS = (".new", ".try-", ".old-", ".restoring-")


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup that is whole."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Return what people call it."""
        return self.folder.name

    def present(self) -> dict[int, Tree]:
        """Return the declared paths at which something stood, by number."""
        return {n: tree for n, tree in enumerate(self.manifest.data) if tree.entries}

    def tree(self, number: int) -> Path:
        """Return where the copy of a declared path is."""
        return self.folder / DATA / str(number)

    def check(self) -> None:
        """Read all of it back.

        Raises:
            Differs: something in it is not as it was written.
            OSError: something in it cannot be read.
        """
        wanted = {FILE_NAME, DATA, KEPT}
        if strange := {path.name for path in self.folder.iterdir()} - wanted:
            raise Differs(f"{self.folder / min(strange)} was not noted")
        present = self.present()
        for number, tree in present.items():
            compare(self.tree(number), tree.entries, has_modes=False)
        found = {path.name for path in (self.folder / DATA).iterdir()}
        if found - {str(number) for number in present}:
            raise Differs(f"{self.folder / DATA} has what was not noted")
        compare(self.folder / KEPT, self.manifest.kept, has_modes=False)


@dataclass(frozen=True, slots=True)
class BackupStore:
    """Where the backups of one environment are."""

    folder: Path

    def names(self) -> list[str]:
        """Return the names of all backups, the oldest first, damaged ones too."""
        if not self.folder.is_dir():
            return []
        return sorted(p.name for p in self.folder.iterdir() if NAME.match(p.name))

    def all(self) -> list[Backup]:
        """Return the backups whose manifests can be read, the oldest first."""
        found = []
        for name in self.names():
            try:
                folder = self.folder / name
                found.append(Backup(folder, read_manifest(folder)))
            except Differs:
                continue  # It is never removed, and named by `damaged`.
        return sorted(found, key=lambda backup: backup.manifest.at)

    def damaged(self) -> list[str]:
        """Return the names of the backups whose manifests cannot be read."""
        readable = {backup.name for backup in self.all()}
        return [name for name in self.names() if name not in readable]

    def verified(self, name: str) -> Backup:
        """Return one backup after reading all of it back.

        Raises:
            ConfigurationError: there is none of that name.
            Refused: it is damaged.
        """
        if not NAME.match(name) or name not in self.names():
            raise ConfigurationError(
                "choosing a backup",
                f"there is no {name[:60]!r}",
                "see which there are: 70_scripts/run backup list",
            )
        try:
            backup = Backup(self.folder / name, read_manifest(self.folder / name))
            backup.check()
        except (Differs, OSError) as error:
            raise Refused(
                f"reading the backup {name}", f"damaged: {error}", "use another one"
            ) from error
        return backup

    def prune(self, keep: int, protected: frozenset[Sha]) -> list[str]:
        """Remove all but the newest ``keep``; return the names of those removed.

        The newest backup of each protected SHA stays, however old it is.
        """
        backups = self.all()
        newest_of = {backup.manifest.sha: backup for backup in backups}
        staying = [*backups[-keep:], *(newest_of.get(sha) for sha in protected)]
        removed = [backup for backup in backups if backup not in staying]
        for backup in removed:
            # In one step it is no backup any more: none is ever seen half removed.
            doomed = backup.folder.rename(self.folder / f"{OLD}{backup.name}")
            remove_tree(doomed)  # What stays is tidied up later.
        return [backup.name for backup in removed]

    def tidy(self) -> None:
        """Remove what somebody who was killed left half made, as far as possible.

        What is not ours stays; what cannot be removed is in nobody's way.
        """
        for path in self.folder.iterdir():
            if path.name.startswith(OURS) and not path.is_symlink():
                remove_tree(path)
