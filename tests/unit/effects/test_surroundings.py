"""The job around a script, and the clock: the only readers of their kind."""

import json
import time
from pathlib import Path

import pytest
from pipeline.effects.actions import Job, surrounding_job
from pipeline.effects.clock import SystemClock

from tests.unit.specimens import A


def test_outside_of_a_job_all_is_empty() -> None:
    """At a terminal there is no actor, no subject and no run."""
    assert surrounding_job() == Job("", "", "", "")


def test_job_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Actor, first line of the message, run address and SHA come as they are."""
    event = tmp_path / "event.json"
    subject = "$(reboot) `x` \"' @everyone"
    event.write_text(json.dumps({"head_commit": {"message": f"{subject}\n\nbody"}}))
    values = {
        "GITHUB_ACTOR": "user",
        "GITHUB_SERVER_URL": "https://example.invalid",
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SHA": A,
        "GITHUB_EVENT_PATH": str(event),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    url = "https://example.invalid/owner/name/actions/runs/7"
    assert surrounding_job() == Job("user", subject, url, A)
    monkeypatch.delenv("GITHUB_RUN_ID")
    assert surrounding_job().run_url == ""


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"head_commit": null}', b'"text"', b"\xff"],
)
def test_strange_event_has_no_subject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """An event of another kind, or a damaged one, is no reason to fail."""
    event = tmp_path / "event.json"
    event.write_bytes(content)
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    assert surrounding_job().subject == ""


def test_system_clock_tells_the_time() -> None:
    """It is this machine's time, and a pause lasts as long as it was asked to."""
    clock = SystemClock()
    assert abs(clock.now() - time.time()) < 5
    before = clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01
