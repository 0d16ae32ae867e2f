"""Making a backup: copied, read back, tried out, and only then given its name."""

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import KeepsChanging, sync_directory, write_atomically
from pipeline.errors import ConfigurationError, Refused
from pipeline.adapters.backup.comparison import Differs, compare
from pipeline.adapters.backup.entry import Entry
from pipeline.adapters.backup.manifest import FILE_NAME, Manifest, Tree, to_text
from pipeline.adapters.backup.store import (
    DATA,
    KEPT,
    NEW,
    TRIAL,
    Backup,
    BackupStore,
)
from pipeline.adapters.backup.tree import TreeCopy, make_tree

FULL = (errno.ENOSPC, errno.EDQUOT)
STAMP = "%Y%m%dT%H%M%SZ"
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a backup.

    Attributes:
        sha: what serves now, None if nothing does.
        image: the id of the image that serves, empty where there is none.
        data: places by their declared names.
        kept: files by the names that they get.
        excluded: paths that never go into one, such as the secrets.
    """

    environment: str
    sha: Sha | None
    image: str
    data: Mapping[str, Path]
    kept: Mapping[str, Path]
    excluded: frozenset[Path] = frozenset()


def create(store: BackupStore, contents: Contents, now: float) -> Backup:
    """Make a backup, and prove by a restore into a scratch folder that it is one.

    It is newer than every other one there, also where the clock was set back.

    Raises:
        ConfigurationError: a declared path contains the backups.
        Refused: it could not be made; nothing else was touched.
    """
    _check_places(store, contents)
    try:
        store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        store.tidy()
        now = max([now, *(other.manifest.at + 1 for other in store.all())])
        new = Path(tempfile.mkdtemp(dir=store.folder, prefix=NEW))
        manifest = _write(new, contents, now)
        _try_out(Backup(new, manifest))
        folder = _free_name(store, contents.sha, now)
        new.rename(folder)
        sync_directory(store.folder)
    except (Differs, OSError) as error:
        with suppress(OSError):
            store.tidy()
        seen, todo = _explained(error, store)
        raise Refused(f"backing {contents.environment} up", seen, todo) from error
    return Backup(folder, manifest)


def _check_places(store: BackupStore, contents: Contents) -> None:
    before = next(reversed(store.all()), None)
    known = {tree.name: tree for tree in before.manifest.data} if before else {}
    for name, place in contents.data.items():
        if store.folder.resolve().is_relative_to(place):
            raise ConfigurationError(
                f"backing up {name}",
                "the backups themselves are in it",
                "declare what is in it one by one, in backup.paths",
            )
        if (
            before
            and not os.path.lexists(place)
            and known.get(name, Tree("", ())).entries
        ):
            raise Refused(
                f"backing {contents.environment} up",
                f"{place} is gone; it was there at {before.name}",
                f"restore it, or take {name} out of backup.paths",
            )


def _write(new: Path, contents: Contents, now: float) -> Manifest:
    (new / DATA).mkdir(mode=0o700, parents=True)
    copies = [
        TreeCopy(place, new / DATA / str(number), contents.excluded)
        for number, place in enumerate(contents.data.values())
    ]
    _copy_as_one(copies)
    names = zip(contents.data, copies, strict=True)
    data = tuple(Tree(name, copy.entries) for name, copy in names)
    kept = _keep(contents, new)
    manifest = Manifest(
        contents.environment, contents.sha, contents.image, now, data, kept
    )
    sync_directory(new / DATA)
    write_atomically(new / FILE_NAME, to_text(manifest), 0o600)
    return manifest


def _copy_as_one(copies: Sequence[TreeCopy]) -> None:
    """Copy until nothing has changed since the last file was copied.

    Then all copies are of one moment: the one at which the last of them was made.

    Raises:
        KeepsChanging: something was written to in each round.
    """
    for _ in range(ROUNDS):
        for copy in copies:
            copy.update()
        changed = next((copy.changed for copy in copies if copy.changed), "")
        if not changed:
            break
    else:
        raise KeepsChanging(0, "it is written to all the time", changed)
    for copy in copies:
        copy.finish()


def _keep(contents: Contents, new: Path) -> tuple[Entry, ...]:
    with tempfile.TemporaryDirectory(dir=new.parent, prefix=TRIAL) as folder:
        for name, place in contents.kept.items():
            shutil.copyfile(place, Path(folder) / name)
        copy = TreeCopy(Path(folder), new / KEPT)
        copy.update()
        copy.finish()
        return copy.entries


def _try_out(backup: Backup) -> None:
    """Read the backup back and restore it into a scratch folder, all of it."""
    backup.check()
    with tempfile.TemporaryDirectory(dir=backup.folder.parent, prefix=TRIAL) as name:
        for number, tree in backup.present().items():
            place = Path(name) / str(number)
            make_tree(backup.tree(number), tree.entries, place, has_owners=False)
            compare(place, tree.entries, has_modes=True)


def _free_name(store: BackupStore, sha: Sha | None, now: float) -> Path:
    moment = datetime.fromtimestamp(now, UTC)
    while True:
        name = f"{moment.strftime(STAMP)}-{sha.short if sha else 'nothing'}"
        if not (store.folder / name).exists():
            return store.folder / name
        moment += timedelta(seconds=1)


def _explained(error: Exception, store: BackupStore) -> tuple[str, str]:
    if not isinstance(error, OSError):
        return f"it reads back wrong: {error}", "look at the disk, then try again"
    seen = f"{error.strerror}: {error.filename or store.folder}"
    if isinstance(error, KeepsChanging):
        return seen, "stop what writes there, or let it write a copy and declare that"
    if error.errno in FULL:
        return seen, f"make room for a copy and its trial at {store.folder}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return seen, "let the user that the pipeline runs as read it"
    return seen, "mend the cause, or take the path out of backup.paths"
