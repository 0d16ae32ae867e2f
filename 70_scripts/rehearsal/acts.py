"""The rehearsal's play: two pushes, production meanwhile, and production's bad days."""

from rehearsal.production import (
    killed_half_way,
    promoted,
    refused,
    rolled_back_by_hand,
    unhealthy,
)
from rehearsal.pushing import (
    LIVE_PATIENCE,
    await_live,
    await_rolled_back,
    await_validated,
    push_bad,
    push_good,
)
from rehearsal.stage import Stage


def good_push(stage: Stage, first: str) -> str:
    """Push a good commit: live at once, validated by its CI, its pipeline in force.

    While CI runs, ``first`` becomes production's first version.
    """
    stage.say("\n[bold]Act 1: a good push[/bold]")
    sha = push_good(stage)
    await_live(stage, sha)
    stage.say("   [bold]while CI runs, production gets its first version[/bold]")
    refused(stage)
    promoted(stage, first)
    await_validated(stage, sha)
    current = stage.scene.root / ".pipeline" / "current"
    stage.wait(
        "the pipeline that it brings is installed, and in force from now on",
        LIVE_PATIENCE,
        lambda: current.resolve().name == sha,
    )
    return sha


def bad_push(stage: Stage, good: str, first: str) -> str:
    """Push a commit with a failing test: live, then rolled back.

    While CI runs, the promotion of ``good`` is killed and resumed, then rolled back
    by hand to ``first``.
    """
    stage.say("\n[bold]Act 2: a push with a failing test[/bold]")
    sha = push_bad(stage)
    await_live(stage, sha)
    stage.wait(
        "its deployment is done",
        LIVE_PATIENCE,
        lambda: stage.conclusion(sha, stage.workflow("deploy")) == "success",
    )
    stage.say("   [bold]while CI runs, a promotion dies half-way[/bold]")
    killed_half_way(stage, good)
    rolled_back_by_hand(stage, good, first)
    await_rolled_back(stage, sha, good, "CI failed", "CI failed: Preprod tests")
    return sha


def unfit_version(stage: Stage, first: str) -> None:
    """Let production, which serves ``first``, meet a version that cannot start."""
    stage.say("\n[bold]Act 3: a version that does not start on production[/bold]")
    unhealthy(stage, first)
