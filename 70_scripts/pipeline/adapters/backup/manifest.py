"""What a backup holds, written beside it under a seal; one that was altered is refused.

A manifest is believed in nothing that could lead outside its own folder: each path is
plain, below a folder that is noted itself, and no link stands on the way.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.core.sha import Sha
from pipeline.effects.files import open_plain
from pipeline.adapters.backup.comparison import Differs
from pipeline.adapters.backup.entry import Entry, EntryKind

FILE_NAME = "manifest.json"
VERSION = 1
LARGEST = {"mode": 0o7777, "uid": 2**32 - 2, "gid": 2**32 - 2, "size": 2**63 - 1}


@dataclass(frozen=True, slots=True)
class Tree:
    """One declared path; without entries, nothing stood there."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds and of what it is.

    Attributes:
        sha: what served when it was made, None if nothing did.
        image: the id of the image that served, empty where there is none.
        at: seconds since the epoch.
        data: the declared data paths, in the order of their folders.
        kept: the compose file and the configuration.
    """

    environment: str
    sha: Sha | None
    image: str
    at: float
    data: tuple[Tree, ...]
    kept: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """Return how many bytes the data has."""
        return sum(entry.size for tree in self.data for entry in tree.entries)

    @property
    def absent(self) -> tuple[str, ...]:
        """Return the declared paths at which nothing stood."""
        return tuple(tree.name for tree in self.data if not tree.entries)


def to_text(manifest: Manifest) -> str:
    """Return a manifest as it is written, sealed."""
    content = {"version": VERSION, **asdict(manifest)}
    return json.dumps({"seal": _seal(content), "content": content}, indent=1)


def from_text(text: str) -> Manifest:
    """Read a manifest.

    Raises:
        Differs: it is damaged, of another version, or leads where it must not.
    """
    try:
        document = json.loads(text)
        content = document["content"]
        if document["seal"] != _seal(content):
            raise Differs("the manifest was altered: its seal does not fit")
        if content.pop("version") != VERSION:
            raise Differs("the manifest is of another version")
        return _manifest(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Differs(f"the manifest is damaged ({type(error).__name__})") from error


def _seal(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _manifest(content: dict[str, Any]) -> Manifest:
    data = tuple(
        Tree(_text(tree["name"]), _entries(tree["entries"])) for tree in content["data"]
    )
    return Manifest(
        environment=_text(content["environment"]),
        sha=Sha(content["sha"]) if content["sha"] is not None else None,
        image=_text(content["image"]),
        at=float(content["at"]),
        data=data,
        kept=_entries(content["kept"]),
    )


def _entries(records: list[dict[str, Any]]) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    for record in records:
        entry = Entry(**{**record, "kind": EntryKind(record["kind"])})
        if "\0" in entry.path + entry.sha256 + entry.target or entry.path in entries:
            raise ValueError("no such text, or the same path twice")
        if not _has_numbers(entry):
            raise ValueError("no such number")
        if not _is_inside(entry.path, entries):
            raise Differs("the manifest names a path outside of its folder")
        entries[entry.path] = entry
    return tuple(entries.values())


def _has_numbers(entry: Entry) -> bool:
    if type(entry.mtime) is not int or abs(entry.mtime) >= 2**63:
        return False
    values = ((getattr(entry, name), most) for name, most in LARGEST.items())
    return all(type(value) is int and 0 <= value <= most for value, most in values)


def _is_inside(path: str, known: dict[str, Entry]) -> bool:
    if not known:
        return path == ""  # The first is the tree itself.
    parts = path.split("/")
    above = known.get("/".join(parts[:-1]))
    is_plain = all(part not in ("", ".", "..") for part in parts)
    return is_plain and above is not None and above.kind is EntryKind.FOLDER


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup's folder.

    Raises:
        Differs: it is missing, damaged or hostile.
    """
    try:
        with open_plain(folder / FILE_NAME) as file:
            return from_text(file.readall().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Differs(f"no manifest can be read ({type(error).__name__})") from error
