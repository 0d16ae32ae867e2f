"""GitHub cannot be reached while CI ends; Discord is down all along."""

from rehearsal.pushing import (
    VERDICT_PATIENCE,
    await_live,
    await_rolled_back,
    await_rolled_forward,
    await_validated,
    push_good,
)
from rehearsal.stage import Stage
from rehearsal.stories.beginning import begin


def github_down(stage: Stage) -> None:
    """Let nobody reach GitHub while CI passes: back, and then forward again."""
    good = begin(stage)
    stage.say("\n[bold]GitHub is away once the push is live: API and events[/bold]")
    # Its event alone would do: settle.yml believes it where the API is silent.
    stage.ask_github("PUT", f"/actions/workflows/{stage.workflow('settle')}/disable")
    sha = push_good(stage)
    await_live(stage, sha)
    stage.scene.github.refuse_connections()
    await_rolled_back(stage, sha, good, "no verdict in time", "GitHub unreachable")
    stage.wait(
        "CI passed, and nobody can hear it",
        VERDICT_PATIENCE,
        lambda: stage.ci_of(sha) == "success",
    )
    stage.check(f"judged still serves {good[:7]}", stage.serving() == good)
    stage.say("\n[bold]GitHub is back: 70_scripts/run resume, as the timer does[/bold]")
    stage.scene.github.accept_connections()
    stage.scene.script("resume")
    await_rolled_forward(stage, sha)


def discord_down(stage: Stage) -> None:
    """Refuse Discord's connections: the outcome is the same, and is told later."""
    begin(stage)
    discord = stage.scene.discord
    stage.say("\n[bold]Discord refuses connections[/bold]")
    discord.refuse_connections()
    before = len(discord.messages)
    sha = push_good(stage)
    await_live(stage, sha)
    await_validated(stage, sha)
    stage.wait(
        "both jobs on the VM are green",
        VERDICT_PATIENCE,
        lambda: all(
            stage.conclusion(sha, workflow) == "success"
            for workflow in map(stage.workflow, ("deploy", "settle"))
        ),
    )
    stage.check("nothing could be told", len(discord.messages) == before)
    stage.say("\n[bold]Discord is back: 70_scripts/run resume, twice[/bold]")
    discord.accept_connections()
    stage.scene.script("resume")
    stage.check("it is told now", stage.told(sha[:7], "Validated") == 1)
    stage.scene.script("resume")
    stage.check("and only once", len(discord.messages) == before + 1)
