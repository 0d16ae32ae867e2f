"""The systemd units that act when nothing else does: at boot, and every minute."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from pipeline.effects.account import expand_home
from pipeline.effects.files import write_atomically
from pipeline.effects.processes import CommandFailed, run

TEMPLATES = Path(__file__).resolve().parents[2] / "systemd"
SYSTEMD = Path("/run/systemd/system")
SYSTEM_UNITS = Path("/etc/systemd/system")


def rendered(root: Path) -> dict[str, str]:
    """Return every unit by its file's name, for the pipeline of a deployment root."""
    command = _quoted(str(root / "70_scripts" / "run"))
    return {
        file.name: file.read_text(encoding="utf-8").replace("{run}", command)
        for file in sorted(TEMPLATES.glob("*.*"))
    }


def install_units(root: Path, say: Callable[[str], None]) -> None:
    """Write the units and start their timers, or say what stands in for them.

    Raises:
        CommandFailed: systemd refuses them.
    """
    folder = _folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in rendered(root).items():
        write_atomically(folder / name, text)
    if not SYSTEMD.is_dir():
        say(
            f"==> no systemd runs here; its units are in {folder}. Instead, in crontab:"
        )
        for verb in ("resume", "check_health"):
            say(f"    * * * * * {crontab_command(root, verb)}")
        return
    timers = [name for name in rendered(root) if name.endswith(".timer")]
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", *timers)
    say(f"==> systemd: {', '.join(timers)}")
    if os.geteuid() != 0:
        _let_linger(say)


def crontab_command(root: Path, verb: str) -> str:
    """Return a crontab's command, in which ``%`` is escaped (crontab(5))."""
    command = (str(root / "70_scripts" / "run"), verb)
    return shlex.join(command).replace("%", r"\%")


def _quoted(path: str) -> str:
    """Return a path as ExecStart= takes it, specifiers and variables taken literally.

    Only a path with something special in it is quoted (systemd.service(5)).
    """
    escaped = path.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%")
    return escaped if escaped == path and shlex.quote(path) == path else f'"{escaped}"'


def _folder(root: Path) -> Path:
    if not SYSTEMD.is_dir():
        return root / ".pipeline" / "systemd"
    if os.geteuid() == 0:
        return SYSTEM_UNITS
    return expand_home(Path("~/.config/systemd/user"))


def _systemctl(*arguments: str) -> None:
    scope = () if os.geteuid() == 0 else ("--user",)
    run(("systemctl", *scope, *arguments), timeout=30)


def _let_linger(say: Callable[[str], None]) -> None:
    """Let a user's units run while that user is not logged in, from boot on."""
    try:
        run(("loginctl", "enable-linger"), timeout=30)
    except CommandFailed:
        say("    so that they run from boot on: sudo loginctl enable-linger $(id -u)")
