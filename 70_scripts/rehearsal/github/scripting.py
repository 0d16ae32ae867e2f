"""Put runs into the ledger that nobody performed.

Owns the short description of such a run, for trying out what a verdict is made from.
"""

from dataclasses import dataclass, replace

from rehearsal.github.ledger import Ledger
from rehearsal.github.runs import Run, Trigger


@dataclass(frozen=True, slots=True)
class ScriptedRun:
    """A run as it is to appear in the API.

    Attributes:
        run_id: Alters this run; None adds one.
        listed_after: Seconds from now before lists show the run.
    """

    sha: str
    conclusion: str | None = "success"
    status: str = "completed"
    workflow: str = "ci.yml"
    event: str = "push"
    attempt: int = 1
    branch: str = "main"
    actor: str = "octocat"
    run_id: int | None = None
    listed_after: float = 0.0


def script(ledger: Ledger, scripted: ScriptedRun) -> Run:
    """Add or alter one run, and return it."""
    path = f".github/workflows/{scripted.workflow}"
    ref = f"refs/heads/{scripted.branch}"
    trigger = Trigger(scripted.event, scripted.sha, ref, scripted.actor, {})
    known = ledger.run(scripted.run_id) if scripted.run_id else None
    name = known.workflow_name if known else scripted.workflow.rsplit(".", 1)[0]
    run = known or ledger.open_run(path, name, name, trigger)
    if known:
        trigger = replace(known.trigger, event=scripted.event, sha=scripted.sha)
    is_over = scripted.status == "completed"
    return ledger.update_run(
        run.id,
        trigger=trigger,
        status=scripted.status,
        conclusion=scripted.conclusion if is_over else None,
        attempt=scripted.attempt,
        listed_at=ledger.clock() + scripted.listed_after,
    )
