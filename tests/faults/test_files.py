"""Something else in a file's place: refused in words or mended, never waited for."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.faults.rows import cases
from tests.sandbox.places import PLACES, clear, put
from tests.sandbox.users import IS_ROOT, run_script
from tests.sandbox.world import World

CLASS = "files"
IN_PLACE = {f"{kind} in the place of each file": kind for kind in PLACES}
SOON = 30.0  # seconds; whoever waits for a FIFO's writer waits for ever.


@pytest.mark.parametrize("kind", cases(CLASS, IN_PLACE))
def test_what_is_no_file_stops_what_needs_it(patient: World, kind: str) -> None:
    """Configuration, lock, journal and git's own files: nothing is done, and why."""
    vm, sha = patient.vm, patient.vm.push("Next")
    store = vm.root / ".pipeline" / "repo.git"
    for place in (
        vm.config,
        vm.state / "preprod.lock",
        vm.state / "journal.db",
        store / "config",
        store / "worktrees" / "10_preprod" / "HEAD",
        vm.root / "10_preprod" / ".git",
    ):
        kept = aside(place)
        put(kind, place)
        start = time.monotonic()
        done = vm.script("deploy", "preprod", "--sha", sha, code=2)
        assert time.monotonic() - start < SOON, place
        assert str(place) in done.stderr and "Traceback" not in done.stderr, place
        assert not os.path.exists(f"{place}-planted"), "a planted link was followed"
        clear(place)
        kept.rename(place)
        assert patient.vm.serving() == patient.vm.validated() == patient.good
    patient.deploy(sha)
    assert vm.serving() == sha


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_no_file_and_is_ours_is_replaced(patient: World, kind: str) -> None:
    """What the pipeline writes anew gets its place back; what describes is left out."""
    vm = patient.vm
    record = vm.state / "preprod-app.json"
    summary, event = vm.home / "summary", vm.home / "event"
    for place in (summary, event):
        put(kind, place)
    sha = vm.push("Next")
    log = vm.logs / f"ci-watcher-{sha}.log"
    put(kind, log)
    job = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": sha}
    places = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_EVENT_PATH": str(event)}
    vm.script("deploy", "preprod", "--sha", sha, **job, **places)
    assert vm.serving() == sha
    if kind != "a directory":
        put(kind, vm.state / "last-validated-sha.txt")
    patient.settle(sha, "passed")
    assert vm.validated() == sha
    kept = aside(record)
    put(kind, record)
    vm.kill("serve.py")  # Whose number nobody can know now.
    later = patient.push("Later")
    assert vm.serving() == later
    assert json.loads(record.read_text()) != json.loads(kept.read_text())
    for place in (summary, event, log, record):
        assert not os.path.exists(f"{place}-planted"), "a planted link was followed"


@pytest.mark.fault(CLASS, "hostile event files")
def test_hostile_events_change_nothing(patient: World) -> None:
    """Nested without end, 10 MB long, half a pair, NUL: the commit is deployed."""
    event = patient.vm.home / "event.json"
    for number, text in enumerate(
        (
            "[" * 300_000,
            '{"head_commit":' * 300_000,
            json.dumps({"head_commit": {"message": "long " * 2_000_000}}),
            r'{"head_commit": {"message": "half \ud83d of \udc00\u0000 it"}}',
            r'{"head_commit": {"message": ["not", {"a": "text"}]}}',
        )
    ):
        sha = patient.vm.push(f"Innocent {number}")
        event.write_text(text)
        job = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(event)}
        patient.vm.script("deploy", "preprod", "--sha", sha, **job)
        assert patient.vm.serving() == sha
        assert sha[:7] in patient.told()


@pytest.mark.fault(CLASS, "modes that forbid")
def test_modes_that_forbid_are_said(patient: World) -> None:
    """A file that nobody may read is named with its cure, and nothing is touched."""
    vm, sha = patient.vm, patient.vm.push("Next")
    # Root without the capabilities that let it read everything is anybody.
    unable = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    for place in (vm.config, vm.state / "preprod.lock", vm.state / "journal.db"):
        mode = place.stat().st_mode
        place.chmod(0)
        account = unable if IS_ROOT else ()
        done = run_script(vm, account, "deploy", "preprod", f"--sha={sha}")
        assert done.returncode == 2, done.stderr
        assert place.name in done.stderr and "Traceback" not in done.stderr, place
        place.chmod(mode)
    assert patient.vm.serving() == patient.vm.validated() == patient.good


def aside(place: Path) -> Path:
    """Move a file out of its place; return where it is."""
    return place.rename(place.with_name(f"{place.name}-kept"))
