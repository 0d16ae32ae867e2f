"""Guards that other tests miss: without these, each can be taken away unseen."""

import fcntl
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from rehearsal.github.wire_faults import secondary_limit

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


def test_a_failed_rollback_has_an_end(running: World) -> None:
    """Neither the deployment nor the rollback that failed is left open."""
    running.vm.configure(health={"deadline": 1}, app={"content": "not on the page"})
    running.deploy(running.vm.push("Unhealthy", exits=True), code=6)
    assert [outcome for _, _, outcome in running.vm.ends()[1:]] == ["failed", "failed"]


def test_what_does_not_build_is_not_checked_out(patient: World) -> None:
    """The worktree is not reset to what cannot be built: a restart would serve it."""
    (patient.vm.clone / "10_preprod" / "pyproject.toml").write_text("not TOML, really")
    patient.deploy(patient.vm.push("Unbuildable"), code=3)
    head = patient.vm.git("rev-parse", "HEAD", at=patient.vm.root / "10_preprod")
    assert head == patient.good


def test_what_is_served_by_hand_stays(patient: World) -> None:
    """A failed verdict moves nothing where a person serves something else by hand."""
    sha = patient.push("Replaced by hand")
    tree = patient.vm.root / "10_preprod"
    patient.vm.git("reset", "--quiet", "--hard", patient.good, at=tree)
    patient.restart_by_hand()
    patient.settle(sha, "failed")
    assert [kind for kind, _, _ in patient.vm.ends()] == ["deploy", "deploy"]
    assert "PREPROD - Drifted" in patient.told()


def test_a_commit_made_by_hand_is_kept(patient: World) -> None:
    """A commit made in the worktree, with nothing left to commit, is kept aside."""
    tree = patient.vm.root / "10_preprod"
    patient.vm.git("commit", "--quiet", "--allow-empty", "-m", "By hand", at=tree)
    made = patient.vm.git("rev-parse", "HEAD", at=tree)
    patient.push("Over it")
    assert patient.vm.git("for-each-ref", "--contains", made, "refs/kept", at=tree)


def test_what_was_pruned_is_built_again(patient: World) -> None:
    """A version whose dependencies were pruned since is prepared before it returns."""
    sha = patient.push("Flaky")
    for verdict, served, code in (("failed", patient.good, 5), ("passed", sha, 0)):
        shutil.rmtree(patient.vm.root / ".pipeline" / "venvs")
        patient.settle(sha, verdict, code)
        assert patient.vm.serving() == served


def test_a_deployed_commit_outlives_a_force_push(patient: World) -> None:
    """What main lost to a force-push, and git then pruned, can still be returned to."""
    patient.vm.git("checkout", "--quiet", "--orphan", "other")
    patient.vm.git("commit", "--quiet", "--message", "Begun anew")
    patient.vm.git("push", "--quiet", "--force", "origin", "HEAD:main")
    sha = patient.push("After the force-push")
    tree = patient.vm.root / "10_preprod"
    patient.vm.git("worktree", "remove", "../20_prod", at=tree)
    patient.vm.git("update-ref", "-d", "refs/kept/preprod/2", at=tree)
    patient.vm.git("reflog", "expire", "--expire=now", "--all", at=tree)
    patient.vm.git("gc", "--quiet", "--prune=now", at=tree)
    patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.good


@pytest.mark.parametrize("is_known", [True, False])
def test_the_file_alone_is_believed_of_main_only(
    running: World, is_known: bool
) -> None:
    """With the journal lost, the file's SHA is adopted if it is a commit of main."""
    for file in running.vm.state.glob("journal.db*"):
        file.unlink()
    written = running.good if is_known else "f" * 40
    (running.vm.state / "last-validated-sha.txt").write_text(written)
    running.settle(running.good, "pending")
    adopted = running.vm.journal("SELECT sha FROM validation")
    assert adopted == ([(running.good,)] if is_known else [])


def test_prod_is_done_or_refused(patient: World) -> None:
    """On prod a validated SHA is done once it serves; another's refusal is told."""
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", patient.good)
    assert patient.vm.ends()[-1] == ("deploy", patient.good, "validated")
    assert not list((patient.vm.state / "watchers").glob("prod-*")), "it is watched"
    patient.vm.script(
        "promote", "--confirm", "DEPLOY", "--sha", patient.push("Awaiting"), code=3
    )
    assert "PROD - Refused" in patient.told()


def test_the_watcher_waits_as_github_asks(running: World) -> None:
    """Told to come back later than the deadline, the watcher asks no second time."""
    running.github.faults.inject(secondary_limit(3600), times=None)
    assert running.end(running.push("Rate-limited")) == "rolled back"
    assert running.github.faults.served == 1


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
