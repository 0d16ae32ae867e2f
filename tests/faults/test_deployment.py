"""A deployment that goes wrong ends well: old version back, truth told, exit code."""

from tests.sandbox.world import World


def test_status_tells_drift(running: World) -> None:
    """After a change by hand, status says what serves and what the journal says."""
    other = running.push("Newer")
    running.ci(other)
    assert running.end(other) == "validated"
    tree = running.vm.root / "10_preprod"
    running.vm.git("reset", "--quiet", "--hard", running.good, at=tree)
    assert not running.status()["has_drifted"], "a reset alone changes nothing"
    running.restart_by_hand()
    seen = running.status()
    assert seen["has_drifted"]
    assert (seen["serving"], seen["journaled"]) == (running.good, other)


def test_prod_takes_only_validated_shas(running: World) -> None:
    """A SHA that awaits its verdict is refused for prod; a validated one is not."""
    running.vm.configure(ci={"deadline": 600})
    awaiting = running.push("Awaiting")
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", awaiting, code=3)
    assert running.vm.serving(running.vm.prod_port) == ""
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", running.good)
    assert running.vm.serving(running.vm.prod_port) == running.good
    assert running.vm.serving() == awaiting, "preprod was touched"
