"""The job around a script, and the clock: the only readers of their kind."""

import json
import time
from pathlib import Path

import pytest
from pipeline.effects.actions import (
    LONGEST_SUBJECT,
    NO_JOB,
    WorkflowContext,
    finished_run,
    workflow_context,
)
from pipeline.effects.clock import SystemClock

from tests.sandbox.places import PLACES
from tests.unit.specimens import A, B

SUBJECT = "$(reboot) `x` \"' @everyone"


def test_outside_of_a_job_all_is_empty() -> None:
    """At a terminal there is no actor, no subject and no run."""
    assert workflow_context(None) == WorkflowContext("", "", "", "")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test in a job; return the file of its event."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"head_commit": {"message": f"{SUBJECT}\n\nbody"}}))
    values = {
        "ACTIONS": "true",
        "ACTOR": "user",
        "EVENT_NAME": "push",
        "SERVER_URL": "https://example.invalid",
        "REPOSITORY": "owner/name",
        "RUN_ID": "7",
        "SHA": A,
        "EVENT_PATH": str(event),
    }
    for name, value in values.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    return event


@pytest.mark.usefixtures("job")
def test_job_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Actor, first line of the message, run address and SHA come as they are."""
    url = "https://example.invalid/owner/name/actions/runs/7"
    assert workflow_context("Owner/Name", A) == WorkflowContext("user", SUBJECT, url, A)
    assert workflow_context(None) == WorkflowContext("user", SUBJECT, url, A)
    monkeypatch.delenv("GITHUB_RUN_ID")
    assert workflow_context(None).run_url == ""


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize(
    ("name", "value", "repository", "sha"),
    [
        ("ACTIONS", "", "owner/name", A),
        ("ACTIONS", "false", "owner/name", None),
        ("REPOSITORY", "other/name", "owner/name", A),
        ("SHA", B, "owner/name", A),
    ],
)
def test_another_job_names_nobody(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    repository: str,
    sha: str | None,
) -> None:
    """Variables left over from another repository's or commit's job say nothing."""
    monkeypatch.setenv(f"GITHUB_{name}", value)
    assert workflow_context(repository, sha) == NO_JOB


def test_only_our_own_runs_end_is_believed(
    job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict that another repository's event names is none of ours."""
    job.write_text(json.dumps({"workflow_run": {"id": 1}}))
    assert finished_run("owner/name") == {"id": 1}
    assert finished_run("other/name") is None
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert finished_run("owner/name") is None


@pytest.mark.usefixtures("job")
def test_a_job_started_by_hand_may_name_another_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`gh workflow run … -f sha=…` runs at the branch's tip and deploys another SHA."""
    monkeypatch.setenv("GITHUB_EVENT_NAME", "workflow_dispatch")
    assert workflow_context("owner/name", B).actor == "user"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"head_commit": null}',
        b'"text"',
        b"\xff",
        b"[" * 200_000,
        b'{"a":' * 200_000,
    ],
    ids=lambda content: content[:20],
)
def test_strange_event_has_no_subject(job: Path, content: bytes) -> None:
    """An event of another kind, a damaged or a nested one, is no reason to fail."""
    job.write_bytes(content)
    assert workflow_context(None).subject == ""
    assert finished_run(None) is None


def test_half_a_pair_is_replaced(job: Path) -> None:
    """Half a surrogate pair is no text; the journal and Discord get a sign for it."""
    job.write_text(r'{"head_commit": {"message": "a\ud83d b\u0000c"}}')
    assert workflow_context(None).subject == "a? b\0c"


def test_a_huge_message_is_cut(job: Path) -> None:
    """Of a message of 10 MB in one line, what people can read is kept."""
    job.write_text(json.dumps({"head_commit": {"message": "x" * 10_000_000}}))
    assert workflow_context(None).subject == "x" * LONGEST_SUBJECT


@pytest.mark.parametrize("kind", PLACES)
def test_no_event_file_is_waited_for(job: Path, kind: str) -> None:
    """Something else in the event file's place is no event, and nothing hangs."""
    job.unlink()
    PLACES[kind](job)
    assert workflow_context(None).subject == ""


def test_system_clock_tells_the_time() -> None:
    """It is this machine's time, and a pause lasts as long as it was asked to."""
    clock = SystemClock()
    assert abs(clock.now() - time.time()) < 5
    before = clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01
