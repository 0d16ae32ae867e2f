"""The only place that reads GITHUB_*, and that speaks to the surrounding job, if any.

A job takes lines of its steps' output such as ``::error::`` for commands: what is said
here arrives as text, whoever wrote it.
"""

import json
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

# GitHub refuses a summary above 1 MiB as a whole.
LARGEST_SUMMARY = 1_000_000
# https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
ESCAPES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
# The runner reads `::name::` at a line's beginning, the older `##[name]` anywhere.
COMMAND = re.compile(r"((?:^|[\r\n])\s*:|##)(?=:|\[)")


class Level(StrEnum):
    """How much an annotation matters."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Job:
    """The job that runs this process; its fields are empty outside of a job."""

    actor: str
    subject: str
    run_url: str
    sha: str


def surrounding_job() -> Job:
    """Read the job's actor, its commit's subject, its run's address, its commit."""
    actor = os.environ.get("GITHUB_ACTOR", "")
    server = os.environ.get("GITHUB_SERVER_URL", "")
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    run_id = os.environ.get("GITHUB_RUN_ID", "")
    parts = (server, repository, run_id)
    url = f"{server}/{repository}/actions/runs/{run_id}" if all(parts) else ""
    subject = _subject(os.environ.get("GITHUB_EVENT_PATH", ""))
    return Job(actor, subject, url, os.environ.get("GITHUB_SHA", ""))


def finished_run() -> object:
    """Return the run whose end started the surrounding job, None if none did."""
    return _event(os.environ.get("GITHUB_EVENT_PATH", "")).get("workflow_run")


def _subject(event_path: str) -> str:
    # Read from the event's JSON: a commit message must not pass through a shell.
    try:
        message = _event(event_path)["head_commit"]["message"]
        return str(message).partition("\n")[0]
    except (KeyError, TypeError):
        return ""


def _event(path: str) -> dict[str, Any]:
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def annotate(level: Level, text: str) -> None:
    """Say something that the page of the surrounding job, if any, shows on top."""
    if _is_in_job():
        line = f"::{level}::{text.translate(ESCAPES)}"
    else:
        line = f"{level}: {text}"
    print(line, file=sys.stderr, flush=True)


def tell(text: str) -> None:
    """Print people's words to standard error; to a job they are never a command."""
    print(only_words(text), file=sys.stderr, flush=True)


def only_words(text: str) -> str:
    """Return a text in which the surrounding job, if any, finds no command."""
    return COMMAND.sub(r"\1 ", text) if _is_in_job() else text


def summarize(markdown: str) -> None:
    """Append to the summary of the surrounding job's step; nothing outside of a job.

    What does not fit is cut. A summary that cannot be written changes no result.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        return
    with suppress(OSError), open(path, "ab") as file:
        room = max(LARGEST_SUMMARY - file.tell(), 0)
        text = f"{markdown.rstrip()}\n\n".encode("utf-8", "replace")[:room]
        file.write(text.decode("utf-8", "ignore").encode())


def _is_in_job() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"
