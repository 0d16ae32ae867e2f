"""Two pushes within a second, only the first of which is good."""

from rehearsal.pushing import (
    FAILING_TEST,
    NEWS,
    TEST,
    VERDICT_PATIENCE,
    await_live,
    commit,
    send,
)
from rehearsal.stage import RehearsalFailed, Stage
from rehearsal.stories.beginning import begin


def racing_pushes(stage: Stage) -> None:
    """Push twice within a second; in the end the newest good one serves."""
    begin(stage)
    stage.say("\n[bold]Two pushes within a second, the second one is bad[/bold]")
    first = commit(
        stage, stage.in_app(NEWS), "Rehearsed: the first of two\n", "Good change"
    )
    second = commit(stage, stage.in_app(TEST), FAILING_TEST, "Break a test on purpose")
    send(stage, first, "Good change")
    send(stage, second, "Break a test on purpose")
    gap = _received_at(stage, second) - _received_at(stage, first)
    if gap >= 1:
        raise RehearsalFailed(f"the second push came {gap:.1f} s after the first")
    await_live(stage, second)
    stage.wait(
        f"both verdicts are in: the newest good one, {first[:7]}, serves",
        VERDICT_PATIENCE,
        lambda: _is_settled(stage, first, second),
    )
    stage.check(f"{stage.scene.judged} serves {first[:7]}", stage.serving() == first)
    stage.check(f"{second[:7]} is rolled back", stage.end_of(second) == "rolled back")
    stage.wait(
        "the rollback is told", 60, lambda: stage.told(second[:7], "Rolled back") == 1
    )


def _received_at(stage: Stage, sha: str) -> float:
    def found() -> list[float]:
        pushes = stage.scene.github.pushes
        return [push.received_at for push in pushes if push.after == sha]

    stage.wait(f"GitHub has received {sha[:7]}", 10, lambda: bool(found()))
    return found()[0]


def _is_settled(stage: Stage, first: str, second: str) -> bool:
    is_judged = all(stage.ci_of(sha) is not None for sha in (first, second))
    is_over = stage.end_of(second) is not None and stage.end_of(first) is not None
    return is_judged and is_over and stage.validated() == first == stage.serving()
