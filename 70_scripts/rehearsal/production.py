"""What the rehearsal plays on prod, with the workflows that people start by hand."""

import os
import sqlite3
from contextlib import closing

from rehearsal.processes import kill, processes_naming
from rehearsal.pushing import push
from rehearsal.stage import Stage

PATIENCE = 180.0
BROKEN = """
if os.environ.get("APP_ENVIRONMENT") == "{environment}":
    sys.exit("production lacks what this version needs")
"""
BEGUN = (
    "SELECT 1 FROM step s JOIN deployment d ON d.id = s.deployment "
    "WHERE d.environment = ? AND d.sha = ? AND s.name = 'reset'"
)


def refused(stage: Stage) -> None:
    """Type the word wrongly; nothing may be touched."""
    run = dispatch(stage, "promote", confirm="deploy")
    await_end(stage, run, "failure", "refused")
    name = stage.scene.promoted
    stage.check(f"{name} still serves nothing", stage.serving(name) == "")
    told = stage.told(f"{name.upper()} - Refused", "'deploy'")
    stage.check("the refusal is told", told == 1)


def promoted(stage: Stage, sha: str) -> None:
    """Promote for the first time ever."""
    run = dispatch(stage, "promote", confirm="DEPLOY", sha=sha)
    await_end(stage, run, "success", "promoted")
    _check_serving(stage, sha)
    backups = list((stage.scene.root / "backups" / stage.scene.promoted).iterdir())
    stage.check("there is a backup", len(backups) == 1)
    told = stage.told(sha[:7], "PRODUCTION - Deployment successful")
    stage.check("the promotion is told", told == 1)


def killed_half_way(stage: Stage, sha: str) -> None:
    """Kill -9 the promotion of a newer version; `resume` must finish it."""
    run = dispatch(stage, "promote", confirm="DEPLOY")
    stage.wait("half-way", PATIENCE, lambda: _is_half_way(stage, sha))
    found = processes_naming(os.fsencode(stage.scene.root), b"promote.py")
    kill(found)
    stage.say(f"   kill -9 {' '.join(map(str, found))}")
    await_end(stage, run, "failure", "its job is red")
    is_open = stage.end_of(sha, environment=stage.scene.promoted) is None
    stage.check("the journal calls it open", is_open)
    stage.say("   $ 70_scripts/run resume  # as the timer calls it")
    stage.scene.script("resume")
    _check_serving(stage, sha)
    told = stage.told(sha[:7], "PRODUCTION - Deployment successful")
    stage.check("it is told after all", told == 1)


def unhealthy(stage: Stage, good: str) -> None:
    """Promote what runs on preprod and not on prod; the old version must be back."""
    scene = stage.scene
    app = next((scene.clone / scene.layout.app / "src").glob("*/asgi.py"))
    text = app.read_text(encoding="utf-8") + BROKEN.format(environment=scene.promoted)
    sha = push(stage, str(app.relative_to(scene.clone)), text, "In a hurry [skip ci]")
    stage.say("   no CI comes, so it is deployed and passed by hand")
    scene.script("deploy", scene.judged, "--sha", sha)
    scene.script("settle", scene.judged, "--sha", sha, "--verdict", "passed")
    runs = scene.github.runs(sha)
    # The end of an earlier CI starts Settle from the newest commit's file.
    started = [run for run in runs if run.trigger.event == "push"]
    stage.check("no workflow started", not started)
    run = dispatch(stage, "promote", confirm="DEPLOY")
    await_end(stage, run, "failure", f"it does not start on {scene.promoted}")
    _check_serving(stage, good)
    told = stage.told(sha[:7], f"{scene.promoted.upper()} - Rolled back", good[:7])
    stage.check("the rollback is told", told == 1)
    stage.check(f"{scene.judged} still serves {sha[:7]}", stage.serving() == sha)


def rolled_back_by_hand(stage: Stage, good: str, first: str) -> None:
    """Roll back by hand to the version before."""
    name = stage.scene.promoted
    run = dispatch(stage, "rollback", environment=name, confirm="ROLLBACK")
    await_end(stage, run, "success", f"rolled back from {good[:7]}")
    _check_serving(stage, first)
    told = stage.told(first[:7], f"{name.upper()} - Rolled back by hand")
    stage.check("it is told", told == 1)


def dispatch(stage: Stage, verb: str, **inputs: str) -> int:
    """Start by hand the workflow that calls a verb; return the number of its run."""
    workflow = stage.workflow(verb)
    typed = " ".join(f"-f {name}={value}" for name, value in inputs.items())
    stage.say(f"   $ gh workflow run {workflow} {typed}")
    path = f"/actions/workflows/{workflow}/dispatches"
    stage.ask_github("POST", path, {"ref": "main", "inputs": inputs})
    return stage.scene.github.runs(workflow=workflow)[0].id


def await_end(stage: Stage, run: int, conclusion: str, what: str) -> None:
    """Wait until a run has ended in this way and no other."""

    def seen() -> str | None:
        found = stage.scene.github.ledger.run(run)
        return found.conclusion if found else None

    stage.wait(
        what,
        PATIENCE,
        lambda: seen() == conclusion,
        is_hopeless=lambda: seen() not in (None, conclusion),
    )


def _check_serving(stage: Stage, sha: str) -> None:
    name = stage.scene.promoted
    is_serving = stage.serving(name) == sha
    stage.check(f"{stage.scene.url_of(name)} serves {sha[:7]}", is_serving)


def _is_half_way(stage: Stage, sha: str) -> bool:
    with closing(sqlite3.connect(stage.scene.state / "journal.db")) as journal:
        return (
            journal.execute(BEGUN, (stage.scene.promoted, sha)).fetchone() is not None
        )
