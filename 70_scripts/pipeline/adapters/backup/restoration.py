"""Putting a backup's data back; what stands there is moved aside, never destroyed."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.effects.files import remove_tree, sync_directory
from pipeline.errors import Refused, RollbackFailed
from pipeline.adapters.backup.comparison import Differs, compare
from pipeline.adapters.backup.database import is_database, sidecars
from pipeline.adapters.backup.store import RESTORING, Backup
from pipeline.adapters.backup.tree import make_tree

HINT = "nothing was changed; mend the cause, then restore again"


@dataclass(frozen=True, slots=True)
class _Part:
    """One data path on its way back."""

    place: Path
    staged: Path
    aside: Path


def restore(backup: Backup, places: Mapping[str, Path]) -> tuple[Path, ...]:
    """Make every data path as it was at the time of a verified backup.

    Args:
        backup: one that was read back just now.
        places: where each declared path is; a backup does not say where to write.

    Returns:
        Where what stood there is now.

    Raises:
        Refused: it cannot be restored; nothing was changed.
        RollbackFailed: it stopped half-way, and the way back is barred as well.
    """
    parts: list[_Part] = []
    try:
        for number, tree in backup.present().items():
            part = _part(backup, _place(backup, tree.name, places))
            parts.append(part)
            copy = backup.tree(number)
            make_tree(copy, tree.entries, part.staged, has_owners=True)
            compare(part.staged, tree.entries, has_modes=True)
        return _swap(parts)
    except (Differs, OSError) as error:
        raise Refused(f"restoring {backup.name}", str(error), HINT) from error
    finally:
        for part in parts:
            _clear(part)


def _place(backup: Backup, name: str, places: Mapping[str, Path]) -> Path:
    if name not in places:
        raise Refused(
            f"restoring {backup.name}",
            f"{name!r} is not declared in backup.paths",
            "declare it there, so that it is known where it belongs",
        )
    return places[name]


def _part(backup: Backup, place: Path) -> _Part:
    place.parent.mkdir(parents=True, exist_ok=True)
    # Beside the backups, out of a worktree's way, wherever a rename reaches that far.
    beside = backup.folder.parent
    if os.stat(beside).st_dev != os.stat(place.parent).st_dev:
        beside = place.parent
    aside = tempfile.mkdtemp(prefix=f"before-restore-of-{backup.name}-", dir=beside)
    staged = tempfile.mkdtemp(prefix=RESTORING, dir=beside)
    return _Part(place, Path(staged) / place.name, Path(aside) / place.name)


def _swap(parts: list[_Part]) -> tuple[Path, ...]:
    moved: list[tuple[Path, Path]] = []
    try:
        for part in parts:
            for place in (part.place, *_stale_sidecars(part)):
                if os.path.lexists(place):
                    _move(place, part.aside.with_name(place.name), moved)
            _move(part.staged, part.place, moved)
    except OSError:
        _move_back(moved)
        raise
    return tuple(part.aside for part in parts if os.path.lexists(part.aside))


def _stale_sidecars(part: _Part) -> tuple[Path, ...]:
    """Return what SQLite would apply to a restored database, made by the one before."""
    is_file = part.staged.is_file() and not part.staged.is_symlink()
    is_stale = is_file and is_database(part.staged)
    return tuple(sidecars(part.place)) if is_stale else ()


def _move(place: Path, target: Path, moved: list[tuple[Path, Path]]) -> None:
    os.rename(place, target)
    moved.append((place, target))
    sync_directory(target.parent)
    sync_directory(place.parent)


def _move_back(moved: list[tuple[Path, Path]]) -> None:
    for place, target in reversed(moved):
        try:
            os.rename(target, place)
        except OSError as error:
            raise RollbackFailed(
                f"moving {target} back to {place}", str(error), "move it by hand"
            ) from error


def _clear(part: _Part) -> None:
    remove_tree(part.staged.parent)
    with suppress(OSError):  # Not empty: what stood there was moved there.
        part.aside.parent.rmdir()
