"""What stands in for programs that a test must not run as they are, and why.

`sudo` runs the command as it is; `tail -f` ends; `docker-compose` restarts the
sandbox's process, or shows the end of its log (the real one, as typed:
tests/docker/test_rollback.py). The tools that the checks start answer at once: the
scripts and the choice of checks are what is tried here (what the tools find:
tests/checks). `uv` makes an environment of those, and is itself everywhere else.
"""

import shutil
import sys
from pathlib import Path

from tests.sandbox.vm import REPOSITORY, SCRIPTS
from tests.sandbox.world import RESTART

TOOLS = Path(sys.executable).parent
TRUE = "#!/bin/sh\nexit 0\n"
REAL = ("pre-commit",)
SUDO = '#!/bin/sh\nexec "$@"\n'
TAIL = '#!/bin/sh\n[ "$1" != -f ] || shift\nexec /usr/bin/tail "$@"\n'
COMPOSE = """#!/bin/sh
case $2 in *-preprod.yml) name=preprod ;; *) name=prod ;; esac
case $3 in
  restart|up) PYTHONPATH={scripts} exec {python} {restart} {config} $name ;;
  logs) exec tail -n 50 {state}/$name-app.log ;;
  *) echo "docker-compose $3: nothing stands in for it" >&2; exit 64 ;;
esac
"""
UV = """#!/bin/sh
case "$*" in
  run*) exit 0 ;;
  sync*--all-groups*|sync*"--group docs"*)
    rm -rf "$UV_PROJECT_ENVIRONMENT/lib"  # From a real, smaller environment.
    mkdir -p "$UV_PROJECT_ENVIRONMENT" && cp -a {tools}/. "$UV_PROJECT_ENVIRONMENT" ;;
  *) exec {uv} "$@" ;;
esac
"""


def write(file: Path, text: str) -> None:
    """Write a program."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def make_stand_ins(folder: Path, config: Path, state: Path) -> Path:
    """Write the stand-ins; return the folder that comes first on PATH."""
    bin_folder, tools = folder / "bin", folder / "tools"
    restart = folder / "restart.py"
    restart.write_text(RESTART)
    words = {"python": sys.executable, "scripts": SCRIPTS, "restart": restart}
    write(bin_folder / "sudo", SUDO)
    write(bin_folder / "tail", TAIL)
    write(
        bin_folder / "docker-compose",
        COMPOSE.format(config=config, state=state, **words),
    )
    uv = UV.format(tools=tools, uv=TOOLS / "uv")
    write(bin_folder / "uv", uv)
    _make_tools(tools, uv)
    return bin_folder


def _make_tools(tools: Path, uv: str) -> None:
    """Make an environment with this one's packages, in which every tool answers 0."""
    for program in TOOLS.iterdir():
        if program.name.startswith("python"):
            (tools / "bin").mkdir(parents=True, exist_ok=True)
            (tools / "bin" / program.name).symlink_to(sys.executable)
        elif program.name in REAL:
            shutil.copy(program, tools / "bin" / program.name)
        elif program.is_file():
            write(tools / "bin" / program.name, TRUE)
    write(tools / "bin" / "uv", uv)
    shutil.copy(TOOLS.parent / "pyvenv.cfg", tools)
    (tools / "lib").symlink_to(TOOLS.parent / "lib")
    shutil.copy(REPOSITORY / "uv.lock", tools / ".ready-pipeline")
