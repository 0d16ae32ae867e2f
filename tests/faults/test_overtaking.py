"""Pushes that come faster than they can be put up: the last one is."""

import pytest

from tests.sandbox.world import World

JOB = {
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "1",
}
DISPATCHED = {**JOB, "GITHUB_EVENT_NAME": "workflow_dispatch"}


def put_up(world: World, sha: str, **job: str) -> bool:
    """Deploy a commit; tell whether it serves then."""
    world.vm.script("deploy", "preprod", "--sha", sha, **job)
    return world.vm.serving() == sha


def test_of_a_burst_only_the_last_is_put_up(patient: World) -> None:
    """After two activations a job whose push is not the newest stands back."""
    assert put_up(patient, patient.vm.push("1"), **JOB)
    second = patient.vm.push("2")
    assert put_up(patient, second, **JOB)
    middle, last = patient.vm.push("3"), patient.vm.push("4")
    assert not put_up(patient, middle, **JOB)
    assert patient.vm.serving() == second
    assert patient.end(middle) == "superseded"
    patient.wait(lambda: f"{last[:7]}, which contains it, was pushed" in patient.told())
    assert put_up(patient, last, **JOB)


def test_the_first_of_a_burst_is_put_up(patient: World) -> None:
    """A quiet environment serves a push at once, also if another one follows."""
    first, _ = patient.vm.push("1"), patient.vm.push("2")
    assert put_up(patient, first, **JOB)


def test_what_was_overtaken_by_a_bad_one_goes_up_later(patient: World) -> None:
    """Once the newest push has had its turn, nobody waits for it any more."""
    assert put_up(patient, patient.vm.push("0"), **JOB)
    assert put_up(patient, patient.vm.push("1"), **JOB)
    middle, last = patient.vm.push("2"), patient.vm.push("3", exits=True)
    patient.vm.script("deploy", "preprod", "--sha", last, code=5, **JOB)
    assert put_up(patient, middle, **JOB)


@pytest.mark.parametrize(
    "job, newest",
    [
        ({}, "3"),
        pytest.param(
            DISPATCHED,
            "3",
            marks=pytest.mark.fault(
                "GitHub itself", "a deployment by hand in a burst of pushes"
            ),
        ),
        (JOB, "3 [skip ci]"),
    ],
    ids=["by hand", "by hand, on GitHub", "no job comes"],
)
def test_what_nothing_else_will_put_up_is(
    patient: World, job: dict[str, str], newest: str
) -> None:
    """A person's deployment goes up, and so does one that no newer job follows."""
    assert put_up(patient, patient.vm.push("0"), **JOB)
    assert put_up(patient, patient.vm.push("1"), **JOB)
    middle, _ = patient.vm.push("2"), patient.vm.push(newest)
    assert put_up(patient, middle, **job)
