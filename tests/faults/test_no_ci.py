"""A commit for which no CI will come, deployed by hand."""

from tests.sandbox.world import World

WHY = "no CI will come: the commit message asks for none"


def test_it_says_that_no_ci_will_come_and_ends_as_no_verdict(running: World) -> None:
    """Nobody is told to wait for CI; without a person's word the SHA is rolled back."""
    sha = running.push("Typo [skip ci]")
    told = running.told()
    assert "Live, awaiting a person's verdict" in told
    assert f"⏳ {WHY}; settle it by hand" in told
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: f"no verdict after 6 s: {WHY}" in running.told())


def test_a_person_may_say_the_verdict(patient: World) -> None:
    """Until the deadline nothing happens, and `settle` decides as for any other."""
    sha = patient.push("Typo\n\nOnly words. [no ci]")
    patient.settle(sha, "passed")
    assert patient.vm.serving() == patient.vm.validated() == sha
    assert "✅ PREPROD - Validated" in patient.told()


def test_a_run_that_comes_all_the_same_counts(running: World) -> None:
    """What GitHub lists is what counts, not what the message lets expect."""
    sha = running.vm.push("Typo [skip ci]")
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "validated"
