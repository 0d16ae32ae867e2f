"""What ``run`` says of its verbs: all of them in groups, or which one was meant.

Needs no environment, and runs with whatever Python the machine has.
"""

import ast
import difflib
import re
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
GROUPS = {
    "deploying": ("deploy", "promote", "rollback", "settle", "resume"),
    "watching": ("watch_ci", "check_health", "notify"),
    "looking": ("status", "report"),
    "setting up": ("setup_vm", "migrate", "backup"),
    "developing": ("check", "check_message", "docs", "rehearse", "faults"),
}
HELP = ("--help", "-h", "help")
USAGE = "usage: 70_scripts/run VERB [ARGUMENTS]"


def main(arguments: list[str]) -> int:
    """Answer to a request for help, or to a verb that there is not."""
    if not arguments or arguments[0] in HELP:
        print(listing())
        return 0
    unknown = f"error: there is no verb {arguments[0][:60]!r}{meant(arguments[0])}"
    print(f"{unknown}\n70_scripts/run --help lists them", file=sys.stderr)
    return 2


def listing() -> str:
    """Return every verb that is here, in groups, with one line each."""
    lines = [USAGE]
    for group, verbs in GROUPS.items():
        here = [verb for verb in verbs if (SCRIPTS / f"{verb}.py").is_file()]
        lines += ["", group, *(f"  {verb:14} {purpose(verb)}" for verb in here)]
    return "\n".join([*lines, "", "70_scripts/run VERB --help shows its arguments."])


def purpose(verb: str) -> str:
    """Return the beginning of what a verb says of itself."""
    text = (SCRIPTS / f"{verb}.py").read_text(encoding="utf-8")
    line = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    return re.split("[:;] ", line)[0].rstrip(".")


def meant(given: str) -> str:
    """Return the question which verb was meant, empty where none is like it."""
    known = sorted(file.stem for file in SCRIPTS.glob("*.py"))
    close = difflib.get_close_matches(given.lower().replace("-", "_"), known, n=1)
    return f": did you mean {close[0]}?" if close else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
