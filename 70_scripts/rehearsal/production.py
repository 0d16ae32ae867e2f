"""What the rehearsal plays on prod, with the workflows that people start by hand."""

import os
import signal
import sqlite3
from contextlib import closing

from rehearsal.pushing import push
from rehearsal.remains import processes_naming
from rehearsal.stage import Stage

PATIENCE = 180.0
APP = "10_preprod/src/mangetamain_analytics/asgi.py"
BROKEN = """
if os.environ.get("APP_ENVIRONMENT") == "prod":
    sys.exit("production lacks what this version needs")
"""
BEGUN = (
    "SELECT 1 FROM step s JOIN deployment d ON d.id = s.deployment "
    "WHERE d.environment = 'prod' AND d.sha = ? AND s.name = 'activate'"
)


def refused(stage: Stage) -> None:
    """Type the word wrongly; nothing may be touched."""
    run = dispatch(stage, "cd-prod.yml", confirm="deploy")
    await_end(stage, run, "failure", "refused")
    stage.check("prod still serves nothing", stage.serving("prod") == "")
    stage.check("the refusal is told", stage.told("PROD - Refused", "'deploy'") == 1)


def promoted(stage: Stage, sha: str) -> None:
    """Promote for the first time ever."""
    run = dispatch(stage, "cd-prod.yml", confirm="DEPLOY", sha=sha)
    await_end(stage, run, "success", "promoted")
    _check_serving(stage, sha)
    backups = list((stage.scene.root / "backups" / "prod").iterdir())
    stage.check("there is a backup", len(backups) == 1)
    told = stage.told(sha[:7], "PRODUCTION - Deployment successful")
    stage.check("the promotion is told", told == 1)


def killed_half_way(stage: Stage, sha: str) -> None:
    """Kill -9 the promotion of a newer version; `resume` must finish it."""
    run = dispatch(stage, "cd-prod.yml", confirm="DEPLOY")
    stage.wait("half-way", PATIENCE, lambda: _is_half_way(stage, sha))
    for pid in processes_naming(os.fsencode(stage.scene.root), b"promote.py"):
        os.kill(pid, signal.SIGKILL)
        stage.say(f"   kill -9 {pid}")
    await_end(stage, run, "failure", "its job is red")
    is_open = stage.end_of(sha, environment="prod") is None
    stage.check("the journal calls it open", is_open)
    stage.say("   $ 70_scripts/run resume  # as the timer calls it")
    stage.scene.script("resume")
    _check_serving(stage, sha)
    told = stage.told(sha[:7], "PRODUCTION - Deployment successful")
    stage.check("it is told after all", told == 1)


def unhealthy(stage: Stage, good: str) -> None:
    """Promote what runs on preprod and not on prod; the old version must be back."""
    text = (stage.scene.clone / APP).read_text(encoding="utf-8")
    sha = push(stage, APP, text + BROKEN, "In a hurry [skip ci]")
    stage.say("   no CI comes, so it is deployed and passed by hand")
    stage.scene.script("deploy", "preprod", "--sha", sha)
    stage.scene.script("settle", "preprod", "--sha", sha, "--verdict", "passed")
    runs = stage.scene.github.runs(sha)
    # The end of an earlier CI starts Settle from the newest commit's file.
    started = [run for run in runs if run.trigger.event == "push"]
    stage.check("no workflow started", not started)
    run = dispatch(stage, "cd-prod.yml", confirm="DEPLOY")
    await_end(stage, run, "failure", "it does not start on prod")
    _check_serving(stage, good)
    told = stage.told(sha[:7], "PROD - Rolled back", good[:7])
    stage.check("the rollback is told", told == 1)
    stage.check(f"preprod still serves {sha[:7]}", stage.serving() == sha)


def rolled_back_by_hand(stage: Stage, good: str, first: str) -> None:
    """Roll back by hand to the version before."""
    run = dispatch(stage, "rollback.yml", environment="prod", confirm="ROLLBACK")
    await_end(stage, run, "success", f"rolled back from {good[:7]}")
    _check_serving(stage, first)
    stage.check("it is told", stage.told(first[:7], "PROD - Rolled back by hand") == 1)


def dispatch(stage: Stage, workflow: str, **inputs: str) -> int:
    """Start a workflow by hand; return the number of its run."""
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
    url = stage.scene.url_of("prod")
    stage.check(f"{url} serves {sha[:7]}", stage.serving("prod") == sha)


def _is_half_way(stage: Stage, sha: str) -> bool:
    with closing(sqlite3.connect(stage.scene.state / "journal.db")) as journal:
        return journal.execute(BEGUN, (sha,)).fetchone() is not None
