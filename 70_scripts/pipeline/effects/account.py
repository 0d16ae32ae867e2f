"""The account that runs this process: its name, its home, and whose files it meets.

None of ``HOME``, ``USER`` and a line in the user database can be relied on: systemd's
services, containers and ``sudo`` each leave some of them out.
"""

import getpass
import os
import pwd
import tempfile
from pathlib import Path

from pipeline.errors import ConfigurationError


class HomeUnknown(ConfigurationError, ValueError):
    """A path begins in a home that nobody knows; an invalid value, where it is one."""

    def __init__(self, path: Path, seen: str) -> None:
        """Name the path, and why it leads nowhere."""
        super().__init__(f"finding {path}", seen, "set HOME, or write an absolute path")


def name_of(uid: int) -> str:
    """Return a user's name, ``uid 1001`` where the user database has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def operator() -> str:
    """Return the name of whoever runs this, as well as the machine knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on.
        return name_of(os.getuid())


def expand_home(path: Path) -> Path:
    """Return a path with its leading ``~`` replaced; others are left as they are.

    Raises:
        HomeUnknown: nothing says where that home is.
    """
    if not path.parts or not path.parts[0].startswith("~"):
        return path
    if path.parts[0] == "~" and not os.environ.get("HOME"):
        return _home_by_uid(path).joinpath(*path.parts[1:])
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise HomeUnknown(path, f"{path.parts[0]} is no user's home") from error


def _home_by_uid(path: Path) -> Path:
    # Not by `expanduser`: an empty HOME would lead it to the file system's root.
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError as error:
        me = name_of(os.getuid())
        seen = f"HOME is not set and {me} has no line in the user database"
        raise HomeUnknown(path, seen) from error


def cache_folder() -> Path:
    """Return where this user's caches are; without a home, a folder of its own."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if named.startswith("/"):  # Anything else is ignored, as the standard says.
        return Path(named)
    try:
        return expand_home(Path("~/.cache"))
    except HomeUnknown:
        return Path(tempfile.gettempdir()) / f"cache-of-{os.getuid()}"


def is_of_another_user(state: Path) -> bool:
    """Tell whether somebody else's pipeline has its state there."""
    try:
        return state.stat().st_uid != os.geteuid()
    except OSError:
        return False


def refuse_other_user(state: Path) -> None:
    """Refuse to write where another user's pipeline writes.

    Raises:
        ConfigurationError: the state directory belongs to somebody else.
    """
    if not is_of_another_user(state):
        return
    owner, me = state.stat().st_uid, os.geteuid()
    owner_name = name_of(owner)
    user = f"'#{owner}'" if owner_name.startswith("uid ") else owner_name
    raise ConfigurationError(
        f"opening the state directory {state}",
        f"it belongs to {owner_name}, this runs as {name_of(me)}",
        f"run as {owner_name}: sudo -u {user} -H 70_scripts/run …",
    )
