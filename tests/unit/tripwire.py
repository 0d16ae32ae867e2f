"""A wire that unit tests must not touch: the real home, and the network outside.

Python's audit events see every opened file and every connection of this process, also
where a library swallows the exception; what child processes do is bounded by the home
that they are given.
"""

import ipaddress
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# Where there is no home, expanding leaves the tilde.
HOME = Path(os.path.expanduser("~").replace("~", "/home-of-nobody"))
TEMPORARY = Path(tempfile.gettempdir())
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link"}
PATH_TYPES = (str, bytes, os.PathLike)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class TripwireTouched(AssertionError):
    """A test reached for something outside of its own folder and of this machine."""


@dataclass(slots=True)
class Tripwire:
    """What was touched while the wire was armed."""

    is_armed: bool = False
    touched: list[str] = field(default_factory=list)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Judge one audit event.

        Raises:
            TripwireTouched: it reaches where no unit test may.
        """
        if self.is_armed and (what := _forbidden(event, arguments)):
            self.touched.append(what)
            raise TripwireTouched(what)


def _forbidden(event: str, arguments: tuple[object, ...]) -> str:
    if event == "socket.connect" and not _is_local(arguments[1]):
        return f"a connection to {arguments[1]!r}"
    is_write = event == "open" and isinstance(arguments[2], int)
    if is_write and not int(str(arguments[2])) & WRITING:
        return ""
    if event in CHANGES or event == "sqlite3.connect" or is_write:
        named = (each for each in arguments[:2] if isinstance(each, PATH_TYPES))
        paths = [os.fsdecode(each) for each in named]
        if any(_is_at_home(Path(path).absolute()) for path in paths):
            return f"{event} of {' and '.join(paths)}"
    return ""


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return bool(address[0] == "localhost")


def _is_at_home(path: Path) -> bool:
    own = [REPOSITORY, Path(sys.prefix), Path(sys.base_prefix)]
    if TEMPORARY.is_relative_to(HOME):
        own.append(TEMPORARY)
    return path.is_relative_to(HOME) and not any(
        path.is_relative_to(folder) for folder in own
    )


WIRE = Tripwire()
sys.addaudithook(WIRE.hear)
