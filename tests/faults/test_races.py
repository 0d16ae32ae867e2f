"""Two commits, two jobs, verdicts in any order: the newest good one serves."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.world import SURE, World

# Verdicts in the order in which they come, then who serves and who is validated.
RACES = {
    "A red, B green": ((("A", "failed"), ("B", "passed")), "B"),
    "B green, A red": ((("B", "passed"), ("A", "failed")), "B"),
    "A green, B red": ((("A", "passed"), ("B", "failed")), "A"),
    "B red, A green": ((("B", "failed"), ("A", "passed")), "A"),
    "both red, A first": ((("A", "failed"), ("B", "failed")), "good"),
    "both red, B first": ((("B", "failed"), ("A", "failed")), "good"),
    "both green, A first": ((("A", "passed"), ("B", "passed")), "B"),
    "both green, B first": ((("B", "passed"), ("A", "passed")), "B"),
}


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("races", case)


@pytest.mark.parametrize(
    "verdicts, winner",
    [pytest.param(*RACES[case], marks=fault(case), id=case) for case in RACES],
)
def test_the_newest_good_one_serves(
    patient: World, verdicts: tuple[tuple[str, str], ...], winner: str
) -> None:
    """Whatever the order of verdicts, the newest SHA that passed serves in the end."""
    shas = {"good": patient.good, "A": patient.push("A"), "B": patient.push("B")}
    for name, verdict in verdicts:
        arguments = ("preprod", "--sha", shas[name], "--verdict", verdict)
        patient.vm.script("settle", *arguments, code=None)
    assert patient.vm.serving() == shas[winner]
    assert patient.vm.validated() == shas[winner]
    open_ends = [end for _, _, end in patient.vm.ends() if end is None]
    assert not open_ends, "a deployment was left without an end"


def together(world: World, *shas: str) -> None:
    """Deploy commits at once, each by a process of its own."""
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(world.deploy, sha) for sha in shas]
        for job in jobs:
            job.result()


@fault("two deploy jobs at once")
def test_two_jobs_at_once_end_with_the_newer(patient: World) -> None:
    """Whichever takes the lock first, the newer commit serves and both have an end."""
    older, newer = patient.vm.push("Older"), patient.vm.push("Newer")
    together(patient, older, newer)
    assert patient.vm.serving() == newer
    patient.settle(newer, "passed")
    patient.settle(older, "failed", code=None)
    assert patient.vm.serving() == patient.vm.validated() == newer
    assert not [end for _, _, end in patient.vm.ends() if end is None]


@fault("the same SHA by two jobs at once")
def test_one_sha_twice_at_once_is_judged_once(patient: World) -> None:
    """A SHA that two jobs deploy at once serves, and is rolled back once."""
    sha = patient.vm.push("Twice")
    together(patient, sha, sha)
    assert patient.vm.serving() == sha
    patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert not [end for _, _, end in patient.vm.ends() if end is None]
    alerts = [text for text in patient.vm.notices() if "PREPROD - Rolled back" in text]
    assert len(alerts) == 1


@fault("promotion while preprod deploys")
def test_promotion_while_preprod_deploys(patient: World) -> None:
    """What goes to prod is what was validated, whatever preprod does meanwhile."""
    sha = patient.vm.push("Slow to start", late=1)
    with ThreadPoolExecutor() as pool:
        preprod = pool.submit(patient.deploy, sha)
        patient.wait(lambda: patient.vm.ends()[-1] == ("deploy", sha, None))
        refused = ("--confirm=DEPLOY", "--sha", sha)
        patient.vm.script("promote", *refused, code=3)
        patient.vm.script("promote", "--confirm=DEPLOY")
        preprod.result()
    assert patient.vm.serving(patient.vm.prod_port) == patient.good
    assert patient.vm.serving() == sha
    patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert patient.vm.serving(patient.vm.prod_port) == patient.good


@fault("rollback by hand while a watcher waits")
def test_a_watcher_does_not_undo_a_rollback(patient: World) -> None:
    """What a person took back while CI ran stays away when CI then passes."""
    # With a token the watcher need not save its questions.
    patient.vm.keep_webhook(f"PIPELINE_GITHUB_TOKEN={patient.github.token}\n")
    sha = patient.push("Looks bad")
    patient.vm.script("rollback", "preprod", *SURE)
    log = patient.vm.logs / f"ci-watcher-{sha}.log"
    patient.ci(sha)
    patient.wait(lambda: f"{sha} is rolled back" in log.read_text())
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert not [end for _, _, end in patient.vm.ends() if end is None]


@fault("a verdict while the next one deploys")
def test_a_verdict_waits_for_the_deployment(patient: World) -> None:
    """A red verdict that arrives while the next SHA deploys does not take that away."""
    older = patient.push("Older")
    newer = patient.vm.push("Slow to start", late=1)
    with ThreadPoolExecutor() as pool:
        job = pool.submit(patient.deploy, newer)
        patient.wait(lambda: patient.vm.ends()[-1][1] == newer)
        patient.settle(older, "failed", code=None)
        job.result()
    assert patient.vm.serving() == newer
    patient.settle(newer, "passed")
    assert patient.vm.serving() == patient.vm.validated() == newer
    assert not [end for _, _, end in patient.vm.ends() if end is None]


@fault("an older SHA after a newer one")
def test_an_older_sha_does_not_replace_a_newer(patient: World) -> None:
    """A deployment that comes late, after a newer one, ends as superseded."""
    older = patient.vm.push("Older")
    newer = patient.push("Newer")
    patient.deploy(older)
    assert patient.end(older) == "superseded"
    assert (patient.vm.serving(), patient.vm.validated()) == (newer, patient.good)
