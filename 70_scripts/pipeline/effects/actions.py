"""The only place that reads GITHUB_*: what the surrounding job, if any, says."""

import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Job:
    """The job that runs this process; its fields are empty outside of a job."""

    actor: str
    subject: str
    run_url: str


def surrounding_job() -> Job:
    """Read the job's actor, its commit's subject and the address of its run."""
    actor = os.environ.get("GITHUB_ACTOR", "")
    server = os.environ.get("GITHUB_SERVER_URL", "")
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    run_id = os.environ.get("GITHUB_RUN_ID", "")
    parts = (server, repository, run_id)
    url = f"{server}/{repository}/actions/runs/{run_id}" if all(parts) else ""
    return Job(actor, _subject(os.environ.get("GITHUB_EVENT_PATH", "")), url)


def _subject(event_path: str) -> str:
    # Read from the event's JSON: a commit message must not pass through a shell.
    try:
        event = json.loads(Path(event_path).read_text(encoding="utf-8"))
        return str(event["head_commit"]["message"]).partition("\n")[0]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
