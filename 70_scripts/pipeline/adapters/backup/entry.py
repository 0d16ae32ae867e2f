"""What is noted of one file, folder or link of a tree."""

from dataclasses import dataclass
from enum import StrEnum


class EntryKind(StrEnum):
    """What can be kept."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, folder or link; ``path`` counts from the tree, which is the empty one.

    Attributes:
        mtime: nanoseconds since the epoch.
        size: bytes of a file.
        target: where a link leads.
    """

    path: str
    kind: EntryKind
    mode: int
    uid: int
    gid: int
    mtime: int
    size: int = 0
    sha256: str = ""
    target: str = ""
