"""What a person rolled back stays away until a person or a re-run brings it back."""

from tests.sandbox.world import SURE, World


def test_a_validated_version_is_taken_back(patient: World) -> None:
    """The previous good version serves, and no later verdict undoes the decision."""
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    patient.vm.script("rollback", "preprod", *SURE)
    assert patient.vm.serving() == patient.good
    assert patient.vm.validated() == newer, "the pointer never goes back"
    patient.settle(patient.good, "passed")
    patient.settle(newer, "passed")
    assert patient.vm.serving() == patient.good, "it was rolled forward"
    assert "rolled back here" in patient.deploy(newer, code=3)
    newest = patient.push("Newest")
    patient.settle(newest, "failed", code=5)
    assert patient.vm.serving() == patient.good, "what was withdrawn came back"
    told = [text for text in patient.vm.notices() if "Rolled back by hand" in text]
    assert len(told) == 1 and f"Instead of: {newer[:7]}" in told[0]


def test_a_watcher_does_not_undo_it(patient: World) -> None:
    """A version that was rolled back while CI ran stays away when CI then passes."""
    sha = patient.push("Looks bad")
    patient.vm.script("rollback", "preprod", *SURE)
    assert patient.vm.serving() == patient.good
    assert patient.end(sha) == "rolled back"
    patient.settle(sha, "passed", code=5)
    assert (patient.vm.serving(), patient.vm.validated()) == (patient.good,) * 2


def test_a_passing_rerun_brings_it_back(patient: World) -> None:
    """A re-run of its CI that passes puts a withdrawn version up again."""
    sha = patient.push("Flaky")
    patient.vm.script("rollback", "preprod", *SURE)
    patient.ci(sha, "success", attempt=2)
    patient.vm.script("settle", "preprod", "--sha", sha)
    assert (patient.vm.serving(), patient.vm.validated()) == (sha, sha)


def test_an_override_brings_it_back(patient: World) -> None:
    """Whoever insists may deploy it again, and it counts like any other."""
    sha = patient.push("Wanted")
    patient.settle(sha, "passed")
    patient.vm.script("rollback", "preprod", *SURE)
    patient.deploy(sha, "--override-bad")
    patient.vm.script("resume")
    assert (patient.vm.serving(), patient.vm.validated()) == (sha, sha)
    assert not [end for _, _, end in patient.vm.ends() if end is None]


def test_what_cannot_be_returned_to_is_refused(patient: World) -> None:
    """Nothing earlier, the same again, an unknown commit, a slip of the tongue."""
    before = patient.vm.ends()
    for options, reason in (
        ((), "there is none"),
        (("--to", patient.good), "serves already"),
        (("--to", "0" * 40), "neither on the deployed branch"),
        (("--confirm", "rollback"), "type exactly ROLLBACK"),
    ):
        done = patient.vm.script("rollback", "preprod", *SURE, *options, code=3)
        assert reason in done.stderr
    assert patient.vm.ends() == before


def test_a_rollback_that_does_not_serve_is_undone(patient: World) -> None:
    """Where the earlier version is not healthy any more, what served comes back."""
    page = patient.vm.clone / "10_preprod" / "page.html"
    page.write_text("<title>Mangetamain, changed</title>")
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    changed = "Mangetamain, changed"
    patient.vm.configure(health={"deadline": 1}, app={"content": changed})
    patient.vm.script("rollback", "preprod", *SURE, code=5)
    assert patient.vm.serving() == patient.vm.validated() == newer
    assert not [end for _, _, end in patient.vm.ends() if end is None]
