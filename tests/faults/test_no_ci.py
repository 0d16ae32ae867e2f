"""A commit for which no CI will come, deployed by hand."""

import pytest

from tests.faults.rows import FILTERS, SKIPPING, cases
from tests.sandbox.world import World

CLASS = "CI that does not start"
WORKFLOW = """
name: CI
on:
  push:
    {filters}
jobs: {{}}
"""
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


def with_workflow(world: World, filters: str) -> None:
    """Put a workflow into the branch, deployed and validated."""
    folder = world.vm.clone / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "ci.yml").write_text(WORKFLOW.format(filters=filters))
    world.good = world.vm.push("A workflow")
    world.deploy(world.good)
    world.settle(world.good, "passed")


@pytest.mark.parametrize("message", cases(CLASS, SKIPPING))
def test_every_spelling_is_known(patient: World, message: str) -> None:
    """Each of the words and trailers with which GitHub is asked for no run."""
    option = ("--allow-empty", "--cleanup=verbatim", "--message", message)
    patient.vm.git("commit", "--quiet", *option)
    patient.vm.git("push", "--quiet", "origin", "HEAD:main")
    sha = patient.vm.git("rev-parse", "HEAD")
    patient.deploy(sha)
    assert f"⏳ {WHY}; settle it by hand" in patient.told()
    assert patient.vm.serving() == sha


@pytest.mark.parametrize("filters", cases(CLASS, FILTERS))
def test_a_filter_of_the_workflow_is_named(patient: World, filters: str) -> None:
    """The filter that keeps CI from starting is told; a person may say the verdict."""
    with_workflow(patient, filters)
    sha = patient.push("Only words, in 10_preprod")
    name = filters.partition(":")[0]
    name = "branches" if name in ("branches-ignore", "tags") else name
    why = f"ci.yml does not start for this commit ({name})"
    assert why in patient.told()
    assert "Live, awaiting a person's verdict" in patient.told()
    patient.settle(sha, "passed")
    assert patient.vm.serving() == patient.vm.validated() == sha


@pytest.mark.fault(CLASS, "nobody settles it")
def test_it_is_no_red_one(running: World) -> None:
    """At the deadline it ends as no verdict, with its own reason, and not as failed."""
    with_workflow(running, "paths-ignore: ['**']")
    sha = running.push("Only words")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    why = "no CI will come: ci.yml does not start for this commit (paths-ignore)"
    running.wait(lambda: f"no verdict after 6 s: {why}" in running.told())
    assert "CI failed" not in running.told()


@pytest.mark.fault(CLASS, "on_no_ci: keep")
def test_its_kind_may_be_kept(running: World) -> None:
    """Kept by configuration as one kind; what was cancelled is rolled back as ever."""
    running.vm.configure(ci={"deadline": 1, "on_no_ci": "keep"})
    cancelled = running.vm.push("Cancelled")
    running.ci(cancelled, "cancelled")
    running.deploy(cancelled)
    assert running.end(cancelled) == "rolled back"
    sha = running.push("Typo [skip ci]")
    running.wait(lambda: "Live without a verdict" in running.told())
    assert running.vm.ends()[-1] == ("deploy", sha, None)
    assert running.vm.serving() == sha and running.vm.validated() == running.good


@pytest.mark.fault(CLASS, "on_no_ci: rollback where the rest is kept")
def test_its_kind_may_be_rolled_back(running: World) -> None:
    """The other way round, too."""
    ci = {"deadline": 1, "on_no_verdict": "keep", "on_no_ci": "rollback"}
    running.vm.configure(ci=ci)
    sha = running.push("Typo [skip ci]")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.fault(CLASS, "a push that the filter lets through")
def test_a_push_that_starts_ci_awaits_it(patient: World) -> None:
    """A filter that ignores other paths keeps nothing away."""
    with_workflow(patient, "paths-ignore: ['docs/**']")
    patient.push("Code")
    assert "Live, awaiting CI" in patient.told()
