"""Two commits, verdicts in any order: the newest good one serves in the end."""

import pytest

from tests.sandbox.world import World

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


@pytest.mark.parametrize("verdicts, winner", RACES.values(), ids=RACES)
def test_the_newest_good_one_serves(
    running: World, verdicts: tuple[tuple[str, str], ...], winner: str
) -> None:
    """Whatever the order of verdicts, the newest SHA that passed serves in the end."""
    running.vm.configure(ci={"deadline": 600})
    shas = {"good": running.good, "A": running.push("A"), "B": running.push("B")}
    for name, verdict in verdicts:
        arguments = ("preprod", "--sha", shas[name], "--verdict", verdict)
        running.vm.script("settle", *arguments, code=None)
    assert running.vm.serving() == shas[winner]
    assert running.vm.validated() == shas[winner]
    open_ends = [end for _, _, end in running.vm.ends() if end is None]
    assert not open_ends, "a deployment was left without an end"
