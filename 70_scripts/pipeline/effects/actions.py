"""The only place that reads GITHUB_*, and that speaks to the surrounding job, if any.

A job takes lines of its steps' output such as ``::error::`` for commands: what is said
here arrives as text, whoever wrote it.
"""

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.effects.files import opener, read_plain
from pipeline.effects.masking import masked
from pipeline.effects.streams import say_line

LONGEST_SUBJECT = 16_000
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
class WorkflowContext:
    """The job that runs this process; its fields are empty outside of a job.

    ``is_by_hand`` where a person started it, who may have chosen its inputs.
    """

    actor: str
    subject: str
    run_url: str
    sha: str
    is_by_hand: bool = False
    author: str = ""


NO_JOB = WorkflowContext("", "", "", "")


def workflow_context(repository: str | None, sha: str | None = None) -> WorkflowContext:
    """Return the job that runs this process, if it is one of ours.

    A shell may have the variables of some other job: of another repository's, or of
    another commit's push. Those name nobody here.

    Args:
        repository: owner/name of ours, None where nobody knows it.
        sha: what is deployed, where the job's commit must be that one.
    """
    if not _is_in_job() or not _is_about(repository, sha):
        return NO_JOB
    return job_of_environment()


def job_of_environment() -> WorkflowContext:
    """Return the actor, the commit's subject and SHA, and the run's address as told."""
    actor = _variable("GITHUB_ACTOR")
    server, repository = _variable("GITHUB_SERVER_URL"), _variable("GITHUB_REPOSITORY")
    run_id = _variable("GITHUB_RUN_ID")
    parts = (server, repository, run_id)
    url = f"{server}/{repository}/actions/runs/{run_id}" if all(parts) else ""
    sha, is_by_hand = _variable("GITHUB_SHA"), _is_by_hand()
    return WorkflowContext(actor, _subject(), url, sha, is_by_hand, _author())


@dataclass(frozen=True, slots=True)
class Access:
    """How the surrounding job may ask GitHub about its own repository."""

    api_url: str
    repository: str
    token: str


def access_of_job() -> Access | None:
    """Return how to ask GitHub from this job, None outside of one."""
    api_url, repository = _variable("GITHUB_API_URL"), _variable("GITHUB_REPOSITORY")
    if not _is_in_job() or not api_url or not repository:
        return None
    return Access(api_url, repository, _variable("GITHUB_TOKEN"))


def finished_run(repository: str | None) -> object:
    """Return the run whose end started the surrounding job, None if none did.

    What another repository's job left in a shell is no word on a commit of ours.
    """
    is_ours = _is_in_job() and _is_about(repository, None)
    return _event().get("workflow_run") if is_ours else None


def _is_about(repository: str | None, sha: str | None) -> bool:
    of_job, job_sha = _variable("GITHUB_REPOSITORY"), _variable("GITHUB_SHA")
    if repository and of_job and of_job.casefold() != repository.casefold():
        return False
    # Somebody who starts a workflow by hand may name another commit than its own.
    return _is_by_hand() or sha is None or job_sha in ("", sha)


def _is_by_hand() -> bool:
    return _variable("GITHUB_EVENT_NAME") == "workflow_dispatch"


def _variable(name: str) -> str:
    return encodable(os.environ.get(name, ""))


def _subject() -> str:
    # Read from the event's JSON: a commit message must not pass through a shell.
    try:
        message = str(_event()["head_commit"]["message"])
    except (KeyError, TypeError):
        return ""
    return encodable(message.partition("\n")[0][:LONGEST_SUBJECT])


def _author() -> str:
    """Return who wrote the event's commit: the account, else the name."""
    commit = _event().get("head_commit")
    author = commit.get("author") if isinstance(commit, dict) else None
    if not isinstance(author, dict):
        return ""
    name = author.get("username") or author.get("name") or ""
    return encodable(str(name)[:LONGEST_SUBJECT])


def encodable(text: str) -> str:
    """Return a text with every half of a surrogate pair, which is no text, replaced."""
    return text.encode("utf-8", "replace").decode()


def _event() -> dict[str, Any]:
    path = Path(os.environ.get("GITHUB_EVENT_PATH") or os.devnull)
    try:
        event = json.loads(read_plain(path))
    except (OSError, ValueError, RecursionError):
        return {}  # Nested a thousand deep, it is no event of GitHub's either.
    return event if isinstance(event, dict) else {}


def annotate(level: Level, text: str) -> None:
    """Say something that the page of the surrounding job, if any, shows on top."""
    text = masked(text)
    if _is_in_job():
        line = f"::{level}::{text.translate(ESCAPES)}"
    else:
        line = f"{level}: {text}"
    say_line(line)


def tell(text: str) -> None:
    """Print people's words to standard error; to a job they are never a command."""
    say_line(only_words(text))


def only_words(text: str) -> str:
    """Return a text without secrets, in which the surrounding job finds no command."""
    text = masked(text)
    return COMMAND.sub(r"\1 ", text) if _is_in_job() else text


def summarize(markdown: str) -> None:
    """Append to the summary of the surrounding job's step; nothing outside of a job.

    What does not fit is cut. A summary that cannot be written changes no result.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        return
    with suppress(OSError), open(path, "ab", opener=opener()) as file:
        room = max(LARGEST_SUMMARY - file.tell(), 0)
        text = f"{masked(markdown).rstrip()}\n\n".encode("utf-8", "replace")[:room]
        file.write(text.decode("utf-8", "ignore").encode())


def _is_in_job() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"
