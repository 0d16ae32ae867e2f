"""Guards that other tests miss: without these, each can be taken away unseen."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.sandbox.world import World

PASSED = "--verdict=passed"


@pytest.mark.parametrize("verb, options", [("deploy", []), ("settle", [PASSED])])
def test_a_writer_waits_for_its_lock(
    patient: World, verb: str, options: list[str]
) -> None:
    """Who changes preprod waits for who is changing it, and for nobody on prod."""
    vm, sha = patient.vm, patient.push("Contended")
    before = vm.ends(), vm.validated()
    with (vm.state / "prod.lock").open("w") as others, ThreadPoolExecutor() as pool:
        fcntl.flock(others, fcntl.LOCK_EX)
        with (vm.state / "preprod.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            writer = pool.submit(vm.script, verb, "preprod", "--sha", sha, *options)
            patient.wait(lambda: writer.done() or _is_awaited(lock.name))
            assert not writer.done(), "it did not wait"
            assert (vm.ends(), vm.validated()) == before
        writer.result()
    assert (vm.ends(), vm.validated()) != before


def _is_awaited(lock: str) -> bool:
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            is_other = descriptor.parts[2] != str(os.getpid())
            if is_other and os.readlink(descriptor) == lock:
                return True
    return False


def test_success_without_health_validates_nothing(patient: World) -> None:
    """What CI passes but was never healthy is not validated; it may be tried again."""
    patient.vm.configure(health={"deadline": 1})
    sha = patient.vm.push("Passes, serves nothing", exits=True)
    assert "the app cannot start" in patient.deploy(sha, code=5), "its logs are shown"
    patient.settle(sha, "passed", code=5)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    patient.deploy(sha, code=5)


def test_unhealthy_returns_to_what_served(patient: World) -> None:
    """An unhealthy SHA gives way to the one that served, its verdict still awaited."""
    awaiting = patient.push("Awaiting")
    patient.settle(awaiting, "pending")
    assert patient.vm.ends()[-1] == ("deploy", awaiting, None), "ended without verdict"
    patient.vm.configure(health={"deadline": 1}, ci={"deadline": 600})
    patient.deploy(patient.vm.push("Unhealthy", exits=True), code=5)
    assert (patient.vm.serving(), patient.vm.validated()) == (awaiting, patient.good)
    patient.settle(awaiting, "passed")
    assert patient.vm.serving() == patient.vm.validated() == awaiting
    assert None not in [outcome for _, _, outcome in patient.vm.ends()]


def test_what_is_served_by_hand_stays(patient: World) -> None:
    """A failed verdict moves nothing where a person serves something else by hand."""
    sha = patient.push("Replaced by hand")
    tree = patient.vm.root / "10_preprod"
    patient.vm.git("reset", "--quiet", "--hard", patient.good, at=tree)
    patient.restart_by_hand()
    patient.settle(sha, "failed")
    assert [kind for kind, _, _ in patient.vm.ends()] == ["deploy", "deploy"]
    assert "PREPROD - Drifted" in patient.told()


def test_prod_is_done_or_refused(patient: World) -> None:
    """On prod a validated SHA is done once it serves; another's refusal is told."""
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", patient.good)
    assert patient.vm.ends()[-1] == ("deploy", patient.good, "validated")
    assert not list((patient.vm.state / "watchers").glob("prod-*")), "it is watched"
    patient.vm.script(
        "promote", "--confirm", "DEPLOY", "--sha", patient.push("Awaiting"), code=3
    )
    assert "PROD - Refused" in patient.told()


def test_a_sha_is_watched_once(patient: World) -> None:
    """A second watcher of the same SHA leaves it to the first, which status shows."""
    sha = patient.push("Watched")
    log = patient.vm.logs / f"ci-watcher-{sha}.log"
    patient.wait(lambda: sha[:7] in log.read_text())
    patient.vm.configure(ci={"deadline": 1})
    patient.vm.script("watch_ci", "preprod", "--sha", sha, code=4)
    seen = [patient.status()[key] for key in ("watched", "is_validated")]
    assert seen == [[sha], False]


def test_a_dry_run_changes_nothing(patient: World) -> None:
    """With --dry-run nothing is deployed, settled or journaled."""
    live = patient.push("Live")
    before = patient.vm.ends()
    patient.deploy(patient.vm.push("Not yet"), "--dry-run")
    options = (f"--sha={live}", "--verdict=failed", "--dry-run")
    patient.vm.script("settle", "preprod", *options)
    assert (patient.vm.ends(), patient.vm.serving()) == (before, live)


def test_planted_links_are_not_followed(running: World) -> None:
    """A link planted at the place of the watcher's log is not written through."""
    victim = running.vm.home / "victim"
    victim.write_text("precious")
    sha = running.vm.push("Planted")
    (running.vm.logs / f"ci-watcher-{sha}.log").symlink_to(victim)
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "validated"
    assert victim.read_text() == "precious"
