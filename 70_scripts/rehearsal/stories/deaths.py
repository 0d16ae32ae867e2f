"""The watcher is killed, and nobody else hears of the verdict."""

from rehearsal.pushing import (
    VERDICT_PATIENCE,
    await_live,
    await_rolled_back,
    push_bad,
)
from rehearsal.processes import kill, processes_naming
from rehearsal.stage import Stage
from rehearsal.stories.beginning import begin


def watcher_killed(stage: Stage) -> None:
    """Kill -9 the watcher of a bad push; `resume` must bring it to its end."""
    good = begin(stage)
    stage.say("\n[bold]settle.yml is switched off, and the watcher is killed[/bold]")
    stage.ask_github("PUT", f"/actions/workflows/{stage.workflow('settle')}/disable")
    bad = push_bad(stage)
    await_live(stage, bad)
    stage.wait("its watcher watches", 60, lambda: bool(_watchers(bad)))
    found = _watchers(bad)
    kill(found)
    stage.say(f"   kill -9 {' '.join(map(str, found))}")
    stage.wait(
        "CI failed, and there is nobody to hear it",
        VERDICT_PATIENCE,
        lambda: stage.ci_of(bad) == "failure",
    )
    stage.check(f"judged still serves {bad[:7]}", stage.serving() == bad)
    stage.check("the journal calls it open", stage.end_of(bad) is None)
    stage.say("\n[bold]70_scripts/run resume, as the timer calls it[/bold]")
    stage.scene.script("resume")
    await_rolled_back(stage, bad, good, "CI failed", "CI failed")
    stage.check(
        "settle.yml never ran",
        not stage.scene.github.runs(bad, stage.workflow("settle")),
    )


def _watchers(sha: str) -> list[int]:
    return processes_naming(b"watch_ci.py", sha.encode())
