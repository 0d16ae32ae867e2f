"""CI's verdict comes late, or comes twice."""

from rehearsal.pushing import (
    TEST,
    VERDICT_PATIENCE,
    await_live,
    await_rolled_back,
    await_rolled_forward,
    await_validated,
    push,
    push_good,
)
from rehearsal.stage import Stage
from rehearsal.stories.beginning import begin

NEEDY_TEST = '''"""A test that needs something outside of the commit."""

from pathlib import Path


def test_the_shop_is_open():
    """Fail for as long as the shop is closed."""
    assert (Path.home() / "shop-is-open").exists()
'''


def slow_ci(stage: Stage) -> None:
    """Let CI pass after the deadline: live all along, and validated by its event."""
    begin(stage)
    stage.say("\n[bold]CI takes longer than anybody waits for it[/bold]")
    sha = push_good(stage)
    await_live(stage, sha)
    stage.wait(
        "the deadline has passed, and that is told: CI still running",
        60,
        lambda: stage.told(sha[:7], "CI still running") == 1,
    )
    stage.check("CI has not ended yet", stage.ci_of(sha) is None)
    stage.check(f"judged still serves {sha[:7]}", stage.serving() == sha)
    stage.check("the journal calls it open", stage.end_of(sha) is None)
    await_validated(stage, sha)
    stage.wait(
        "it was settle.yml that did it",
        60,
        lambda: stage.conclusion(sha, stage.workflow("settle")) == "success",
    )


def rerun_green(stage: Stage) -> None:
    """Let CI fail for want of something outside, then pass when it is run again."""
    good = begin(stage)
    stage.say("\n[bold]CI fails, though the commit is good[/bold]")
    sha = push(stage, stage.in_app(TEST), NEEDY_TEST, "Ask the shop")
    await_live(stage, sha)
    await_rolled_back(stage, sha, good, "CI failed", "CI failed")
    stage.wait(
        "CI has ended",
        VERDICT_PATIENCE,
        lambda: stage.ci_of(sha) == "failure",
    )
    stage.say("\n[bold]“Re-run failed jobs”, and this time the shop is open[/bold]")
    (stage.scene.home / "shop-is-open").touch()
    run = stage.scene.github.runs(sha, stage.scene.layout.ci)[0]
    stage.ask_github("POST", f"/actions/runs/{run.id}/rerun-failed-jobs")
    await_rolled_forward(stage, sha)
