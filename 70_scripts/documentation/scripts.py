"""The script reference: what each script says of itself when asked with `--help`."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDER = "70_scripts"
DEADLINE = 60
INTRODUCTION = """# Script reference

`70_scripts/run VERB …` finds or makes the environment and runs `70_scripts/VERB.py`; on
the VM it is `~/mangetamain/70_scripts/run VERB …`. What an exit code means is in
[Operations](operations.md#exit-codes). Below is what each script answers to `--help`.
"""


def page(root: Path) -> str:
    """Return the page: the verbs, then the shell scripts in front of them."""
    files = sorted((root / FOLDER).glob("*.py"))
    with ThreadPoolExecutor() as pool:
        helps = pool.map(help_of, files)
    verbs = [_section(file.stem, text) for file, text in zip(files, helps, strict=True)]
    shells = sorted((root / FOLDER).glob("*.sh"))
    return "\n".join((INTRODUCTION, *verbs, *map(_shell, shells)))


def help_of(script: Path) -> str:
    """Return what a script prints when asked for help."""
    done = subprocess.run(
        (sys.executable, script, "--help"),
        # As wide and as plain for everybody: the page must not depend on a terminal.
        env={"COLUMNS": "88", "NO_COLOR": "1", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    return done.stdout.rstrip()


def comment_of(shell: Path) -> str:
    """Return the comment on top of a shell script."""
    lines = shell.read_text(encoding="utf-8").splitlines()[1:]
    comments: list[str] = []
    for line in lines:
        if not line.startswith("#"):
            break
        comments.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(comments)


def _section(name: str, text: str) -> str:
    return f"## {name}\n\n```text\n{text}\n```\n"


def _shell(file: Path) -> str:
    return _section(file.name, comment_of(file))
