"""Things that are done again: CI's run, the deployment's job."""

import pytest

from tests.sandbox.world import World


@pytest.mark.fault("re-runs", "red then green")
def test_late_success_rolls_forward(running: World) -> None:
    """A passing re-run of a rolled-back SHA puts it back, validated."""
    sha = running.push("Flaky")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    run = running.github.runs(sha)[0]
    running.ci(sha, "success", run_id=run.id, attempt=2)
    running.vm.script("settle", "preprod", "--sha", sha)
    assert running.vm.serving() == running.vm.validated() == sha
    assert "⏩ PREPROD - Rolled forward" in running.told()


@pytest.mark.fault("re-runs", "green then red")
def test_what_passed_has_passed(running: World) -> None:
    """A failing re-run takes nothing back: the pointer only goes forward."""
    sha = running.push("Flaky the other way")
    running.ci(sha)
    assert running.end(sha) == "validated"
    run = running.github.runs(sha)[0]
    running.ci(sha, "failure", run_id=run.id, attempt=2)
    running.vm.script("settle", "preprod", "--sha", sha, code=None)
    assert running.vm.serving() == running.vm.validated() == sha
    assert "Rolled back" not in running.told()


@pytest.mark.fault("re-runs", "red then green, a newer one validated meanwhile")
def test_a_late_success_of_an_older_sha_moves_nothing(running: World) -> None:
    """It is recorded and said to stay rolled back; what is newer goes on serving."""
    sha = running.push("Flaky and slow")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    newer = running.push("Newer")
    running.ci(newer)
    assert running.end(newer) == "validated"
    run = running.github.runs(sha)[0]
    running.ci(sha, "success", run_id=run.id, attempt=2)
    running.vm.script("settle", "preprod", "--sha", sha, code=5)
    running.vm.script("settle", "preprod", "--sha", sha, "--verdict", "passed", code=5)
    assert running.vm.serving() == running.vm.validated() == newer


@pytest.mark.fault("re-runs", "the CD job on a rolled-back SHA")
def test_a_rolled_back_sha_is_refused(running: World) -> None:
    """A plain re-run of a rolled-back SHA is refused; an override is not."""
    sha = running.push("Bad")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    running.deploy(sha, code=3)
    assert running.vm.serving() == running.vm.validated() == running.good
    assert "⛔ PREPROD - Refused" in running.told()
    run = running.github.runs(sha)[0]
    running.ci(sha, status="in_progress", run_id=run.id, attempt=2)
    running.vm.configure(ci={"deadline": 600})
    running.deploy(sha, "--override-bad")
    assert running.vm.serving() == sha


@pytest.mark.fault("re-runs", "the CD job on the validated SHA")
def test_deploying_what_serves_again_is_harmless(running: World) -> None:
    """The validated SHA deployed again serves, validated, in the end."""
    running.deploy(running.good)
    running.wait(lambda: running.vm.ends()[-1][2])
    assert running.vm.ends()[-1] == ("deploy", running.good, "validated")
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.fault("re-runs", "the CD job while the verdict is awaited")
def test_a_rerun_while_waiting_ends_once(running: World) -> None:
    """A SHA that is deployed twice before its verdict is judged once, both times."""
    sha = running.push("Twice")
    running.deploy(sha)
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    assert not [end for _, _, end in running.vm.ends() if end is None]
    alerts = [text for text in running.vm.notices() if "PREPROD - Rolled back" in text]
    assert len(alerts) == 1


@pytest.mark.fault("re-runs", "red before it was ever deployed")
def test_a_red_sha_that_never_served_was_not_rolled_back(patient: World) -> None:
    """Its CI failed before it was ever deployed: refused as that, and told so."""
    sha = patient.vm.push("Red at once")
    patient.settle(sha, "failed")
    told = patient.deploy(sha, code=3)
    assert "its CI failed" in told and "rolled back here" not in told
    notice = patient.vm.notices()[-1]
    assert "Refused" in notice and "its CI failed" in notice
    assert patient.vm.serving() == patient.vm.validated() == patient.good


@pytest.mark.fault("re-runs", "red before it was ever deployed, promoted")
def test_a_red_sha_is_not_promoted_for_the_same_reason(patient: World) -> None:
    """A promotion of it is refused with what CI said."""
    sha = patient.vm.push("Red at once")
    patient.settle(sha, "failed")
    arguments = ("--confirm", "DEPLOY", "--sha", sha)
    told = patient.vm.script("promote", *arguments, code=3).stderr
    assert "its CI failed" in told and "rolled back here" not in told


@pytest.mark.fault("re-runs", "red before it was ever deployed, rolled back to")
def test_a_red_sha_is_no_way_back_for_the_same_reason(patient: World) -> None:
    """A rollback by hand to it is refused with what CI said."""
    sha = patient.vm.push("Red at once")
    patient.settle(sha, "failed")
    arguments = ("preprod", "--to", sha, "--confirm", "ROLLBACK")
    told = patient.vm.script("rollback", *arguments, code=3).stderr
    assert "its CI failed" in told and "rolled back here" not in told
