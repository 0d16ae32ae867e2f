"""The end of a log: what a person looks at first, in the form of a notice.

GitHub puts a time before each line of a job's log, and marks some lines with
``##[error]``; the last one of these says that the step has failed.
"""

import re

from pipeline.core.redaction import without_secrets
from pipeline.core.wording import one_line

MOST_LINES = 15
LONGEST_LINE = 160
LONGEST = 1000
FENCE = "```"
COLOURS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")
TIME = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ?")
MARK = re.compile(r"^##\[(\w+)\]")
HIDDEN_MARKS = ("group", "endgroup", "section", "debug", "command")
EXIT = "Process completed with exit code"
WORST = re.compile(
    r"\b(?:fatal|error|exception|cannot|denied|refused)\b", re.IGNORECASE
)
AS_PYTHON = re.compile(r"^[\w.]*(?:Error|Exception)\b.*")


def of_job(log: str) -> tuple[str, ...]:
    """Return the lines before a job's failure, bare of times, marks and colours."""
    lines = [TIME.sub("", line) for line in log.splitlines()]
    ends = [n for n, line in enumerate(lines) if line.startswith("##[error]")]
    exits = [n for n in ends if EXIT in lines[n]]
    # What follows the failure is only tidied up.
    last = (exits or ends or [len(lines)])[-1]
    shown = lines[: last + 1] if ends and not exits else lines[:last]
    return of_text("\n".join(_without_mark(line) for line in shown))


def of_text(text: str) -> tuple[str, ...]:
    """Return the last lines of what a tool or the app said, safe to be shown."""
    safe = (_safe(line) for line in text.splitlines()[-10 * MOST_LINES :])
    kept: list[str] = []
    room = LONGEST
    for line in reversed([line for line in safe if line.strip()][-MOST_LINES:]):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return tuple(reversed(kept))


def block(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return lines as Discord shows a log, nothing where there is none."""
    return (FENCE, *lines, FENCE) if lines else ()


def cause_in(text: str) -> str:
    """Return the line in which a tool or the app says what is wrong; empty if none."""
    lines = of_text(text)
    for pattern in (AS_PYTHON, WORST):
        if found := [line for line in lines if pattern.search(line)]:
            return found[-1]
    return lines[-1] if lines else ""


def split(lines: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what stands before the first block, and the rest."""
    if FENCE not in lines:
        return lines, ()
    at = lines.index(FENCE)
    return lines[:at], lines[at:]


def _without_mark(line: str) -> str:
    mark = MARK.match(line)
    if mark is None:
        return line
    return "" if mark[1] in HIDDEN_MARKS else MARK.sub("", line)


def _safe(line: str) -> str:
    bare = without_secrets(COLOURS.sub("", line.expandtabs(4)).rstrip())
    indent = len(bare) - len(bare.lstrip(" "))
    return " " * min(indent, 8) + one_line(bare, LONGEST_LINE).replace("`", "'")
